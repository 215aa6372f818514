# frozen_string_literal: true

require 'uri'
require_relative 'misconfigured'

module Details
  # The HTTP proxy that the environment names, read once at start and without asking DNS.
  module Proxy
    # The proxy's address for a host, or nil where it is to be asked directly.
    def self.of(env, scheme:, host:)
      variable = "#{scheme}_proxy"
      address = given(env, variable)
      return if address.empty? || !URI::Generic.use_proxy?(host, nil, nil, given(env, 'no_proxy'))

      parse(address) || raise(Misconfigured, "#{variable}=#{address}: no address, as http://127.0.0.1:15001 is")
    end

    def self.given(env, variable)
      env[variable] || env[variable.upcase] || ''
    end

    def self.parse(address)
      uri = URI(address)
      uri if uri.is_a?(URI::HTTP) && uri.host
    rescue URI::InvalidURIError
      nil
    end
    private_class_method :given, :parse
  end
end

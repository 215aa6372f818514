# frozen_string_literal: true

require_relative 'misconfigured'

module Details
  # The environment's variables; an empty one counts as not set.
  class Environment
    def initialize(variables)
      @variables = variables
    end

    def text(name, otherwise)
      value = @variables[name].to_s
      value.empty? ? otherwise : value
    end

    def flag(name, otherwise: false)
      value = text(name, otherwise.to_s)
      case value.downcase
      when 'true' then true
      when 'false' then false
      else raise Misconfigured, "#{name}=#{value}: neither true nor false"
      end
    end

    # Where to listen, as Puma writes it.
    def listen_url(any_interface:)
      host = text('BIND_HOST', any_interface)
      port = text('PORT', '9080')
      raise Misconfigured, "PORT=#{port}: not a whole number from 0 to 65535" unless port?(port)

      "tcp://#{host.include?(':') ? "[#{host}]" : host}:#{port}"
    end

    private

    def port?(text)
      text.match?(/\A\d{1,5}\z/) && text.to_i <= 65_535
    end
  end
end

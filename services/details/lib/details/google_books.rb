# frozen_string_literal: true

require 'json'
require 'net/http'
require 'timeout'
require_relative 'environment'
require_relative 'forwarded_headers'
require_relative 'proxy'
require_relative 'unavailable'
require_relative 'volume'

module Details
  # Facts about one fixed book, asked of Google Books at every request: the traffic is what a mesh demo shows.
  class GoogleBooks
    HOST = 'www.googleapis.com'
    ISBN = '0486424618'
    PATH = "/books/v1/volumes?q=isbn:#{ISBN}".freeze
    # productpage waits 3 s for details; an answer that says what is wrong has to be there before.
    BUDGET_SECONDS = 2.5

    NOT_REACHED = [SocketError, SystemCallError, IOError, OpenSSL::SSL::SSLError].freeze

    # Plain HTTP if DO_NOT_ENCRYPT is `true`, for a mesh that adds the TLS itself; through the proxy of the environment.
    def self.from_env(env)
      plain = Environment.new(env).flag('DO_NOT_ENCRYPT')
      new(encrypt: !plain, proxy: Proxy.of(env, scheme: plain ? 'http' : 'https', host: HOST))
    end

    def initialize(encrypt: true, proxy: nil, budget: BUDGET_SECONDS)
      @encrypt = encrypt
      @proxy = proxy
      @budget = budget
    end

    def facts(request)
      Volume.facts(found(ask(ForwardedHeaders.of(request))))
    end

    private

    def ask(headers)
      # One clock for connecting, sending and reading: Net::HTTP's own time limits start anew at each read.
      Timeout.timeout(@budget) do
        connection.start { |http| http.get(PATH, { 'accept' => 'application/json', **headers }) }
      end
    rescue Timeout::Error
      raise Unavailable.new(504, "Google Books did not answer within #{@budget} s")
    rescue *NOT_REACHED, Net::HTTPBadResponse, Net::ProtocolError => e
      raise Unavailable.new(502, "Google Books could not be reached: #{e.message.lines.first&.chomp}")
    end

    def connection
      http = Net::HTTP.new(HOST, @encrypt ? 443 : 80, @proxy&.hostname, @proxy&.port, @proxy&.user, @proxy&.password)
      http.use_ssl = @encrypt
      # What is asked once is sent once: a silent second try would show up in the mesh's counters.
      http.max_retries = 0
      http
    end

    def found(response)
      raise Unavailable.new(502, "Google Books answered #{response.code}, not 200") unless response.code == '200'

      volume = JSON.parse(response.body)['items'].first['volumeInfo']
      volume.is_a?(Hash) ? volume : raise(TypeError)
    rescue JSON::ParserError, NoMethodError, TypeError
      raise Unavailable.new(502, "Google Books sent no book with ISBN #{ISBN}")
    end
  end
end

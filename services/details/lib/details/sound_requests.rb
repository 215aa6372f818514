# frozen_string_literal: true

require 'uri'

module Details
  # For Puma's client: what Puma would answer with 500, take two ways or keep in memory is refused with 400.
  module SoundRequests
    # Nothing that details answers has a use for a body.
    LARGEST_BODY = 64 * 1024
    # Entries of the environment, some ten of which are Puma's own; Envoy lets 100 headers pass.
    MOST_HEADERS = 150
    VERSION = Puma::Const::PUMA_VERSION.to_i < 6 ? 'HTTP_VERSION' : 'SERVER_PROTOCOL'

    def setup_body
      refuse_head
      refuse_length(env['CONTENT_LENGTH'], env['HTTP_TRANSFER_ENCODING'])
      super
    rescue ArgumentError, Errno::EACCES, Errno::EROFS # where there is no folder for Puma's temporary file
      refuse 'a body in chunks'
    end

    def decode_chunk(text)
      super.tap { bounded(@prev_chunk.bytesize) }
    rescue ArgumentError, NoMethodError, RangeError
      refuse 'chunks without a size'
    end

    def write_chunk(text)
      super
      bounded(@chunked_content_length)
    end

    private

    def refuse_head
      refuse 'the version is not HTTP/1.1' unless %w[HTTP/1.0 HTTP/1.1].include?(env[VERSION])
      refuse 'there is not one Host' unless one_host?
      refuse "more than #{MOST_HEADERS} headers" if env.size > MOST_HEADERS
      refuse 'no path is asked for' unless env['REQUEST_PATH'] || path?(env['REQUEST_URI'])
    end

    def refuse_length(length, coding)
      refuse 'both Content-Length and Transfer-Encoding' if length && coding
      refuse 'more than one Transfer-Encoding' if coding&.include?(',')
      bounded(length.to_i)
    end

    # Puma joins two with a comma; HTTP/1.0 has none.
    def one_host?
      host = env['HTTP_HOST']
      host ? !host.include?(',') : env[VERSION] == 'HTTP/1.0'
    end

    def bounded(length)
      refuse "a body of more than #{LARGEST_BODY} bytes" if length > LARGEST_BODY
    end

    def path?(target)
      URI.parse(target).path
    rescue URI::Error
      false
    end

    def refuse(reason)
      raise Puma::HttpParserError, reason
    end
  end
end

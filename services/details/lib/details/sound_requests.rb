# frozen_string_literal: true

require 'uri'

module Details
  # For Puma's client: what Puma would answer with 500, take two ways or keep in memory is refused with 400.
  module SoundRequests
    # Nothing that details answers has a use for a body.
    LARGEST_BODY = 64 * 1024

    def setup_body
      length = env['CONTENT_LENGTH']
      refuse 'no path is asked for' unless env['REQUEST_PATH'] || path?(env['REQUEST_URI'])
      refuse 'both Content-Length and Transfer-Encoding' if length && env['HTTP_TRANSFER_ENCODING']
      bounded(length.to_i)
      super
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

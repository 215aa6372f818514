# frozen_string_literal: true

module Details
  # For Puma's client: the time for a request to arrive, once begun, ends when it was to end.
  module OneDeadline
    def self.for(seconds)
      Module.new do
        define_method(:set_timeout) do |wait|
          super(wait)
          @deadline = nil unless wait == seconds
          @timeout_at = @deadline ||= @timeout_at if wait == seconds
        end
      end
    end
  end
end

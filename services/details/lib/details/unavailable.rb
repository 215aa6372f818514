# frozen_string_literal: true

module Details
  # The book's facts cannot be had now; carries the HTTP status that says so.
  class Unavailable < StandardError
    attr_reader :status

    def initialize(status, message)
      super(message)
      @status = status
    end
  end
end

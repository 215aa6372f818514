# frozen_string_literal: true

module Details
  # An environment that makes no sense; the message is one line for the person who set it.
  class Misconfigured < StandardError; end
end

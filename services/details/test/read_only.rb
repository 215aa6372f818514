# frozen_string_literal: true

require 'tempfile'

# For a server under test: no folder can be written to.
class Tempfile
  def self.new(*) = raise(Errno::EROFS)
end

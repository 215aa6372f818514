# frozen_string_literal: true

require_relative 'lib/details'

begin
  run Details.app(ENV)
rescue Details::Misconfigured => e
  abort "details: #{e.message}"
end

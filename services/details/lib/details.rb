# frozen_string_literal: true

require_relative 'details/app'
require_relative 'details/built_in_book'
require_relative 'details/environment'
require_relative 'details/misconfigured'

# The book details service: one book's facts as JSON.
module Details
  VERSIONS = %w[v1 v2].freeze

  # The Rack application that the environment asks for.
  def self.app(env)
    App.new(external?(env) ? google_books(env) : BuiltInBook.new)
  end

  # Whether facts come from Google Books: the switch decides where it is set, else the version does.
  def self.external?(env)
    environment = Environment.new(env)
    version = environment.text('SERVICE_VERSION', 'v1')
    unless VERSIONS.include?(version)
      raise Misconfigured, "SERVICE_VERSION=#{version}: no such version; there are #{VERSIONS.join(' and ')}"
    end

    environment.flag('ENABLE_EXTERNAL_BOOK_SERVICE', otherwise: version == 'v2')
  end

  def self.google_books(env)
    # Only here: net/http and openssl cost v1 several megabytes that it never uses.
    require_relative 'details/google_books'
    GoogleBooks.from_env(env)
  end
  private_class_method :google_books
end

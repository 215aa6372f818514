# frozen_string_literal: true

require 'json'
require_relative 'unavailable'

module Details
  # Answers `GET /details/<id>` and `GET /health`, and says clearly what else it does not answer.
  class App
    METHODS = %w[GET HEAD].freeze
    PRODUCT = %r{\A/details(?:/(?<id>.*))?\z}
    NUMERIC = /\A-?\d{1,16}\z/
    # Whole numbers up to here are the same number in every language that reads the JSON.
    LARGEST_ID = (2**53) - 1

    def initialize(book)
      @book = book
    end

    def call(env)
      status, body, headers = answer(env)
      text = JSON.generate(body)
      headers = { 'content-type' => 'application/json', 'content-length' => text.bytesize.to_s, **headers.to_h }
      [status, headers, env['REQUEST_METHOD'] == 'HEAD' ? [] : [text]]
    end

    private

    def answer(env)
      path = env['PATH_INFO']
      product = PRODUCT.match(path)
      return [404, { error: 'no such page; there are /details/<id> and /health' }] unless product || path == '/health'
      return not_allowed(env['REQUEST_METHOD']) unless METHODS.include?(env['REQUEST_METHOD'])
      return [200, { status: 'Details is healthy' }] unless product

      details(product[:id], env)
    rescue Unavailable => e
      failed(e.status, e.message, env)
    rescue StandardError => e
      failed(500, "#{e.class}: #{e.message}", env)
    end

    def not_allowed(method)
      [405, { error: "#{method} is not allowed; #{METHODS.join(' and ')} are" }, { 'allow' => METHODS.join(', ') }]
    end

    def details(text, env)
      id = product_id(text)
      return [400, { error: 'please provide numeric product id' }] unless id

      [200, { 'id' => id, **@book.facts(env) }]
    end

    def failed(status, message, env)
      env['rack.errors'].puts("details: #{env['PATH_INFO']}: #{status}: #{message.inspect}")
      [status, { error: message }]
    end

    def product_id(text)
      return unless NUMERIC.match?(text)

      id = text.to_i
      id if id.abs <= LARGEST_ID
    end
  end
end

# frozen_string_literal: true

require 'minitest/autorun'
require 'rack/test'
require 'details'

class AppTest < Minitest::Test
  include Rack::Test::Methods

  BOOK = {
    'id' => 0,
    'author' => 'William Shakespeare',
    'year' => 1595,
    'type' => 'paperback',
    'pages' => 200,
    'publisher' => 'PublisherA',
    'language' => 'English',
    'ISBN-10' => '1234567890',
    'ISBN-13' => '123-1234567890'
  }.freeze
  NOT_NUMERIC = '{"error":"please provide numeric product id"}'

  attr_reader :app

  def setup
    @app = Details.app({})
  end

  def body
    JSON.parse(last_response.body)
  end

  # The book's nine facts come in the order in which readers know them.
  def test_book
    get '/details/0'

    assert_equal [200, 'application/json'], [last_response.status, last_response['content-type']]
    assert_equal BOOK.to_a, body.to_a
  end

  # Any whole number is a product, and the answer names it as a number.
  def test_id_is_echoed
    [1, 3, -1, 9_007_199_254_740_991].each do |id|
      get "/details/#{id}"

      assert_equal [200, id], [last_response.status, body['id']]
    end
  end

  # What is no whole number, or one that not every JSON reader can hold, is refused.
  def test_id_not_numeric
    ['/details', '/details/', '/details/abc', '/details/1.5', '/details/0x1', '/details/0/1', '/details/1%0A',
     '/details/9007199254740992', "/details/#{'9' * 5000}"].each do |path|
      get path

      assert_equal [400, NOT_NUMERIC], [last_response.status, last_response.body], path
    end
  end

  # The query is nobody's business here.
  def test_query_is_ignored
    get '/details/0?u=test'

    assert_equal BOOK, body
  end

  # Health is told in the words that dashboards look for.
  def test_health
    get '/health'

    assert_equal [200, '{"status":"Details is healthy"}'], [last_response.status, last_response.body]
  end

  # HEAD tells what GET would, without the body.
  def test_head
    get '/details/0'
    length = last_response['content-length']
    head '/details/0'

    assert_equal [200, length, ''], [last_response.status, last_response['content-length'], last_response.body]
  end

  # A method that is not served is refused with those that are.
  def test_other_methods
    %w[POST PUT DELETE PATCH OPTIONS].product(%w[/details/0 /health]).each do |method, path|
      custom_request method, path

      assert_equal [405, 'GET, HEAD'], [last_response.status, last_response['allow']], "#{method} #{path}"
    end
  end

  # An unknown path is told so in JSON.
  def test_unknown_path
    ['/', '/nope', '/healthy', '/detailsx/0'].each do |path|
      get path

      assert_equal [404, 'application/json', ['error']],
                   [last_response.status, last_response['content-type'], body.keys], path
    end
  end

  # A fault of our own is one line in the log and an answer, not a lost connection.
  def test_own_fault
    @app = Details::App.new(nil)
    get '/details/0'

    logged = last_request.env['rack.errors'].string.lines

    assert_equal [500, ['error'], 1], [last_response.status, body.keys, logged.size]
  end

  # A version that does not exist is refused in one line that says which do.
  def test_unknown_version
    error = assert_raises(Details::Misconfigured) { Details.app({ 'SERVICE_VERSION' => 'v9' }) }

    assert_equal 'SERVICE_VERSION=v9: no such version; there are v1 and v2', error.message
  end

  # A switch is on or off, and nothing else.
  def test_unknown_switch
    error = assert_raises(Details::Misconfigured) { Details.app({ 'ENABLE_EXTERNAL_BOOK_SERVICE' => 'yes' }) }

    assert_equal 'ENABLE_EXTERNAL_BOOK_SERVICE=yes: neither true nor false', error.message
  end

  # It listens where the environment says; an empty variable says nothing.
  def test_listen_url
    urls = [{}, { 'PORT' => '', 'BIND_HOST' => '' }, { 'PORT' => '1', 'BIND_HOST' => '::1' }].map do |env|
      Details::Environment.new(env).listen_url(any_interface: '0.0.0.0')
    end

    assert_equal %w[tcp://0.0.0.0:9080 tcp://0.0.0.0:9080 tcp://[::1]:1], urls
  end

  # A port that is none is refused.
  def test_bad_port
    %w[70000 tcp://10.0.0.1:9080 -1].each do |port|
      environment = Details::Environment.new({ 'PORT' => port })
      error = assert_raises(Details::Misconfigured) { environment.listen_url(any_interface: '::') }

      assert_equal "PORT=#{port}: not a whole number from 0 to 65535", error.message
    end
  end

  # Where the switch is set it decides, whatever the version.
  def test_switch_decides
    switched = [{ 'SERVICE_VERSION' => 'v1' }, { 'SERVICE_VERSION' => 'v2' }].product(%w[true false])
    external = switched.map { |env, on| Details.external?(env.merge('ENABLE_EXTERNAL_BOOK_SERVICE' => on)) }

    assert_equal [true, false, true, false], external
  end

  # Where it is not set, v2 asks Google Books and v1 does not.
  def test_version_decides
    assert_equal([false, false, true], [{}, { 'SERVICE_VERSION' => 'v1' }, { 'SERVICE_VERSION' => 'v2' }]
      .map { |env| Details.external?(env) })
  end
end

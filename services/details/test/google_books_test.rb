# frozen_string_literal: true

require 'minitest/autorun'
require 'rack/test'
require 'details'
require 'details/google_books'
require 'fake_server'

# Google Books is played by a proxy on loopback: the service asks it for the real address.
class GoogleBooksTest < Minitest::Test
  include Rack::Test::Methods

  VOLUME = {
    authors: ['William Shakespeare', 'Somebody Else'], publishedDate: '2000-01-01', printType: 'BOOK', pageCount: 64,
    publisher: 'Courier Corporation', language: 'en',
    industryIdentifiers: [{ type: 'ISBN_13', identifier: '9780486424613' },
                          { type: 'ISBN_10', identifier: '0486424618' }]
  }.freeze
  FOUND = FakeServer.json(200, { items: [{ volumeInfo: VOLUME }] })
  FACTS = {
    'id' => 0, 'author' => 'William Shakespeare', 'year' => 2000, 'type' => 'paperback', 'pages' => 64,
    'publisher' => 'Courier Corporation', 'language' => 'English',
    'ISBN-10' => '0486424618', 'ISBN-13' => '9780486424613'
  }.freeze
  SENT = { 'end-user' => 'jason', 'user-agent' => 'firefox', 'x-request-id' => 'r-1', 'traceparent' => '00-a-b-01',
           'x-b3-traceid' => 't-1' }.freeze
  WITHHELD = { 'cookie' => 'session=1', 'authorization' => 'Bearer 1', 'jwt' => '1', 'baggage' => 'b' }.freeze

  attr_reader :app

  def serve(**options, &)
    @server = FakeServer.new(&)
    @app = Details::App.new(Details::GoogleBooks.new(encrypt: false, proxy: URI(@server.url), **options))
  end

  def teardown
    @server&.stop
  end

  def status_and_error
    [last_response.status, JSON.parse(last_response.body)['error']]
  end

  # Google's facts are told under the same nine names.
  def test_facts
    serve { FOUND }
    get '/details/0'

    assert_equal [200, FACTS.to_a], [last_response.status, JSON.parse(last_response.body).to_a]
  end

  # What Google does not know is null or unknown, not an error.
  def test_missing_facts
    serve { FakeServer.json(200, { items: [{ volumeInfo: { title: 'A book' } }] }) }
    get '/details/0'

    assert_equal [0, nil, nil, 'unknown', nil, nil, 'unknown', nil, nil], JSON.parse(last_response.body).values
  end

  # The request that leaves names the book, and goes in plain HTTP through the proxy of the environment.
  def test_request_through_proxy
    @server = FakeServer.new { FOUND }
    @app = Details.app({ 'SERVICE_VERSION' => 'v2', 'DO_NOT_ENCRYPT' => 'true', 'http_proxy' => @server.url })
    get '/details/0'

    assert_equal 'GET http://www.googleapis.com/books/v1/volumes?q=isbn:0486424618 HTTP/1.1',
                 @server.head.lines.first.chomp
    assert_equal 200, last_response.status
  end

  # With encryption, the proxy is asked for a tunnel.
  def test_tunnel_through_proxy
    @server = FakeServer.new { "HTTP/1.1 403 Forbidden\r\n\r\n" }
    @app = Details.app({ 'SERVICE_VERSION' => 'v2', 'https_proxy' => @server.url })
    get '/details/0'

    assert_equal 'CONNECT www.googleapis.com:443 HTTP/1.1', @server.head.lines.first.chomp
    assert_equal 502, last_response.status
  end

  # Who asks and the trace go along; this application's credentials do not leave it.
  def test_forwarded_headers
    serve { FOUND }
    SENT.merge(WITHHELD).each { |name, value| header name, value }
    get '/details/0'
    head = @server.head.downcase

    assert_equal(SENT, SENT.select { |name, value| head.include?("\r\n#{name}: #{value}\r\n") })
    assert_empty(WITHHELD.select { |name, _| head.include?("\n#{name}:") })
  end

  # A failure at Google's is a 502 that says which.
  def test_bad_answer
    serve { FakeServer.json(429, {}) }
    get '/details/0'

    assert_equal [502, 'Google Books answered 429, not 200'], status_and_error
  end

  # An answer without the book is a 502, whatever is in it.
  def test_no_book
    answers = ['{}', '{"items":[]}', '{"items":[{}]}', '{"items":[{"volumeInfo":"x"}]}', '[]', 'null', '<html>', '']
    serve { FakeServer.json(200, answers.first) }
    until answers.empty?
      get '/details/0'

      assert_equal [502, 'Google Books sent no book with ISBN 0486424618'], status_and_error, answers.shift
    end
  end

  # A closed connection is a 502 and not tried again.
  def test_no_answer
    serve { '' }
    get '/details/0'

    assert_equal [502, 1], [last_response.status, @server.heads.size]
  end

  # Nobody there is a 502.
  def test_refused
    serve { FOUND }
    @server.stop
    @server = nil
    get '/details/0'

    assert_equal 502, last_response.status
  end

  # An answer that does not come within the budget is a 504 that says how long was waited.
  def test_too_slow
    release = Thread::Queue.new
    serve(budget: 0.05) { release.pop }
    get '/details/0'
    release << FOUND

    assert_equal [504, 'Google Books did not answer within 0.05 s'], status_and_error
  end

  # A proxy that is no address is refused at start, in one line.
  def test_bad_proxy
    env = { 'SERVICE_VERSION' => 'v2', 'DO_NOT_ENCRYPT' => 'true', 'http_proxy' => '127.0.0.1:80' }
    error = assert_raises(Details::Misconfigured) { Details.app(env) }

    assert_equal 'http_proxy=127.0.0.1:80: no address, as http://127.0.0.1:15001 is', error.message
  end

  # A host that no_proxy names is asked directly.
  def test_no_proxy
    env = { 'http_proxy' => 'http://127.0.0.1:1' }
    proxies = ['', 'localhost,.googleapis.com'].map do |names|
      Details::Proxy.of(env.merge('no_proxy' => names), scheme: 'http', host: 'www.googleapis.com')&.to_s
    end

    assert_equal ['http://127.0.0.1:1', nil], proxies
  end
end

# frozen_string_literal: true

require 'minitest/autorun'
require 'open3'
require 'puma'
require 'puma/configuration'
require 'timeout'
require 'fake_server'

# The service as it is started: Puma with config/puma.rb, on a port that the kernel chose.
class ServingTest < Minitest::Test
  ROOT = File.expand_path('..', __dir__)
  DEADLINE_SECONDS = 60
  COMMAND = %w[puma -C config/puma.rb].freeze
  FOUND = FakeServer.json(200, { items: [{ volumeInfo: {} }] })

  def start(env = {})
    env = { 'PORT' => '0', 'BIND_HOST' => '127.0.0.1' }.merge(env)
    stdin, @output, @process = Open3.popen2e(env, *COMMAND, chdir: ROOT)
    stdin.close
    @port = in_time { @output.find { |line| line.include?('Listening on') } }[/:(\d+)$/, 1].to_i
  end

  def in_time(&)
    Timeout.timeout(DEADLINE_SECONDS, &)
  end

  def teardown
    return unless @process

    Process.kill('KILL', @process.pid) if @process.alive?
    @process.join
    @output.close
  end

  def ask(connection, request = 'GET /health HTTP/1.1')
    connection.write("#{request}\r\nhost: details\r\n\r\n")
    answer(connection)
  end

  def answer(connection)
    head = in_time { connection.readline("\r\n\r\n") }
    connection.read(head[/content-length: (\d+)/i, 1].to_i)
    head[/\d{3}/].to_i
  end

  def connect
    TCPSocket.new('127.0.0.1', @port)
  end

  # One connection serves as many requests as its owner likes.
  def test_keep_alive
    start
    connection = connect

    assert_equal({ 200 => 500 }, Array.new(500) { ask(connection) }.tally)
  end

  POST = "POST /health HTTP/1.1\r\nhost: x\r\n"
  UNSOUND = {
    'no path' => "GET mailto:x HTTP/1.1\r\nhost: x\r\n\r\n",
    'half an address' => "GET http://[x HTTP/1.1\r\nhost: x\r\n\r\n",
    'a tunnel' => "CONNECT x:80 HTTP/1.1\r\nhost: x\r\n\r\n",
    'no host' => "GET /health HTTP/1.1\r\n\r\n",
    'two hosts' => "GET /health HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
    'a version to come' => "GET /health HTTP/3.0\r\nhost: x\r\n\r\n",
    'many headers' => "GET /health HTTP/1.1\r\nhost: x\r\n#{(1..200).map { |n| "x#{n}: y\r\n" }.join}\r\n",
    'compressed chunks' => "#{POST}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    'two lengths' => "#{POST}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    'a long body' => "#{POST}content-length: 100000000\r\n\r\n",
    'an absurd body' => "#{POST}content-length: #{'9' * 30}\r\n\r\n",
    'a chunk of no size' => "#{POST}transfer-encoding: chunked\r\n\r\n\r\nx\r\n",
    'a chunk of an absurd size' => "#{POST}transfer-encoding: chunked\r\n\r\n#{'f' * 30}\r\nx",
    'a long line of a size' => "#{POST}transfer-encoding: chunked\r\n\r\n1;#{'x' * 70_000}",
    'a long chunked body' =>
      "#{POST}transfer-encoding: chunked\r\n\r\n#{"4000\r\n#{'x' * 0x4000}\r\n" * 5}"
  }.freeze

  # Each gets its 400 before its body has come, and the next request is answered.
  def test_unsound_requests
    start
    UNSOUND.each do |what, request|
      connection = connect
      connection.write(request)

      assert_equal 400, in_time { connection.readline }[/\d{3}/].to_i, what
    end

    assert_equal 200, ask(connect)
  end

  # Puma writes a body in chunks into a file; where it cannot, the body is refused.
  def test_chunks_on_a_read_only_disk
    start('RUBYOPT' => "-r#{__dir__}/read_only")
    connection = connect
    connection.write("#{POST}transfer-encoding: chunked\r\n\r\n0\r\n\r\n")

    assert_equal [400, 200], [answer(connection), ask(connect)]
  end

  # This Puma has the wait that the configuration takes away, and it is gone.
  def test_no_thread_waits_for_a_next_request
    Puma::Configuration.new(config_files: [File.join(ROOT, 'config/puma.rb')]).load

    assert_operator Puma::Const::FAST_TRACK_KA_TIMEOUT, :>, 0
    assert_equal 0, Puma::Client::FAST_TRACK_KA_TIMEOUT
  end

  # More open connections than threads are all served.
  def test_many_connections
    start
    open = Array.new(40) { connect }

    assert_equal({ 200 => 80 }, (open + open).map { |connection| ask(connection) }.tally)
  end

  # A request that is no HTTP gets 400, and the next caller gets an answer.
  def test_malformed
    start

    assert_equal [400, 200], [ask(connect, "\x00\xFFnonsense"), ask(connect)]
  end

  # SIGTERM lets the request under way finish, and the process ends well.
  def test_sigterm_finishes_what_is_under_way
    release = Thread::Queue.new
    google = FakeServer.new { release.pop }
    start('SERVICE_VERSION' => 'v2', 'DO_NOT_ENCRYPT' => 'true', 'http_proxy' => google.url, 'no_proxy' => '')
    connection = connect
    connection.write("GET /details/0 HTTP/1.1\r\nhost: details\r\n\r\n")
    google.head
    Process.kill('TERM', @process.pid)
    in_time { @output.find { |line| line.include?('Gracefully stopping') } }
    release << FOUND

    assert_equal [200, 0], [answer(connection), in_time { @process.value.exitstatus }]
  ensure
    google.stop
  end

  # A version that does not exist ends the start with one line that says which do.
  def test_misconfigured
    output, status = Open3.capture2e({ 'PORT' => '0', 'SERVICE_VERSION' => 'v9' }, *COMMAND, chdir: ROOT)

    assert_equal 1, status.exitstatus
    assert_includes output, "details: SERVICE_VERSION=v9: no such version; there are v1 and v2\n"
  end
end

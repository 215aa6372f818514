# frozen_string_literal: true

require 'json'
require 'socket'
require 'timeout'

# An HTTP server on loopback that answers each connection once, with what the block makes of the request's head.
class FakeServer
  attr_reader :heads

  def self.json(status, body)
    text = body.is_a?(String) ? body : JSON.generate(body)
    "HTTP/1.1 #{status} Said so\r\ncontent-length: #{text.bytesize}\r\nconnection: close\r\n\r\n#{text}"
  end

  def initialize(&answer)
    @answer = answer
    @heads = Thread::Queue.new
    @server = TCPServer.new('127.0.0.1', 0)
    @thread = Thread.new { loop { serve(@server.accept) } }
  end

  def url
    "http://127.0.0.1:#{@server.addr[1]}"
  end

  # The next request's head; an error if none comes in a minute.
  def head
    Timeout.timeout(60) { @heads.pop }
  end

  def stop
    @thread.kill.join
    @server.close
  end

  private

  def serve(connection)
    head = connection.readline("\r\n\r\n")
    @heads << head
    connection.write(@answer.call(head))
  rescue EOFError, SystemCallError
    nil # the caller went away first
  ensure
    connection.close
  end
end

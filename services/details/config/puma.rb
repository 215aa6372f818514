# frozen_string_literal: true

require 'puma/server'
require 'socket'
require_relative '../lib/details/environment'
require_relative '../lib/details/one_deadline'
require_relative '../lib/details/sound_requests'

begin
  given = Details::Environment.new(ENV)
  # IPv6's "any" takes IPv4 too, where the kernel has IPv6 at all.
  bind given.listen_url(any_interface: Socket.ip_address_list.any?(&:ipv6?) ? '::' : '0.0.0.0')
  log_requests given.flag('ACCESS_LOG')
rescue Details::Misconfigured => e
  abort "details: #{e.message}"
end

environment 'production'

# One process: an answer costs a tenth of a millisecond, a second process 20 MB. The threads are for v2,
# where each waits for Google Books; v1 needs one or two of them.
workers 0
threads 1, 16

# An Envoy reuses an idle upstream connection for up to an hour; whoever closes first must be the Envoy,
# or a request meets a closing socket.
persistent_timeout 65 * 60

# A request has so long to arrive, head and body together. Puma begins anew with every byte: whoever sends one now and
# then would stay for ever.
first_data_timeout 10
Puma::Client.prepend(Details::OneDeadline.for(10))
Puma::Client.prepend(Details::SoundRequests)

# After an answer, Puma before 7 keeps the thread waiting 0.2 s for the connection's next request. With 40
# keep-alive connections of 4 requests/s each, 1 in 100 answers then took 4 s; without the wait, 1.2 ms.
Puma::Client::FAST_TRACK_KA_TIMEOUT = 0

# SIGTERM: no new connection, what is under way (2.5 s at most) is answered, exit 0.
drain_on_shutdown true
force_shutdown_after 10
raise_exception_on_sigterm false

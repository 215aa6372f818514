# frozen_string_literal: true

module Details
  # What a request for details passes on to the service behind: who asks, and the trace it belongs to.
  module ForwardedHeaders
    # Not among them, though the original Bookinfo sends them: cookie, authorization and jwt. They are
    # credentials of this application, the service behind is a third party, and Google refuses a foreign token.
    NAMES = %w[
      end-user user-agent
      x-request-id traceparent tracestate
      x-b3-traceid x-b3-spanid x-b3-parentspanid x-b3-sampled x-b3-flags
      x-ot-span-context x-cloud-trace-context grpc-trace-bin sw8
      x-datadog-trace-id x-datadog-parent-id x-datadog-sampling-priority
    ].freeze
    RACK_NAMES = NAMES.to_h { |name| [name, "HTTP_#{name.upcase.tr('-', '_')}"] }.freeze

    # The headers of a Rack request that go along, by the names they have on the wire.
    def self.of(request)
      RACK_NAMES.transform_values { |name| request[name] }.compact
    end
  end
end

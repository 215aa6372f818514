package bookinfo.reviews;

import com.sun.net.httpserver.Headers;
import java.net.HttpURLConnection;
import java.util.List;

/** The headers of a request that go on to ratings: what traces it, and who asks. */
final class ForwardedHeaders {

  private static final List<String> ALWAYS =
      List.of(
          "x-request-id",
          "x-ot-span-context",
          "x-datadog-trace-id",
          "x-datadog-parent-id",
          "x-datadog-sampling-priority",
          "traceparent",
          "tracestate",
          "x-cloud-trace-context",
          "grpc-trace-bin",
          "sw8",
          "x-b3-traceid",
          "x-b3-spanid",
          "x-b3-parentspanid",
          "x-b3-sampled",
          "x-b3-flags",
          "user-agent",
          "end-user",
          "authorization",
          "jwt");

  private ForwardedHeaders() {}

  /** Copy them; the cookie, which holds the session, only where it is asked for. */
  static void copy(Headers from, HttpURLConnection to, boolean withCookie) {
    ALWAYS.forEach(name -> copy(name, from, to));
    if (withCookie) {
      copy("cookie", from, to);
    }
  }

  private static void copy(String name, Headers from, HttpURLConnection to) {
    from.getOrDefault(name, List.of()).forEach(value -> to.addRequestProperty(name, value));
  }
}

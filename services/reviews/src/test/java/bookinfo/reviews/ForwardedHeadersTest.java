package bookinfo.reviews;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeadersTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-request-id: 7b1c",
        "x-ot-span-context: 1",
        "x-datadog-trace-id: 1",
        "x-datadog-parent-id: 1",
        "x-datadog-sampling-priority: 1",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate: a=b,c=d",
        "x-cloud-trace-context: 1/2;o=1",
        "grpc-trace-bin: AAAA",
        "sw8: 1-2-3",
        "x-b3-traceid: 1",
        "x-b3-spanid: 2",
        "x-b3-parentspanid: 3",
        "x-b3-sampled: 1",
        "x-b3-flags: 1",
        "user-agent: a browser/1.0 (of some kind)",
        "end-user: opennaru",
        "end-user: %ED%99%8D%EA%B8%B8%EB%8F%99",
        "end-user: Jos\u00e9",
        "authorization: Bearer x.y.z",
        "jwt: x.y.z",
      })
  @DisplayName("What traces a request, and who asks, reaches ratings as it came, byte for byte.")
  void forwarded(String header) throws Exception {
    assertEquals(List.of(header), forwarded(false, header));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"cookie: session=1", "baggage: a=1", "x-unknown: 1", "x-forwarded-for: 1"})
  @DisplayName("Other headers stay here; above all the cookie, which holds the session.")
  void notForwarded(String header) throws Exception {
    assertEquals(List.of(), forwarded(false, header));
  }

  @Test
  @DisplayName("The cookie goes on where FORWARD_COOKIE asks for it.")
  void cookie() throws Exception {
    assertEquals(List.of("cookie: session=1"), forwarded(true, "cookie: session=1"));
  }

  @Test
  @DisplayName("No trace is invented for a request that has none.")
  void nothingInvented() throws Exception {
    List<String> names = new ArrayList<>();
    for (String line : requestToRatings(false, "x-unknown: 1")) {
      names.add(line.split(":")[0].toLowerCase(Locale.ROOT));
    }
    names.remove(0); // the request line

    assertEquals(
        List.of("accept", "connection", "host", "user-agent"), names.stream().sorted().toList());
  }

  private static List<String> forwarded(boolean withCookie, String header) throws Exception {
    String name = header.split(":")[0];
    return requestToRatings(withCookie, header).stream()
        .filter(line -> line.startsWith(name + ":"))
        .toList();
  }

  /**
   * The lines that ratings get for a request with this header, sent as bytes over a plain socket.
   */
  private static List<String> requestToRatings(boolean withCookie, String header)
      throws IOException {
    try (StubRatings ratings = new StubRatings(StubRatings.json("{\"ratings\":{}}"));
        Reviews reviews =
            new Reviews(
                Reviews.configuration(
                    true, "red", ratings.port(), Duration.ofSeconds(10), withCookie));
        Socket connection = new Socket("127.0.0.1", reviews.port())) {
      String request =
          "GET /reviews/0 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + header + "\r\n\r\n";
      connection.getOutputStream().write(request.getBytes(ISO_8859_1));
      connection.getInputStream().readAllBytes();

      return ratings.requests().get(0);
    }
  }
}

package bookinfo.reviews;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** The parts of HTTP's grammar that the JDK's server does not look at. */
final class SoundRequest {

  private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
  private static final Pattern VERSION = Pattern.compile("HTTP/1\\.[01]");
  private static final Pattern LENGTH = Pattern.compile("[0-9]+");
  private static final Pattern VALUE = Pattern.compile("[^\\x00-\\x08\\x0a-\\x1f\\x7f]*");

  private SoundRequest() {}

  /**
   * Read the rest of the request; no page has use for a body.
   *
   * @throws IOException if it is malformed or does not arrive; its message says so
   */
  static void read(HttpExchange exchange) throws IOException {
    Headers headers = exchange.getRequestHeaders();
    List<String> hosts = headers.getOrDefault("Host", List.of());
    String length = headers.getFirst("Content-Length");
    require(METHOD.matcher(exchange.getRequestMethod()).matches(), "the method is no word");
    require(VERSION.matcher(exchange.getProtocol()).matches(), "the version is not HTTP/1.1");
    require(length == null || LENGTH.matcher(length).matches(), "the length is no number");
    require(
        hosts.isEmpty() ? isOld(exchange) : !String.join(",", hosts).contains(","),
        "there is not one Host"); // a proxy before us may have joined two
    require(
        headers.values().stream()
            .flatMap(List::stream)
            .allMatch(value -> VALUE.matcher(value).matches()),
        "a control character in a header");
    exchange.getRequestBody().close(); // reads it, up to 64 kB
  }

  private static boolean isOld(HttpExchange exchange) {
    return exchange.getProtocol().equals("HTTP/1.0");
  }

  private static void require(boolean sound, String otherwise) throws IOException {
    if (!sound) {
      throw new IOException(otherwise);
    }
  }
}

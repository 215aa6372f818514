package bookinfo.reviews;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** The one answer to a request. */
final class Reply {

  private static final int NO_BODY = -1;

  private final HttpExchange exchange;
  private final Exchanges exchanges;
  private final AtomicBoolean sent = new AtomicBoolean();

  Reply(HttpExchange exchange, Exchanges exchanges) {
    this.exchange = exchange;
    this.exchanges = exchanges;
  }

  /** Send a JSON document, to HEAD only its head; after the first, do nothing. */
  void send(int status, byte[] json) {
    if (!sent.compareAndSet(false, true)) {
      return;
    }
    try {
      Headers headers = exchange.getResponseHeaders();
      headers.set("Content-Type", "application/json");
      if (exchanges.isEnding()) {
        headers.set("Connection", "close");
      }
      if (exchange.getRequestMethod().equals("HEAD")) {
        headers.set("Content-Length", String.valueOf(json.length));
        exchange.sendResponseHeaders(status, NO_BODY);
      } else {
        exchange.sendResponseHeaders(status, json.length);
        try (OutputStream body = exchange.getResponseBody()) {
          body.write(json);
        }
      }
    } catch (IOException e) {
      exchange.close(); // the client has gone
    } finally {
      exchanges.end();
    }
  }
}

package bookinfo.reviews;

import com.sun.net.httpserver.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.util.Map;

/**
 * One call to the ratings service.
 *
 * <p>HttpURLConnection pools its connections, calls again when a pooled one turns out to be closed,
 * and obeys the JVM's proxy properties; its newer sibling takes 11 MB more and answers half as
 * often.
 */
final class RatingsCall {

  /** An answer has some 60 bytes; nobody waits for a long one. */
  private static final int MAX_ANSWER_BYTES = 64 * 1024;

  static {
    // The default pool keeps 5 connections and opens all others anew for each call.
    Defaults.property("http.maxConnections", "64");
  }

  private final Configuration configuration;
  private final int productId;
  private final long deadline;
  private volatile HttpURLConnection waitingForHeaders;

  RatingsCall(Configuration configuration, int productId) {
    this.configuration = configuration;
    this.productId = productId;
    this.deadline = System.nanoTime() + configuration.ratingsTimeout().toNanos();
  }

  /**
   * The stars of each reviewer.
   *
   * @throws IOException if ratings cannot be reached, answer anything but 200, or no ratings
   */
  Map<String, Integer> stars(Headers request) throws IOException {
    HttpURLConnection connection = connection();
    ForwardedHeaders.copy(request, connection, configuration.forwardCookie());
    waitingForHeaders = connection;
    int status = connection.getResponseCode();
    waitingForHeaders = null;

    byte[] answer = body(connection, status);
    if (status != HttpURLConnection.HTTP_OK) {
      throw new IOException("answered " + status);
    }
    return Json.stars(answer);
  }

  /** Stop waiting for an answer that has not begun; one that trickles in ends itself. */
  void abandon() {
    HttpURLConnection connection = waitingForHeaders;
    if (connection != null) {
      connection.disconnect();
    }
  }

  private HttpURLConnection connection() throws IOException {
    int timeoutMillis = Math.toIntExact(configuration.ratingsTimeout().toMillis());
    HttpURLConnection connection =
        (HttpURLConnection)
            configuration.ratings().resolve(Integer.toString(productId)).toURL().openConnection();
    connection.setConnectTimeout(timeoutMillis);
    connection.setReadTimeout(timeoutMillis);
    connection.setInstanceFollowRedirects(false);
    connection.setRequestProperty("accept", "application/json");
    return connection;
  }

  /**
   * The whole body, also of an error: a connection is pooled only when it has been read to its end.
   */
  private byte[] body(HttpURLConnection connection, int status) throws IOException {
    boolean refused = status >= HttpURLConnection.HTTP_BAD_REQUEST;
    try (InputStream body = refused ? connection.getErrorStream() : connection.getInputStream()) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
      byte[] part = new byte[1024];
      while (body != null && bytes.size() <= MAX_ANSWER_BYTES) {
        int length = body.read(part);
        if (length < 0) {
          return bytes.toByteArray();
        }
        bytes.write(part, 0, length);
        if (System.nanoTime() - deadline > 0) {
          throw new IOException("the answer trickles in");
        }
      }
      if (body == null) {
        return new byte[0];
      }
      throw new IOException("an answer of more than %d bytes".formatted(MAX_ANSWER_BYTES));
    }
  }
}

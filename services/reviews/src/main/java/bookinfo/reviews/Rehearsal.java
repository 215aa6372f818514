package bookinfo.reviews;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Plays a short day of the service and ends, for the JVM to write down which classes that takes.
 *
 * <p>Run with {@code -XX:ArchiveClassesAtExit=FILE}; a start with {@code
 * -XX:SharedArchiveFile=FILE} then finds the classes parsed, and the three versions share their
 * memory.
 */
public final class Rehearsal {

  private static final byte[] STARS =
      "{\"id\":0,\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4}}".getBytes(StandardCharsets.UTF_8);

  private Rehearsal() {}

  public static void main(String[] arguments) throws IOException, Configuration.Invalid {
    HttpServer ratings = ratings();
    ReviewsServer reviews =
        Main.start(
            Map.of(
                "SERVICE_VERSION",
                "v3",
                "HOSTNAME",
                "rehearsal",
                "PORT",
                "0",
                "BIND_HOST",
                ratings.getAddress().getHostString(),
                "RATINGS_HOSTNAME",
                ratings.getAddress().getHostString(),
                "RATINGS_SERVICE_PORT",
                String.valueOf(ratings.getAddress().getPort())));
    for (String path : List.of("/health", "/reviews/0", "/reviews/0", "/reviews/abc")) {
      get(reviews, path);
    }
    ratings.stop(0);
    get(reviews, "/reviews/0");
    reviews.stop(Duration.ofSeconds(1));
  }

  private static HttpServer ratings() throws IOException {
    HttpServer ratings =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    ratings.createContext(
        "/ratings/0",
        exchange -> {
          exchange.sendResponseHeaders(200, STARS.length);
          exchange.getResponseBody().write(STARS);
          exchange.close();
        });
    ratings.start();
    return ratings;
  }

  private static void get(ReviewsServer reviews, String path) throws IOException {
    URI page = URI.create("http://127.0.0.1:%d%s".formatted(reviews.address().getPort(), path));
    HttpURLConnection call = (HttpURLConnection) page.toURL().openConnection();
    call.setRequestProperty("x-request-id", "rehearsal");
    call.getResponseCode();
    call.disconnect();
  }
}

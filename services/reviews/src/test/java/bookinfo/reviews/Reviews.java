package bookinfo.reviews;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The service as a test has it: on a free port of loopback, asked over real HTTP. */
final class Reviews implements AutoCloseable {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .proxy(HttpClient.Builder.NO_PROXY)
          .build();

  private final ReviewsServer server;

  Reviews(Configuration configuration) throws IOException {
    this.server = new ReviewsServer(configuration);
  }

  static Reviews withoutRatings() throws IOException {
    return new Reviews(configuration(false, "black", 1, Duration.ofSeconds(10), false));
  }

  /** As v3, with time enough for a busy machine. */
  static Reviews red(StubRatings ratings) throws IOException {
    return red(ratings, Duration.ofSeconds(10));
  }

  static Reviews red(StubRatings ratings, Duration timeout) throws IOException {
    return new Reviews(configuration(true, "red", ratings.port(), timeout, false));
  }

  static Configuration configuration(
      boolean enabled, String color, int ratingsPort, Duration timeout, boolean forwardCookie) {
    URI ratings = URI.create("http://127.0.0.1:%d/ratings/".formatted(ratingsPort));
    return new Configuration(
        "127.0.0.1", 0, "reviews-vX-test", "null", enabled, color, ratings, timeout, forwardCookie);
  }

  int port() {
    return server.address().getPort();
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return request("GET", path, headers);
  }

  HttpResponse<String> request(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port(), path)))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  void stop(Duration grace) {
    server.stop(grace);
  }

  @Override
  public void close() {
    server.stop(Duration.ZERO);
  }
}

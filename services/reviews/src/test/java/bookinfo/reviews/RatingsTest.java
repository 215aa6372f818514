package bookinfo.reviews;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RatingsTest {

  private static final String FIVE_AND_FOUR =
      "{\"id\":0,\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4}}";
  private static final String FIVE = "{\"stars\":5,\"color\":\"red\"}";
  private static final String FOUR = "{\"stars\":4,\"color\":\"red\"}";
  private static final String UNAVAILABLE =
      "{\"error\":\"Ratings service is currently unavailable\"}";
  private static final Duration SOON = Duration.ofMillis(300);

  @Test
  @DisplayName("Ratings are asked for the product of the request.")
  void product() throws Exception {
    try (StubRatings ratings = new StubRatings(StubRatings.json(FIVE_AND_FOUR));
        Reviews reviews = Reviews.red(ratings)) {
      reviews.get("/reviews/12");

      assertEquals("GET /ratings/12 HTTP/1.1", ratings.requests().get(0).get(0));
    }
  }

  @Test
  @DisplayName("Nobody at the ratings' address: the reviews come with an error in each.")
  void refused() throws Exception {
    StubRatings gone = new StubRatings(StubRatings.json(FIVE_AND_FOUR));
    gone.close();
    try (Reviews reviews = Reviews.red(gone)) {
      assertEquals(200, reviews.get("/reviews/0").statusCode());
      assertEquals(List.of(UNAVAILABLE, UNAVAILABLE), ratings(reviews));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "500, {\"error\":\"x\"}",
    "503, ''",
    "404, {}",
    "401, {}",
    "302, {}",
    "201, '{\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4}}'",
    "200, ''",
    "200, <html>",
    "200, '{\"ratings\":{\"Reviewer1\":5,'",
  })
  @DisplayName(
      "Any answer but 200 with ratings in it counts as unavailable, never as an error of ours.")
  void unavailable(int status, String body) throws Exception {
    try (StubRatings ratings = new StubRatings(StubRatings.answer(status, body));
        Reviews reviews = Reviews.red(ratings)) {
      assertEquals(List.of(UNAVAILABLE, UNAVAILABLE), ratings(reviews));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"ratings\":{\"Reviewer2\":4}}'",
    "'{\"ratings\":{\"Reviewer1\":null,\"Reviewer2\":4}}'",
    "'{\"ratings\":{\"Reviewer1\":\"5\",\"Reviewer2\":4}}'",
    "'{\"ratings\":{\"Reviewer1\":4.5,\"Reviewer2\":4}}'",
  })
  @DisplayName("A reviewer without a whole number of stars is the only one with an error.")
  void oneMissing(String body) throws Exception {
    try (StubRatings ratings = new StubRatings(StubRatings.json(body));
        Reviews reviews = Reviews.red(ratings)) {
      assertEquals(List.of(UNAVAILABLE, FOUR), ratings(reviews));
    }
  }

  static List<StubRatings.Behaviour> late() {
    return List.of(
        to -> Thread.currentThread().join(),
        to -> trickle(to, "HTTP/1.1 200 OK\r\n", "x-more: and more\r\n"),
        to -> trickle(to, "HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n{", " "),
        to -> trickle(to, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "1\r\n \r\n"));
  }

  @ParameterizedTest
  @MethodSource("late")
  @DisplayName(
      "The timeout is for the whole answer: a silent one ends at it, and so does a trickle.")
  void timeout(StubRatings.Behaviour late) throws Exception {
    try (StubRatings ratings = new StubRatings(late);
        Reviews reviews = Reviews.red(ratings, SOON)) {
      assertEquals(List.of(UNAVAILABLE, UNAVAILABLE), ratings(reviews));
    }
  }

  @Test
  @DisplayName("However many wait for ratings, one more is answered at once, and so is /health.")
  void tooMany() throws Exception {
    CountDownLatch waiting = new CountDownLatch(Ratings.MAX_CALLS);
    StubRatings.Behaviour never =
        to -> {
          waiting.countDown();
          Thread.currentThread().join();
        };
    List<Socket> clients = new ArrayList<>();
    try (StubRatings ratings = new StubRatings(never);
        Reviews reviews = Reviews.red(ratings, Duration.ofDays(1))) {
      for (int i = 0; i < Ratings.MAX_CALLS; i++) {
        Socket client = new Socket("127.0.0.1", reviews.port());
        clients.add(client);
        client
            .getOutputStream()
            .write("GET /reviews/0 HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(US_ASCII));
      }
      waiting.await();

      assertEquals(List.of(UNAVAILABLE, UNAVAILABLE), ratings(reviews));
      assertEquals(200, reviews.get("/health").statusCode());
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  @Test
  @DisplayName("Ratings that come back are shown at once.")
  void recovery() throws Exception {
    try (StubRatings ratings = new StubRatings(StubRatings.answer(500, "{}"));
        Reviews reviews = Reviews.red(ratings)) {
      assertEquals(List.of(UNAVAILABLE, UNAVAILABLE), ratings(reviews));
      ratings.behave(StubRatings.json(FIVE_AND_FOUR));

      assertEquals(List.of(FIVE, FOUR), ratings(reviews));
    }
  }

  @Test
  @DisplayName("Calls share a connection, also after an error answer.")
  void pooled() throws Exception {
    try (StubRatings ratings = new StubRatings(StubRatings.json(FIVE_AND_FOUR));
        Reviews reviews = Reviews.red(ratings)) {
      ratings(reviews);
      ratings.behave(StubRatings.answer(503, "{\"error\":\"x\"}"));
      ratings(reviews);
      ratings.behave(StubRatings.json(FIVE_AND_FOUR));
      ratings(reviews);

      assertEquals(3, ratings.requests().size());
      assertEquals(1, ratings.connectionsTaken());
    }
  }

  @Test
  @DisplayName("A pooled connection that ratings have closed meanwhile is no failure.")
  void stale() throws Exception {
    StubRatings.Behaviour answerAndClose =
        to -> {
          StubRatings.json(FIVE_AND_FOUR).answer(to);
          to.close();
        };
    try (StubRatings ratings = new StubRatings(answerAndClose);
        Reviews reviews = Reviews.red(ratings)) {
      assertEquals(List.of(FIVE, FOUR), ratings(reviews));
      assertEquals(List.of(FIVE, FOUR), ratings(reviews));
    }
  }

  @Test
  @DisplayName("Ratings that were restarted on the same address are found again.")
  void restarted() throws Exception {
    StubRatings before = new StubRatings(StubRatings.ownPort(), StubRatings.json(FIVE_AND_FOUR));
    try (Reviews reviews = Reviews.red(before)) {
      assertEquals(List.of(FIVE, FOUR), ratings(reviews));
      before.close();
      assertEquals(List.of(UNAVAILABLE, UNAVAILABLE), ratings(reviews));
      try (StubRatings after = new StubRatings(before.port(), StubRatings.json(FIVE_AND_FOUR))) {

        assertEquals(List.of(FIVE, FOUR), ratings(reviews));
        assertEquals(1, after.requests().size());
      }
    }
  }

  @Test
  @DisplayName("The JVM's proxy is asked for ratings in absolute form, loopback or not.")
  void proxy() throws Exception {
    try (StubRatings proxy = new StubRatings(StubRatings.json(FIVE_AND_FOUR));
        Reviews reviews =
            new Reviews(Reviews.configuration(true, "red", 9080, Duration.ofSeconds(10), false))) {
      System.setProperty("http.proxyHost", "127.0.0.1");
      System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
      System.setProperty("http.nonProxyHosts", "");

      assertEquals(List.of(FIVE, FOUR), ratings(reviews));
      assertEquals("GET http://127.0.0.1:9080/ratings/0 HTTP/1.1", proxy.requests().get(0).get(0));
      assertEquals(List.of("host: 127.0.0.1:9080"), header(proxy, "host"));
    } finally {
      List.of("http.proxyHost", "http.proxyPort", "http.nonProxyHosts")
          .forEach(System::clearProperty);
    }
  }

  private static void trickle(OutputStream to, String start, String drop)
      throws IOException, InterruptedException {
    StubRatings.write(to, start);
    while (true) {
      StubRatings.write(to, drop);
      Thread.sleep(20);
    }
  }

  private static List<String> header(StubRatings ratings, String name) {
    return ratings.requests().get(0).stream()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> name + line.substring(name.length()))
        .toList();
  }

  private static List<String> ratings(Reviews reviews) throws IOException, InterruptedException {
    return Pattern.compile("\"rating\":(\\{.*?\\})")
        .matcher(reviews.get("/reviews/0").body())
        .results()
        .map((MatchResult rating) -> rating.group(1))
        .toList();
  }
}

package bookinfo.reviews;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReviewsServerTest {

  private static final String FIVE_AND_FOUR =
      "{\"id\":0,\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4}}";
  private static final String UNFINISHED_HEAD = "GET /health HTTP/1.1\r\nhost: x\r\nx: ";
  private static final String UNFINISHED_BODY =
      "POST /health HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx";

  @Test
  @DisplayName("/health says that reviews are healthy, in Bookinfo's exact words.")
  void health() throws Exception {
    try (Reviews reviews = Reviews.withoutRatings()) {
      HttpResponse<String> answer = reviews.get("/health");

      assertEquals(200, answer.statusCode());
      assertEquals("{\"status\": \"Reviews is healthy\"}", answer.body());
      assertEquals(List.of("application/json"), answer.headers().map().get("content-type"));
    }
  }

  @Test
  @DisplayName("Without ratings there are two reviews, and no word of stars.")
  void withoutRatings() throws Exception {
    try (Reviews reviews = Reviews.withoutRatings()) {
      assertEquals(
          "{\"id\":\"0\",\"podname\":\"reviews-vX-test\",\"clustername\":\"null\",\"reviews\":["
              + "{\"reviewer\":\"Reviewer1\",\"text\":\"An extremely entertaining play by Shakespeare."
              + " The slapstick humour is refreshing!\"},"
              + "{\"reviewer\":\"Reviewer2\",\"text\":\"Absolutely fun and entertaining. The play lacks"
              + " thematic depth when compared to other plays by Shakespeare.\"}]}",
          reviews.get("/reviews/0").body());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"black", "red"})
  @DisplayName("With ratings each review has the reviewer's stars, in the version's colour.")
  void withRatings(String color) throws Exception {
    try (StubRatings ratings = new StubRatings(StubRatings.json(FIVE_AND_FOUR));
        Reviews reviews =
            new Reviews(
                Reviews.configuration(
                    true, color, ratings.port(), Duration.ofSeconds(10), false))) {
      assertEquals(
          "{\"id\":\"0\",\"podname\":\"reviews-vX-test\",\"clustername\":\"null\",\"reviews\":["
              + "{\"reviewer\":\"Reviewer1\",\"text\":\"An extremely entertaining play by Shakespeare."
              + " The slapstick humour is refreshing!\",\"rating\":{\"stars\":5,\"color\":\""
              + color
              + "\"}},"
              + "{\"reviewer\":\"Reviewer2\",\"text\":\"Absolutely fun and entertaining. The play lacks"
              + " thematic depth when compared to other plays by Shakespeare.\",\"rating\":{\"stars\":4,"
              + "\"color\":\""
              + color
              + "\"}}]}",
          reviews.get("/reviews/0").body());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/reviews/7, 7",
    "/reviews/-1, -1",
    "/reviews/007, 7",
    "/reviews/2147483647, 2147483647"
  })
  @DisplayName("The id is any 32-bit whole number and comes back as a string.")
  void id(String path, String id) throws Exception {
    try (Reviews reviews = Reviews.withoutRatings()) {
      HttpResponse<String> answer = reviews.get(path);

      assertEquals(200, answer.statusCode());
      assertEquals("{\"id\":\"" + id + "\"", answer.body().split(",")[0]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /reviews/abc",
    "GET, /reviews/",
    "GET, /reviews",
    "GET, /reviews/1.0",
    "GET, /reviews/2147483648",
    "GET, /reviews/0/1",
    "GET, /reviews/%D9%A0",
    "GET, /health/",
    "GET, /",
    "POST, /nope",
  })
  @DisplayName("What is no page is not found, whatever the method, and says so in JSON.")
  void notFound(String method, String path) throws Exception {
    try (Reviews reviews = Reviews.withoutRatings()) {
      HttpResponse<String> answer = reviews.request(method, path);

      assertEquals(404, answer.statusCode());
      assertEquals(
          "{\"error\":\"not found: there are /health and /reviews/<whole number>\"}",
          answer.body());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /reviews/0",
    "PUT, /reviews/0",
    "DELETE, /reviews/0",
    "PATCH, /reviews/0",
    "OPTIONS, /reviews/0",
    "POST, /health",
  })
  @DisplayName("A method that a page does not have is refused, with those that it has.")
  void methodNotAllowed(String method, String path) throws Exception {
    try (Reviews reviews = Reviews.withoutRatings()) {
      HttpResponse<String> answer = reviews.request(method, path);

      assertEquals(405, answer.statusCode());
      assertEquals(List.of("GET, HEAD"), answer.headers().map().get("allow"));
      assertEquals("{\"error\":\"method not allowed: GET and HEAD are\"}", answer.body());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/reviews/0", "/nope"})
  @DisplayName("HEAD has the head of GET, its length included, and no body.")
  void head(String path) throws Exception {
    try (Reviews reviews = Reviews.withoutRatings()) {
      HttpResponse<String> get = reviews.get(path);
      HttpResponse<String> head = reviews.request("HEAD", path);

      assertEquals(get.statusCode(), head.statusCode());
      for (String name : List.of("content-length", "content-type")) {
        assertEquals(get.headers().map().get(name), head.headers().map().get(name));
      }
      assertEquals("", head.body());
    }
  }

  @Test
  @DisplayName("A connection serves one request after another, whatever the first was.")
  void keepAlive() throws Exception {
    try (Reviews reviews = Reviews.withoutRatings();
        Socket connection = new Socket("127.0.0.1", reviews.port())) {
      connection
          .getOutputStream()
          .write(
              ("HEAD /health HTTP/1.1\r\nhost: x\r\n\r\n"
                      + "POST /reviews/0 HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
                      + "GET /nope HTTP/1.1\r\nhost: x\r\n\r\n"
                      + "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
                  .getBytes(US_ASCII));

      String answers = new String(connection.getInputStream().readAllBytes(), US_ASCII);

      assertEquals(
          List.of("200 OK", "405 Method Not Allowed", "404 Not Found", "200 OK"),
          Pattern.compile("HTTP/1.1 ([^\r]+)")
              .matcher(answers)
              .results()
              .map(m -> m.group(1))
              .toList());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "G(T /health HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /health HTTP/3.0\r\nhost: x\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nhost: x\r\nhost: y\r\n\r\n",
        "GET /health HTTP/1.1\r\nhost: x\r\nx: a\0b\r\n\r\n",
        "GET /health HTTP/1.1\r\nhost: x\r\ncontent-length: +3\r\n\r\nabc",
        "GET /health HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
      })
  @DisplayName("What the JDK's server would take, or find out after its answer, is refused.")
  void malformed(String request) throws Exception {
    try (Reviews reviews = Reviews.withoutRatings();
        Socket connection = new Socket("127.0.0.1", reviews.port())) {
      connection.getOutputStream().write(request.getBytes(US_ASCII));

      String answer = new String(connection.getInputStream().readAllBytes(), US_ASCII);

      assertEquals("HTTP/1.1 400 Bad Request", answer.lines().findFirst().orElse("nothing"));
    }
  }

  @Test
  @DisplayName("A request under way is answered before the service stops, and none comes after it.")
  void stop() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch mayAnswer = new CountDownLatch(1);
    StubRatings.Behaviour late =
        to -> {
          asked.countDown();
          mayAnswer.await();
          StubRatings.json(FIVE_AND_FOUR).answer(to);
        };
    try (StubRatings ratings = new StubRatings(late);
        Reviews reviews = Reviews.red(ratings)) {
      CompletableFuture<HttpResponse<String>> answer =
          inBackground(() -> reviews.get("/reviews/0"));
      asked.await();
      CompletableFuture<Object> stopped =
          inBackground(
              () -> {
                reviews.stop(Duration.ofSeconds(10));
                return "stopped";
              });
      awaitRefusal(reviews.port());

      assertEquals(false, stopped.isDone());
      mayAnswer.countDown();
      assertEquals(200, answer.get(10, TimeUnit.SECONDS).statusCode());
      assertEquals(List.of("close"), answer.get().headers().map().get("connection"));
      assertEquals("stopped", stopped.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  @DisplayName("A request that does not end holds the service up no longer than the grace.")
  void stopIsBounded() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    StubRatings.Behaviour never =
        to -> {
          asked.countDown();
          Thread.currentThread().join();
        };
    try (StubRatings ratings = new StubRatings(never);
        Reviews reviews = Reviews.red(ratings, Duration.ofDays(1))) {
      CompletableFuture<HttpResponse<String>> answer =
          inBackground(() -> reviews.get("/reviews/0"));
      asked.await();

      reviews.stop(Duration.ofMillis(100));

      assertThrows(Exception.class, () -> answer.get(10, TimeUnit.SECONDS));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {UNFINISHED_HEAD, UNFINISHED_BODY})
  @DisplayName(
      "Clients that never finish their requests take no thread from others: they make way.")
  void unfinished(String request) throws Exception {
    List<SocketChannel> clients = new ArrayList<>();
    try (Reviews reviews = Reviews.withoutRatings();
        Selector ended = Selector.open()) {
      for (int i = 0; i < ServerThreads.MAX + 3; i++) {
        SocketChannel client =
            SocketChannel.open(new InetSocketAddress("127.0.0.1", reviews.port()));
        clients.add(client);
        client.write(ByteBuffer.wrap(request.getBytes(US_ASCII)));
        client.configureBlocking(false).register(ended, SelectionKey.OP_READ);
      }
      while (ended.keys().size() > ServerThreads.MAX) {
        ended.select(SelectionKey::cancel);
        ended.selectNow(); // forgets what is cancelled
      }

      assertEquals(200, reviews.get("/reviews/0").statusCode());
    } finally {
      for (SocketChannel client : clients) {
        client.close();
      }
    }
  }

  private static void awaitRefusal(int port) throws IOException {
    while (true) {
      try {
        new Socket("127.0.0.1", port).close();
      } catch (ConnectException e) {
        return; // that is it
      } catch (SocketException e) {
        continue; // it was still in the queue of the listener when that was closed
      }
    }
  }

  private static <T> CompletableFuture<T> inBackground(Callable<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Threads.daemons("background")
        .newThread(
            () -> {
              try {
                result.complete(work.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            })
        .start();
    return result;
  }
}

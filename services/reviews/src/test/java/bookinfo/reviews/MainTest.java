package bookinfo.reviews;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MainTest {

  @Test
  @DisplayName("What the environment gets wrong is one line and exit 2.")
  void invalid() throws Exception {
    Process reviews = start(Map.of("SERVICE_VERSION", "v9"));

    assertEquals(
        List.of(
            "reviews: SERVICE_VERSION=v9: no such version of reviews; there are v1 (no ratings),"
                + " v2 (black), v3 (red)"),
        errors(reviews).lines().toList());
    assertEquals(2, reviews.waitFor());
  }

  @Test
  @DisplayName("A port in use is one line that names PORT, and exit 1.")
  void portInUse() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String port = String.valueOf(taken.getLocalPort());
      Process reviews = start(Map.of("PORT", port, "BIND_HOST", "127.0.0.1"));

      assertEquals(
          List.of("reviews: PORT=" + port + " BIND_HOST=127.0.0.1: Address already in use"),
          errors(reviews).lines().toList());
      assertEquals(1, reviews.waitFor());
    }
  }

  @Test
  @DisplayName("SIGTERM lets a request under way finish, and the exit code is 0.")
  void sigterm() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch mayAnswer = new CountDownLatch(1);
    StubRatings.Behaviour late =
        to -> {
          asked.countDown();
          mayAnswer.await();
          StubRatings.json("{\"ratings\":{\"Reviewer1\":5,\"Reviewer2\":4}}").answer(to);
        };
    try (StubRatings ratings = new StubRatings(late)) {
      Process reviews =
          start(
              Map.of(
                  "SERVICE_VERSION", "v2",
                  "PORT", "0",
                  "BIND_HOST", "127.0.0.1",
                  "RATINGS_HOSTNAME", "127.0.0.1",
                  "RATINGS_SERVICE_PORT", String.valueOf(ratings.port())));
      try (BufferedReader log = reviews.errorReader(UTF_8);
          Socket connection = new Socket("127.0.0.1", port(log))) {
        connection
            .getOutputStream()
            .write("GET /reviews/0 HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(UTF_8));
        asked.await();
        reviews.toHandle().destroy(); // Process.destroy would close its log, too
        assertEquals("reviews: told to stop", log.readLine());
        mayAnswer.countDown();

        String answer = new String(connection.getInputStream().readAllBytes(), UTF_8);
        assertEquals("HTTP/1.1 200 OK", answer.lines().findFirst().orElseThrow());
        assertEquals(0, reviews.waitFor());
      } finally {
        reviews.destroyForcibly();
      }
    }
  }

  private static Process start(Map<String, String> environment) throws IOException {
    ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "@jvm.options",
            "-cp",
            System.getProperty("java.class.path"),
            "bookinfo.reviews.Main");
    command.environment().clear();
    command.environment().putAll(environment);
    return command.start();
  }

  private static String errors(Process process) throws IOException {
    return new String(process.getErrorStream().readAllBytes(), UTF_8);
  }

  /** The port that the first line of the log names. */
  private static int port(BufferedReader log) throws IOException {
    return Integer.parseInt(log.readLine().replaceAll(".* port (\\d+),.*", "$1"));
  }
}

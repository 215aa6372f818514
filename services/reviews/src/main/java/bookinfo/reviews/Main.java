package bookinfo.reviews;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** The reviews service, as its environment wants it. */
public final class Main {

  /** A little more than the 10 s that the slowest request may take; Kubernetes kills after 30. */
  private static final Duration GRACE = Duration.ofSeconds(12);

  private Main() {}

  public static void main(String[] arguments) {
    try {
      ReviewsServer server = start(System.getenv());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "shutdown"));
    } catch (Configuration.Invalid e) {
      Log.line(e.getMessage());
      System.exit(2);
    } catch (IOException e) {
      Log.line(e.getMessage());
      System.exit(1);
    }
  }

  /** Start as this environment wants it, and say so in a line. */
  static ReviewsServer start(Map<String, String> environment)
      throws Configuration.Invalid, IOException {
    Configuration configuration = Configuration.from(environment);
    ReviewsServer server = new ReviewsServer(configuration);
    Log.line(
        "%s listens on port %d, %s"
            .formatted(
                configuration.podName(),
                server.address().getPort(),
                configuration.ratingsEnabled()
                    ? "%s stars from %s"
                        .formatted(configuration.starColor(), configuration.ratings())
                    : "no stars"));
    return server;
  }

  private static void stop(ReviewsServer server) {
    Log.line("told to stop");
    server.stop(GRACE);
    // Told to stop, and stopped in order: that is no failure, so not 143.
    Runtime.getRuntime().halt(0);
  }
}

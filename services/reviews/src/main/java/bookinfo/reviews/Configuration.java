package bookinfo.reviews;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * What the environment says about this instance, parsed once at the start.
 *
 * @param bindHost the address to listen on, or empty for all of them
 * @param starColor how the stars are shown
 * @param ratings where ratings are asked; the product's id is appended
 * @param ratingsTimeout how long ratings may take in all, the body included
 */
record Configuration(
    String bindHost,
    int port,
    String podName,
    String clusterName,
    boolean ratingsEnabled,
    String starColor,
    URI ratings,
    Duration ratingsTimeout,
    boolean forwardCookie) {

  /**
   * The environment makes no sense; the message names the variable, its value and what would do.
   */
  static final class Invalid extends Exception {
    private static final long serialVersionUID = 1;

    Invalid(String variable, String given, String wanted) {
      super("%s=%s: %s".formatted(variable, given, wanted));
    }
  }

  static Configuration from(Map<String, String> environment) throws Invalid {
    Variables variables = new Variables(environment);
    String version = variables.text("SERVICE_VERSION", "");
    boolean ratingsByDefault =
        switch (version) {
          case "", "v1" -> false;
          case "v2", "v3" -> true;
          default ->
              throw new Invalid(
                  "SERVICE_VERSION",
                  version,
                  "no such version of reviews; there are v1 (no ratings), v2 (black), v3 (red)");
        };
    String starColor = variables.text("STAR_COLOR", version.equals("v3") ? "red" : "black");
    return new Configuration(
        variables.text("BIND_HOST", ""),
        variables.port("PORT", 9080),
        variables.text("HOSTNAME", "null"),
        variables.text("CLUSTER_NAME", "null"),
        variables.flag("ENABLE_RATINGS", ratingsByDefault),
        starColor,
        ratings(variables),
        ratingsTimeout(starColor),
        variables.flag("FORWARD_COOKIE", false));
  }

  /** Black is patient beyond the page's own 3 s on purpose: that is what the delay demo shows. */
  private static Duration ratingsTimeout(String starColor) {
    return starColor.equals("black") ? Duration.ofSeconds(10) : Duration.ofMillis(2_500);
  }

  private static URI ratings(Variables variables) throws Invalid {
    String domain = variables.text("SERVICES_DOMAIN", "");
    String host =
        variables.text("RATINGS_HOSTNAME", "ratings") + (domain.isEmpty() ? "" : "." + domain);
    int port = variables.port("RATINGS_SERVICE_PORT", 9080);
    try {
      return new URI("http", null, host, port, "/ratings/", null, null);
    } catch (URISyntaxException e) {
      throw new Invalid("RATINGS_HOSTNAME", host, "no host name; ratings, for example, is one");
    }
  }

  /** The environment's variables; an empty one counts as not set. */
  private record Variables(Map<String, String> environment) {

    String text(String name, String otherwise) {
      String value = environment.getOrDefault(name, "");
      return value.isEmpty() ? otherwise : value;
    }

    boolean flag(String name, boolean otherwise) throws Invalid {
      String value = text(name, String.valueOf(otherwise));
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new Invalid(name, value, "neither true nor false");
      };
    }

    int port(String name, int otherwise) throws Invalid {
      String value = text(name, String.valueOf(otherwise));
      if (value.matches("[0-9]{1,5}") && Integer.parseInt(value) <= 65_535) {
        return Integer.parseInt(value);
      }
      throw new Invalid(name, value, "no port; a whole number from 0 to 65535 is one");
    }
  }
}

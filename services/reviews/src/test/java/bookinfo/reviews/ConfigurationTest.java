package bookinfo.reviews;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {

  @Test
  @DisplayName("An empty environment gives reviews without ratings on port 9080 of all addresses.")
  void defaults() throws Configuration.Invalid {
    Configuration expected =
        new Configuration(
            "",
            9080,
            "null",
            "null",
            false,
            "black",
            URI.create("http://ratings:9080/ratings/"),
            Duration.ofSeconds(10),
            false);

    assertEquals(expected, Configuration.from(Map.of()));
  }

  @ParameterizedTest
  @CsvSource({"v1, false, black", "v2, true, black", "v3, true, red"})
  @DisplayName("The version decides whether there are ratings, and their colour.")
  void version(String version, boolean ratingsEnabled, String starColor)
      throws Configuration.Invalid {
    Configuration configuration = Configuration.from(Map.of("SERVICE_VERSION", version));

    assertEquals(ratingsEnabled, configuration.ratingsEnabled());
    assertEquals(starColor, configuration.starColor());
  }

  @Test
  @DisplayName("ENABLE_RATINGS and STAR_COLOR win over the version.")
  void explicitWins() throws Configuration.Invalid {
    Configuration configuration =
        Configuration.from(
            Map.of("SERVICE_VERSION", "v3", "ENABLE_RATINGS", "FALSE", "STAR_COLOR", "blue"));

    assertEquals(false, configuration.ratingsEnabled());
    assertEquals("blue", configuration.starColor());
  }

  @ParameterizedTest
  @CsvSource({"black, PT10S", "red, PT2.5S", "blue, PT2.5S"})
  @DisplayName("Black waits 10 s for ratings, every other colour 2.5 s.")
  void timeout(String starColor, Duration timeout) throws Configuration.Invalid {
    assertEquals(timeout, Configuration.from(Map.of("STAR_COLOR", starColor)).ratingsTimeout());
  }

  @Test
  @DisplayName("Ratings are asked at host, domain and port of the environment.")
  void ratings() throws Configuration.Invalid {
    Map<String, String> environment =
        Map.of(
            "RATINGS_HOSTNAME", "stars",
            "SERVICES_DOMAIN", "bookinfo.svc",
            "RATINGS_SERVICE_PORT", "8080");

    assertEquals(
        URI.create("http://stars.bookinfo.svc:8080/ratings/"),
        Configuration.from(environment).ratings());
  }

  @Test
  @DisplayName("A variable that is set to nothing counts as not set.")
  void emptyIsUnset() throws Configuration.Invalid {
    Map<String, String> nothing =
        Map.of("SERVICE_VERSION", "", "PORT", "", "ENABLE_RATINGS", "", "CLUSTER_NAME", "");

    assertEquals(Configuration.from(Map.of()), Configuration.from(nothing));
  }

  @ParameterizedTest
  @CsvSource({
    "SERVICE_VERSION, v4, 'no such version of reviews; there are v1 (no ratings), v2 (black), v3 (red)'",
    "ENABLE_RATINGS, yes, neither true nor false",
    "FORWARD_COOKIE, 1, neither true nor false",
    "PORT, 65536, no port; a whole number from 0 to 65535 is one",
    "PORT, -1, no port; a whole number from 0 to 65535 is one",
    "RATINGS_SERVICE_PORT, tcp://10.0.0.1:9080, no port; a whole number from 0 to 65535 is one",
    "RATINGS_HOSTNAME, a b, 'no host name; ratings, for example, is one'",
  })
  @DisplayName("What makes no sense is refused by name, with what would do.")
  void refused(String variable, String value, String reason) {
    Configuration.Invalid refusal =
        assertThrows(
            Configuration.Invalid.class, () -> Configuration.from(Map.of(variable, value)));

    assertEquals("%s=%s: %s".formatted(variable, value, reason), refusal.getMessage());
  }
}

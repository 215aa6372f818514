package bookinfo.reviews;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  @DisplayName("Names from the environment are escaped, not pasted.")
  void escaped() throws Configuration.Invalid {
    Configuration instance =
        Configuration.from(Map.of("HOSTNAME", "a\"b\\c\n", "CLUSTER_NAME", "서울"));

    String document = new String(Json.reviews(0, instance), UTF_8);

    assertTrue(
        document.startsWith("{\"id\":\"0\",\"podname\":\"a\\\"b\\\\c\\n\",\"clustername\":\"서울\","),
        document);
  }

  @Test
  @DisplayName("Stars are read wherever ratings stand in the document, whole numbers only.")
  void stars() throws IOException {
    String answer =
        "{\"id\":0,\"more\":{\"ratings\":{\"x\":1}},\"ratings\":{\"a\":5,\"b\":-1,\"c\":4.5,\"d\":\"5\","
            + "\"e\":null,\"f\":{\"g\":3},\"h\":[2],\"i\":99999999999,\"j\":4}}";

    assertEquals(Map.of("a", 5, "b", -1, "j", 4), Json.stars(answer.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{}",
        "{\"ratings\":null}",
        "{\"ratings\":[5,4]}",
        "{\"ratings\":{\"Reviewer1\":5",
        "<html></html>",
      })
  @DisplayName("What is no document of ratings is refused, also half of one.")
  void noRatings(String answer) {
    assertThrows(IOException.class, () -> Json.stars(answer.getBytes(UTF_8)));
  }
}

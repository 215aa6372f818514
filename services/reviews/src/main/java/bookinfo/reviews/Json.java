package bookinfo.reviews;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** The documents that go over the wire. */
final class Json {

  private static final JsonFactory FORMAT = new JsonFactory();

  private Json() {}

  /** What goes into a document. */
  @FunctionalInterface
  private interface Content {
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** The reviews of a book as this instance shows them, without ratings. */
  static byte[] reviews(int productId, Configuration instance) {
    return document(json -> reviews(json, productId, instance, null));
  }

  /** The same, each with the reviewer's stars, or with an error for a reviewer who has none. */
  static byte[] reviews(int productId, Configuration instance, Map<String, Integer> stars) {
    return document(json -> reviews(json, productId, instance, stars));
  }

  static byte[] error(String message) {
    return document(json -> json.writeStringField("error", message));
  }

  /**
   * The stars of each reviewer in an answer of ratings; a value that is no whole number is left
   * out.
   *
   * @throws IOException if the answer is not JSON, or not a document of ratings
   */
  static Map<String, Integer> stars(byte[] answer) throws IOException {
    try (JsonParser json = FORMAT.createParser(answer)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          boolean ratings = json.currentName().equals("ratings");
          if (json.nextToken() == JsonToken.START_OBJECT && ratings) {
            return stars(json);
          }
          json.skipChildren();
        }
      }
    } catch (JsonProcessingException e) {
      throw new IOException(
          "not JSON: " + e.getOriginalMessage(), e); // its own message has two lines
    }
    throw new IOException("no document of ratings");
  }

  private static Map<String, Integer> stars(JsonParser json) throws IOException {
    Map<String, Integer> stars = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String reviewer = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_NUMBER_INT
          && json.getNumberType() == JsonParser.NumberType.INT) {
        stars.put(reviewer, json.getIntValue());
      }
      json.skipChildren();
    }
    return stars;
  }

  private static void reviews(
      JsonGenerator json, int productId, Configuration instance, Map<String, Integer> stars)
      throws IOException {
    // A string, as Bookinfo always had it, though details and ratings give a number.
    json.writeStringField("id", Integer.toString(productId));
    json.writeStringField("podname", instance.podName());
    json.writeStringField("clustername", instance.clusterName());
    json.writeArrayFieldStart("reviews");
    for (Review review : Review.ALL) {
      json.writeStartObject();
      json.writeStringField("reviewer", review.reviewer());
      json.writeStringField("text", review.text());
      if (stars != null) {
        rating(json, stars.get(review.reviewer()), instance.starColor());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void rating(JsonGenerator json, Integer stars, String color) throws IOException {
    json.writeObjectFieldStart("rating");
    if (stars == null) {
      json.writeStringField("error", "Ratings service is currently unavailable");
    } else {
      json.writeNumberField("stars", stars);
      json.writeStringField("color", color);
    }
    json.writeEndObject();
  }

  private static byte[] document(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FORMAT.createGenerator(bytes)) {
      json.writeStartObject();
      content.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }
}

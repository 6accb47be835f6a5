package dev.pgbaton.instance.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.instance.Promise;
import java.time.Duration;

/** The body of {@code POST /promise}, as images/postgres/README.md documents it. */
final class PromiseJson {
  static final int LONGEST = 4096;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private PromiseJson() {}

  static String write(Promise promise) {
    return MAPPER
        .createObjectNode()
        .put("holder", promise.holder())
        .put("life", promise.life())
        .put("epoch", promise.epoch())
        .put("forMillis", promise.span().toMillis())
        .toString();
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  static Promise read(String text) {
    try {
      var json = MAPPER.readTree(text);
      if (!json.hasNonNull("holder")
          || !json.hasNonNull("life")
          || !json.path("epoch").isInt()
          || !json.path("forMillis").canConvertToLong()
          || json.path("forMillis").asLong() > Duration.ofMinutes(1).toMillis())
        throw new IllegalArgumentException("not a request for a promise");
      return new Promise(
          json.get("holder").asText(),
          json.get("life").asText(),
          json.get("epoch").asInt(),
          Duration.ofMillis(json.get("forMillis").asLong()));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a request for a promise", e);
    }
  }
}

package dev.pgbaton.e2e;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import java.time.Duration;

/**
 * One run as one route saw it; a line of JSON, in the same words for either way.
 *
 * @param way pgbaton or plain
 * @param by what was done: handoff, rollout, delete, drain, …
 * @param replication async or sync
 * @param route pgpool or service
 * @param gapS the longest time without an acknowledged write
 * @param recovered whether writes came back by themselves within the time that was given
 * @param lost acknowledged rows that are not there; absent if nobody could be asked
 * @param rolloutS until everything was as before
 * @param cause what the client saw first in the longest gap
 */
@JsonInclude(Include.NON_NULL)
record Measurement(
    String way,
    String by,
    String replication,
    String route,
    double gapS,
    boolean recovered,
    Long lost,
    Double rolloutS,
    String cause) {
  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private static double seconds(Duration duration) {
    return Math.round(duration.toNanos() / 1e6) / 1e3;
  }

  static Measurement parse(String line) {
    try {
      return JSON.readValue(line, Measurement.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(line, e);
    }
  }

  static Measurement of(
      String way,
      String by,
      String replication,
      String route,
      WriteStream.Seen seen,
      boolean recovered,
      Duration rollout) {
    return new Measurement(
        way,
        by,
        replication,
        route,
        seconds(seen.gap()),
        recovered,
        seen.lost().isPresent() ? seen.lost().getAsLong() : null,
        seconds(rollout),
        seen.cause());
  }

  String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}

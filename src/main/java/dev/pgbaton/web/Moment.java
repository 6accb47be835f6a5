package dev.pgbaton.web;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * A time on the page. How long ago that was says the reader's own clock, where there are scripts.
 *
 * @param iso empty where no time is known
 */
record Moment(String iso, String text) {
  static final Moment UNKNOWN = new Moment("", "");

  private static final DateTimeFormatter WORDS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  static Moment of(Instant at) {
    return new Moment(at.truncatedTo(ChronoUnit.SECONDS).toString(), WORDS.format(at));
  }

  static Moment of(Optional<Instant> at) {
    return at.map(Moment::of).orElse(UNKNOWN);
  }
}

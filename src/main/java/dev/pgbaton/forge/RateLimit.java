package dev.pgbaton.forge;

import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** How long a forge asks to be left alone. */
final class RateLimit {
  private static final Duration LEAST = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofHours(1);

  /** What GitHub advises where its answer does not say how long. */
  private static final Duration UNSAID = Duration.ofMinutes(1);

  private final InstantSource clock;

  RateLimit(InstantSource clock) {
    this.clock = clock;
  }

  /** Empty when the answer has nothing to do with a limit. */
  Optional<Duration> wait(HttpResponse<String> answer) {
    var code = answer.statusCode();
    if (code != 403 && code != 429 && code < 500) {
      return Optional.empty();
    }
    return header(answer, "Retry-After")
        .flatMap(this::retryAfter)
        .or(
            () ->
                header(answer, "X-RateLimit-Reset")
                    .filter(_ -> isUsedUp(answer))
                    .flatMap(this::reset))
        .or(() -> Optional.of(UNSAID).filter(_ -> code == 429 || isSecondaryLimit(answer)))
        .map(RateLimit::bounded);
  }

  private static boolean isUsedUp(HttpResponse<String> answer) {
    return header(answer, "X-RateLimit-Remaining").filter("0"::equals).isPresent();
  }

  private static boolean isSecondaryLimit(HttpResponse<String> answer) {
    return answer.statusCode() == 403
        && answer.body().toLowerCase(Locale.ROOT).contains("rate limit");
  }

  /** Seconds, or a date. */
  private Optional<Duration> retryAfter(String value) {
    try {
      return Optional.of(
          value.chars().allMatch(Character::isDigit)
              ? Duration.ofSeconds(Long.parseLong(value))
              : until(
                  ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
    } catch (DateTimeException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Optional<Duration> reset(String epochSeconds) {
    try {
      return Optional.of(until(Instant.ofEpochSecond(Long.parseLong(epochSeconds))));
    } catch (DateTimeException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Duration until(Instant instant) {
    return Duration.between(clock.instant(), instant);
  }

  private static Optional<String> header(HttpResponse<String> answer, String name) {
    return answer.headers().firstValue(name).map(String::strip);
  }

  private static Duration bounded(Duration duration) {
    return duration.compareTo(LEAST) < 0 ? LEAST : duration.compareTo(MOST) > 0 ? MOST : duration;
  }
}

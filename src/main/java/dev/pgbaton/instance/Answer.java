package dev.pgbaton.instance;

import java.time.Duration;
import java.util.Optional;

/**
 * When an instance told of itself. The holder hands the Lease over on one of the candidate's
 * answers and names it there: so the candidate knows that it was not written earlier than that, and
 * need not renew it before it may write.
 *
 * @param life of the pod that answered
 * @param started when its program began, because no other one can tell its clock
 */
public record Answer(String life, Duration started, Moment at) {
  public String text() {
    return "%s/%d/%d/%d".formatted(life, started.toNanos(), at.nanos(), at.sinceBoot());
  }

  /** Empty if it is not one, perhaps of another version of the program. */
  public static Optional<Answer> parse(String text) {
    var words = text.split("/");
    if (words.length != 4) return Optional.empty();
    try {
      return Optional.of(
          new Answer(
              words[0],
              Duration.ofNanos(Long.parseLong(words[1])),
              new Moment(Long.parseLong(words[2]), Long.parseLong(words[3]))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  boolean isOf(Identity self, Duration start) {
    return life.equals(self.life()) && started.equals(start);
  }
}

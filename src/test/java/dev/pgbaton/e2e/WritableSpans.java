package dev.pgbaton.e2e;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * When was which instance writable, for certain? Once writable, a server stays so until it ends; so
 * two looks that follow each other closely are bound together. After a longer pause (all of its
 * processes may have been stopped meanwhile) nothing is certain until the next answer.
 */
final class WritableSpans {
  private static final long CLOSE = 500_000_000L;

  /** Two instances that were writable at one time. */
  record Together(Look.Span one, Look other) {
    @Override
    public String toString() {
      return "%s was writable at [%d ms, %d ms], %s answered as writable at [%d ms, %d ms]"
          .formatted(
              one.address(),
              one.from() / 1_000_000,
              one.to() / 1_000_000,
              other.address(),
              other.begun() / 1_000_000,
              other.answered() / 1_000_000);
    }
  }

  private WritableSpans() {}

  /**
   * @param looks of all instances, in any order
   */
  static List<Look.Span> of(List<Look> looks) {
    return looks.stream().collect(Collectors.groupingBy(Look::address)).values().stream()
        .flatMap(of -> ofOne(of).stream())
        .toList();
  }

  /** What proves that two were writable at once: a look that another's span holds. */
  static List<Together> together(List<Look> looks) {
    var found = new ArrayList<Together>();
    for (var span : of(looks)) {
      for (var look : looks) {
        if (!look.address().equals(span.address()) && span.holds(look))
          found.add(new Together(span, look));
      }
    }
    return found;
  }

  private static List<Look.Span> ofOne(List<Look> looks) {
    var sorted = looks.stream().sorted(Comparator.comparing(Look::begun)).toList();
    var spans = new ArrayList<Look.Span>();
    Look before = null;
    for (var look : sorted) {
      var last = spans.isEmpty() ? null : spans.getLast();
      var bound =
          before != null
              && look.answered() - before.answered() < CLOSE
              && look.answered() - look.begun() < CLOSE;
      if (bound) {
        spans.set(
            spans.size() - 1,
            new Look.Span(look.address(), last.from(), Math.max(last.from(), look.begun())));
      } else {
        spans.add(new Look.Span(look.address(), look.answered(), look.answered()));
      }
      before = look;
    }
    return spans.stream().filter(span -> span.from() < span.to()).toList();
  }

  /** For a person: the spans in order, in milliseconds since the first. */
  static String text(List<Look> looks, Function<String, String> name) {
    var spans = of(looks).stream().sorted(Comparator.comparing(Look.Span::from)).toList();
    if (spans.isEmpty()) return "none";
    var first = spans.getFirst().from();
    return spans.stream()
        .map(
            s ->
                "%s +%d…+%d ms"
                    .formatted(
                        name.apply(s.address()),
                        (s.from() - first) / 1_000_000,
                        (s.to() - first) / 1_000_000))
        .collect(Collectors.joining(", "));
  }
}

package dev.pgbaton.spec;

import java.util.List;
import java.util.Optional;

/**
 * One of PostgreSQL's settings, as {@code pg_settings} describes it.
 *
 * @param unit what a number without a unit counts, such as {@code 8kB}
 * @param initial the value when nobody sets one; absent where it depends on the machine
 */
public record Setting(
    String name,
    Type type,
    String context,
    Optional<String> unit,
    Optional<String> min,
    Optional<String> max,
    List<String> values,
    Optional<String> initial) {

  /** PostgreSQL's own kinds of values. */
  public enum Type {
    bool,
    integer,
    real,
    string,
    enumeration
  }

  /** Whether only a restart puts a new value into force. */
  public boolean needsRestart() {
    return context.equals("postmaster");
  }

  boolean isReadOnly() {
    return context.equals("internal");
  }
}

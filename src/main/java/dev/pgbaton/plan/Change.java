package dev.pgbaton.plan;

import dev.pgbaton.desired.DesiredObject;

/** An object to be written. */
public record Change(DesiredObject object, Cause cause) {
  /** Why it is written. */
  public sealed interface Cause {
    record Missing() implements Cause {}

    /** The repository says something new. */
    record Changed(String what) implements Cause {}

    /** The repository says what it said before; somebody changed the object. */
    record Drifted(String what) implements Cause {}
  }

  /** For a person. */
  public String text() {
    return switch (cause) {
      case Cause.Missing() -> "create " + object.key();
      case Cause.Changed(var what) -> "change " + object.key() + ": " + what;
      case Cause.Drifted(var what) -> "repair " + object.key() + ", changed by hand: " + what;
    };
  }
}

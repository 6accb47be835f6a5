package dev.pgbaton.sandbox;

/** Something happened that must never happen. */
public final class InvariantViolated extends RuntimeException {
  public InvariantViolated(String message) {
    super(message);
  }
}

package dev.pgbaton.postgres;

import java.util.function.Supplier;

/** The credentials that this instance goes by now, for all that connect to others. */
public final class CurrentCredentials implements Supplier<Credentials> {
  private volatile Credentials present;

  public CurrentCredentials(Credentials present) {
    this.present = present;
  }

  @Override
  public Credentials get() {
    return present;
  }

  void take(Credentials next) {
    present = next;
  }
}

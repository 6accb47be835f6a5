package dev.pgbaton.sandbox;

import java.util.function.Consumer;

/** What happened, line by line, with the virtual time. */
final class Trace {
  private final Agenda agenda;
  private final Consumer<String> out;

  /**
   * @param out null for nobody
   */
  Trace(Agenda agenda, Consumer<String> out) {
    this.agenda = agenda;
    this.out = out;
  }

  /** Whether anybody listens: what is dear to word need not be worded otherwise. */
  boolean on() {
    return out != null;
  }

  void say(String who, String what) {
    if (out != null) out.accept("%9.3f  %-12s %s".formatted(agenda.millis() / 1000.0, who, what));
  }
}

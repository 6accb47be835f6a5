package dev.pgbaton.cli;

import java.io.PrintWriter;
import java.time.Duration;

/** What is waited for: on a terminal in one line with the time so far, else each thing once. */
final class Progress implements AutoCloseable {
  private static final String WHEEL = "|/-\\";

  private final PrintWriter out;
  private final boolean live = Colours.onTerminal();
  private final long began = System.nanoTime();
  private String shown = "";
  private int turn;

  Progress(PrintWriter out) {
    this.out = out;
  }

  void show(String what) {
    if (live) {
      var elapsed = Duration.ofNanos(System.nanoTime() - began);
      out.printf(
          "\r\u001b[K%s %s  %s",
          WHEEL.charAt(turn++ % WHEEL.length()), what, Times.seconds(elapsed));
      out.flush();
    } else if (!what.equals(shown)) {
      out.println(what);
      out.flush();
    }
    shown = what;
  }

  /** Before something else is said. */
  void clear() {
    if (!live || shown.isEmpty()) return;
    out.print("\r\u001b[K");
    out.flush();
    shown = "";
  }

  @Override
  public void close() {
    clear();
  }
}

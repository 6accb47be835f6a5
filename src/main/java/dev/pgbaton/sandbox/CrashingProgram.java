package dev.pgbaton.sandbox;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.function.IntConsumer;

/** What an image runs that ends as soon as it is started. */
final class CrashingProgram implements Program {
  private boolean over;

  CrashingProgram(Agenda agenda, IntConsumer exit) {
    agenda.in(
        300,
        () -> {
          if (!over) exit.accept(1);
        });
  }

  @Override
  public boolean ready() {
    return false;
  }

  @Override
  public void preStop(Runnable done) {
    done.run();
  }

  @Override
  public void terminate() {}

  @Override
  public void kill(boolean withoutAWord) {
    over = true;
  }

  @Override
  public void refresh(Pod pod) {}
}

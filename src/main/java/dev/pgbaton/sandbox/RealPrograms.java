package dev.pgbaton.sandbox;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.function.IntConsumer;

/** What such programs say, they say when it is their turn. */
record RealPrograms(Object turn, Program.Launcher to) implements Program.Launcher {
  @Override
  public Program launch(Pod pod, IntConsumer exit) {
    return new InTurn(
        turn,
        to.launch(
            pod,
            code -> {
              synchronized (turn) {
                exit.accept(code);
              }
            }));
  }

  @Override
  public boolean has(String image) {
    return to.has(image);
  }

  @Override
  public String address(Pod pod) {
    return to.address(pod);
  }

  @Override
  public void complete(Secret declared) {
    to.complete(declared);
  }

  private record InTurn(Object turn, Program to) implements Program {
    @Override
    public boolean ready() {
      return to.ready();
    }

    @Override
    public void preStop(Runnable done) {
      to.preStop(
          () -> {
            synchronized (turn) {
              done.run();
            }
          });
    }

    @Override
    public void terminate() {
      to.terminate();
    }

    @Override
    public void kill(boolean withoutAWord) {
      to.kill(withoutAWord);
    }

    @Override
    public void refresh(Pod pod) {
      to.refresh(pod);
    }
  }
}

package dev.pgbaton.sandbox;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.function.IntConsumer;

/** What runs in a pod's container. None of these calls waits. */
public interface Program {
  /** What the readiness probe gets to hear. */
  boolean ready();

  /** The pre-stop hook. */
  void preStop(Runnable done);

  /** SIGTERM. */
  void terminate();

  /**
   * SIGKILL, or the node's power: nothing of it runs from here on.
   *
   * @param withoutAWord nobody closes its connections: it is the power
   */
  void kill(boolean withoutAWord);

  /** The pod's annotations or its mounted files may have changed. */
  void refresh(Pod pod);

  /** Starts one. */
  interface Launcher {
    /**
     * @param exit is told the exit code when the program ends by itself
     */
    Program launch(Pod pod, IntConsumer exit);

    /** Whether there is such an image. */
    default boolean has(String image) {
      return !image.contains("does-not-exist");
    }

    /**
     * Makes what a primary is told of users and databases complete, in place: the passwords are
     * still missing in it.
     */
    default void complete(Secret declared) {}

    /** The pod's, where others are to reach it; null for none. */
    default String address(Pod pod) {
      return null;
    }
  }
}

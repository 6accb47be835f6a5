package dev.pgbaton.e2e;

/** One thing that goes wrong. Times are in seconds. */
sealed interface Fault {
  /** The primary of that moment, or the instance of that ordinal. */
  sealed interface Target {
    record Primary() implements Target {}

    record Ordinal(int ordinal) implements Target {}

    default String text() {
      return switch (this) {
        case Primary() -> "primary";
        case Ordinal(var ordinal) -> "orders-" + ordinal;
      };
    }
  }

  /** What is stopped by SIGSTOP, to go on later. */
  enum Part {
    POSTMASTER,
    PROGRAM,
    EVERYTHING
  }

  record DeletePod(Target target, boolean force) implements Fault {}

  record KillPostmaster(Target target) implements Fault {}

  record KillBackend(Target target) implements Fault {}

  record KillProgram(Target target) implements Fault {}

  record Pause(Target target, Part part, int lasting) implements Fault {}

  record PowerCut(Target target, int lasting) implements Fault {}

  record Isolation(Target target, int lasting) implements Fault {}

  record KubeletStop(Target target, int lasting) implements Fault {}

  record DaemonKill() implements Fault {}

  record PgpoolKill(boolean pod) implements Fault {}

  /**
   * @param frozen it answers nothing, but connections stay
   */
  record ApiServerAway(boolean frozen, int lasting) implements Fault {}

  default boolean ofNode() {
    return this instanceof PowerCut || this instanceof Isolation || this instanceof KubeletStop;
  }

  default String text() {
    return switch (this) {
      case DeletePod(var t, var force) -> "delete " + t.text() + (force ? " by force" : "");
      case KillPostmaster(var t) -> "kill -9 postmaster of " + t.text();
      case KillBackend(var t) -> "kill -9 backend of " + t.text();
      case KillProgram(var t) -> "kill -9 program of " + t.text();
      case Pause(var t, var part, var s) ->
          "SIGSTOP %s of %s %d s".formatted(part.name().toLowerCase(), t.text(), s);
      case PowerCut(var t, var s) -> "power cut at %s %d s".formatted(t.text(), s);
      case Isolation(var t, var s) -> "isolation of %s %d s".formatted(t.text(), s);
      case KubeletStop(var t, var s) -> "no kubelet at %s %d s".formatted(t.text(), s);
      case DaemonKill() -> "kill daemon";
      case PgpoolKill(var pod) -> pod ? "delete pgpool pod by force" : "kill -9 pgpool";
      case ApiServerAway(var frozen, var s) ->
          "API server %s %d s".formatted(frozen ? "frozen" : "away", s);
    };
  }
}

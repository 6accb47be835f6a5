package dev.pgbaton.plan;

/** Why an instance restarts, with before and after. */
public sealed interface RestartReason {
  record ImageChanged(String from, String to) implements RestartReason {}

  record SettingNeedsRestart(String name, String from, String to) implements RestartReason {}

  /** Another part of the pod's template. */
  record TemplateChanged(String what) implements RestartReason {}

  /** The pod was made from a revision that nothing more is known of. */
  record RevisionChanged(String from, String to) implements RestartReason {}

  /** The revision that failed is taken back. */
  record TakenBack(String why) implements RestartReason {}

  /** For a person: the same words in the log, the event, the commit status and the page. */
  default String text() {
    return switch (this) {
      case ImageChanged(var from, var to) -> "image %s → %s".formatted(from, to);
      case SettingNeedsRestart(var name, var from, var to) ->
          "%s %s → %s needs a restart".formatted(name, from, to);
      case TemplateChanged(var what) -> what;
      case RevisionChanged(var from, var to) -> "revision %s → %s".formatted(from, to);
      case TakenBack(var why) -> "the last revision that worked is restored: " + why;
    };
  }
}

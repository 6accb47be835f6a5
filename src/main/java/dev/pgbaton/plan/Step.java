package dev.pgbaton.plan;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.ToldPasswords;
import dev.pgbaton.desired.DesiredObject;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.SortedMap;

/** One thing to do. A pass does at most one. */
public sealed interface Step {
  /** Writes objects, in order; no instance stops by it. */
  record Apply(List<Change> changes) implements Step {}

  /** Deletes objects that pgbaton made and that nothing wants any more. None of them holds data. */
  record Prune(List<Leftover> leftovers) implements Step {}

  /** Puts the cluster's label on pods that somebody else's template made without it. */
  record Claim(List<PodRef> pods) implements Step {}

  /** Puts the instances' roles on their pods' labels, for people. */
  record LabelRoles(SortedMap<String, Role> roles, List<PodRef> pods) implements Step {}

  /** Tells the pods to take the settings that need no restart. */
  record Reload(List<PodRef> pods, String hash) implements Step {}

  /**
   * Tells the primary which users and databases it shall have taken; empty where none are declared
   * any more.
   */
  record TellUsers(String hash) implements Step {}

  /** Tells pgpool's pods to take the users' passwords. */
  record TellPgpool(List<PodRef> pods, String hash) implements Step {}

  /**
   * Brings the passwords of pgbaton's own roles one turn further.
   *
   * @param rotation the word in the spec that it is done for
   * @param secretVersion of the credentials Secret, as observed
   */
  record Rotate(LoginTurn.Phase to, String rotation, String secretVersion) implements Step {}

  /** Tells the pods to read the passwords of pgbaton's own roles again. */
  record TellLogins(List<PodRef> pods, String id) implements Step {}

  /**
   * Writes what Git has into the owner's Secrets that PostgreSQL or pgpool read.
   *
   * @param keys what changes, in words
   * @param passwords whether passwords that the instances go by are among it
   */
  record WritePasswords(List<DesiredObject> secrets, List<String> keys, boolean passwords)
      implements Step {
    static final String MEANING =
        "sessions stay, and from then on new logins work with the new password only; PostgreSQL is not restarted";

    /** Not what the Secrets hold. */
    @Override
    public String toString() {
      return "WritePasswords" + keys;
    }
  }

  /** Tells the instances which passwords to take, and where they lie. */
  record TellPasswords(ToldPasswords told) implements Step {}

  /**
   * Replaces a replica's pod.
   *
   * @param neverReady its pod was never Ready: it may go whatever the disruption budget says
   */
  record RestartReplica(PodRef pod, boolean neverReady, RestartReason reason) implements Step {}

  /** Asks the primary to hand off; its pod goes afterwards, as the replica it then is. */
  record HandOffPrimary(PodRef primary, PodRef candidate, RestartReason reason) implements Step {}

  /** Replaces the pod of a cluster's only instance: writes fail meanwhile. */
  record RestartSolo(PodRef pod, RestartReason reason) implements Step {}

  /**
   * Restarts PostgreSQL in the primary's pod, without a handoff: its standbys must not have less
   * than it.
   */
  record RestartInPlace(PodRef pod, RestartReason reason) implements Step {}

  /** Replaces a pod of pgpool that does not lead to the primary; the others serve meanwhile. */
  record ReplacePgpool(PodRef pod, String why) implements Step {
    static final String WORDS = "replace ";
  }

  /**
   * Gives up the intent that is being rolled out: the template goes back to the one that worked
   * last.
   */
  record GiveUp(Refusal refusal, String why) implements Step {}

  /**
   * @param uid of the object that was seen: another one of the same name stays
   */
  record Leftover(ObjectKey key, String uid) {}

  /** Whether an instance stops by it. */
  default boolean disruptive() {
    return switch (this) {
      case RestartReplica _, HandOffPrimary _, RestartSolo _, RestartInPlace _ -> true;
      case Apply _,
          Prune _,
          Claim _,
          LabelRoles _,
          Reload _,
          TellUsers _,
          TellPgpool _,
          Rotate _,
          TellLogins _,
          WritePasswords _,
          TellPasswords _,
          ReplacePgpool _,
          GiveUp _ ->
          false;
    };
  }

  /** Whether it is decided by who runs, or does not: the caches may not have heard of them yet. */
  default boolean takesALiveLook() {
    return disruptive() || this instanceof WritePasswords;
  }

  static PodRef ref(Pod pod) {
    var meta = pod.getMetadata();
    return new PodRef(meta.getName(), meta.getUid(), meta.getResourceVersion());
  }

  /** For a person. */
  default String text() {
    return switch (this) {
      case Apply(var changes) ->
          changes.size() <= 2
              ? String.join("; ", changes.stream().map(Change::text).toList())
              : "%s; and %d other objects".formatted(changes.getFirst().text(), changes.size() - 1);
      case Prune(var leftovers) ->
          "delete " + String.join(", ", leftovers.stream().map(l -> l.key().toString()).toList());
      case Claim(var pods) -> "label %s as the cluster's".formatted(pods);
      case LabelRoles(var roles, _) -> "label " + roles;
      case Reload(var pods, _) -> "reload settings on " + pods;
      case TellUsers(var hash) ->
          hash.isEmpty()
              ? "tell the primary that no users are declared any more"
              : "tell the primary of users and databases";
      case TellPgpool(var pods, _) -> "tell %s of users".formatted(pods);
      case Rotate(var to, var rotation, _) ->
          switch (to) {
            case prepared -> "rotation %s: give pgbaton's roles a second login".formatted(rotation);
            case switched ->
                "rotation %s: come with the new logins, and change the superuser's password"
                    .formatted(rotation);
            case ended -> "rotation %s: lock the former logins".formatted(rotation);
          };
      case TellLogins(var pods, _) -> "tell %s of new passwords".formatted(pods);
      case WritePasswords(_, var keys, var passwords) ->
          "write %s from Git into the cluster%s"
              .formatted(String.join(", ", keys), passwords ? ": " + WritePasswords.MEANING : "");
      case TellPasswords(var told) ->
          told.isOver()
              ? "tell the instances that all of them have the new passwords"
              : "tell the instances to take the new passwords";
      case RestartReplica(var pod, _, var reason) -> "restart %s: %s".formatted(pod, reason.text());
      case HandOffPrimary(var primary, var candidate, var reason) ->
          "hand off %s → %s: %s".formatted(primary, candidate, reason.text());
      case RestartSolo(var pod, var reason) ->
          "restart the only instance %s: %s".formatted(pod, reason.text());
      case RestartInPlace(var pod, var reason) ->
          "restart the primary %s in place: %s".formatted(pod, reason.text());
      case ReplacePgpool(var pod, var why) ->
          "%s%s, which does not lead to the primary: %s".formatted(ReplacePgpool.WORDS, pod, why);
      case GiveUp(_, var why) -> "give up: " + why;
    };
  }
}

package dev.pgbaton.plan;

import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.JournalEntry.Rollout;
import dev.pgbaton.observed.LeaseState;
import dev.pgbaton.observed.ObservedCluster;
import java.util.List;
import java.util.Optional;

/** A handoff that a person asks for, without a rollout around it: by the rules of one. */
public sealed interface AskedHandOff {
  /** It may be asked for now. */
  record Possible(Instance primary, Instance candidate) implements AskedHandOff {}

  /**
   * @param reason empty where it is no question of safety: there is nobody to hand off to, or
   *     somebody else is at it
   */
  record Refused(Optional<Refusal> reason, String text) implements AskedHandOff {
    private Refused(String text) {
      this(Optional.empty(), text);
    }

    private Refused(Refusal reason, String text) {
      this(Optional.of(reason), text);
    }

    private Refused(Unsafe unsafe) {
      this(Optional.of(unsafe.reason()), unsafe.text() + ".");
    }

    /** With the code in front, where it has one. */
    public String sentence() {
      return reason.map(r -> r.code() + ": ").orElse("") + text;
    }
  }

  /**
   * @param to the pod that shall be the primary; empty for whichever may be
   * @param maxReplicaLag in bytes of WAL
   * @param synchronousStandbys how many standbys confirm a commit
   */
  static AskedHandOff of(
      ObservedCluster observed, Optional<String> to, long maxReplicaLag, int synchronousStandbys) {
    var suspension = observed.journal().suspension();
    if (suspension.isPresent())
      return new Refused(
          Refusal.SUSPENDED_BY_HAND,
          "%s is %s. Resume it first.".formatted(observed.layout().id(), suspension.get().text()));
    if (observed.lease().isEmpty())
      return new Refused(
          "no Lease says who is its primary: either it is being made, or its image has no instance program. Then delete the primary's pod: its own hook passes the primary on.");
    var underWay =
        observed
            .lease()
            .flatMap(LeaseState::handoffTo)
            .map("a handoff to %s was asked for already."::formatted)
            .or(() -> observed.journal().rollout().map(Rollout::reason).map(AskedHandOff::busy));
    if (underWay.isPresent()) return new Refused(underWay.get());
    var instances = observed.instances();
    var unsafe =
        Unsafe.primary(observed, instances)
            .or(() -> Unsafe.unsettled(observed, instances, maxReplicaLag))
            // The former primary starts again, as a replica.
            .or(() -> Unsafe.beforeTheFirstRestart(observed, List.of()));
    if (unsafe.isPresent()) return new Refused(unsafe.get());
    var absent =
        observed.layout().podNames().stream()
            .filter(name -> observed.instance(name).isEmpty())
            .findFirst();
    if (absent.isPresent())
      return new Refused(
          Refusal.REPLICA_NOT_READY,
          "%s's pod is not there. Nothing is changed before it is.".formatted(absent.get()));
    return observed
        .primary()
        .map(primary -> from(primary, observed, to, maxReplicaLag, synchronousStandbys))
        .orElseGet(
            () -> new Refused(Refusal.ROLE_NOT_KNOWN, "it is not known who is the primary."));
  }

  private static String busy(String rollout) {
    return "a rollout is under way (%s), and hands off by itself.".formatted(rollout);
  }

  private static AskedHandOff from(
      Instance primary,
      ObservedCluster observed,
      Optional<String> to,
      long maxReplicaLag,
      int synchronousStandbys) {
    var holder = observed.lease().flatMap(LeaseState::holder).orElse("nobody");
    if (!holder.equals(primary.pod().name()))
      return new Refused(
          Refusal.NO_PRIMARY,
          "%s says that it is the primary, and %s holds the Lease.".formatted(primary, holder));
    if (to.filter(holder::equals).isPresent())
      return new Refused("%s is the primary already.".formatted(holder));
    if (to.isPresent() && observed.instance(to.get()).isEmpty())
      return new Refused(
          "there is no instance %s; there are %s.".formatted(to.get(), observed.instances()));
    if (observed.instances().size() == 1)
      return new Refused("%s is the only instance.".formatted(primary));
    return HandOff.candidate(
            observed,
            maxReplicaLag,
            synchronousStandbys,
            i -> to.isEmpty() || to.get().equals(i.pod().name()))
        .<AskedHandOff>map(candidate -> new Possible(primary, candidate))
        .orElseGet(() -> nobody(observed, to));
  }

  private static Refused nobody(ObservedCluster observed, Optional<String> to) {
    var cordoned =
        observed.instances().stream()
            .filter(i -> to.isEmpty() || to.get().equals(i.pod().name()))
            .filter(Instance::cordoned)
            .findFirst();
    return cordoned
        .map(
            i ->
                new Refused(
                    Refusal.NODE_CORDONED,
                    "%s is on a node that takes no new pods (cordoned).".formatted(i)))
        .orElseGet(
            () ->
                new Refused(
                    "%s now, and that is asked of whoever becomes the primary: otherwise something could be lost."
                        .formatted(
                            to.map("%s does not confirm commits"::formatted)
                                .orElse("no replica confirms commits"))));
  }
}

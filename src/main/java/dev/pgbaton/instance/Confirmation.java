package dev.pgbaton.instance;

import static dev.pgbaton.instance.InstancePlanner.decided;
import static dev.pgbaton.instance.InstancePlanner.elapsed;
import static dev.pgbaton.instance.InstancePlanner.triedJustNow;

import dev.pgbaton.cluster.Role;
import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.InstanceStep.Synchronise;
import dev.pgbaton.instance.InstanceStep.WriteQuorum;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How the holder brings the Lease and PostgreSQL to what is asked for, so that at no moment the
 * Lease lets somebody succeed with fewer instances than PostgreSQL's confirmations need: whoever is
 * new stands on the Lease first, whoever goes leaves PostgreSQL first; the first synchronous
 * standby is on the Lease before PostgreSQL waits for it, the last one leaves PostgreSQL first; and
 * between 1 and more the smaller number stands on the Lease, because it asks for more instances.
 */
final class Confirmation {
  /** A mounted ConfigMap is behind by less than this. */
  private static final Duration MOUNTS_FOLLOW = Duration.ofMinutes(2);

  /** Until every backend and walsender has taken a reloaded setting. */
  private static final Duration TAKEN_BY_ALL = Duration.ofSeconds(1);

  private Confirmation() {}

  static Optional<Decision> lead(InstanceView view, Duration now) {
    var inForce = view.agreement().inForce();
    if (inForce.isEmpty()) return Optional.empty();
    var lease = written(view, inForce.get().quorum());
    var wish = trusted(view, lease, now);

    var first = first(view, lease, wish);
    if (!first.equals(view.leaseState().orElseThrow().quorum()))
      return write(view, first, "who confirms a commit, on the Lease first", now);

    var target = target(first, wish);
    if (!inForce.get().quorum().setting().equals(target.setting()))
      return Optional.of(
          decided(new Synchronise(target), "synchronous_standby_names: " + target.setting()));

    var last = new Quorum(wish.members(), target.standbys());
    return !last.equals(first) && settled(view, inForce.get(), now)
        ? write(view, last, "PostgreSQL confirms so already", now)
        : Optional.empty();
  }

  private static Optional<Decision> write(
      InstanceView view, Quorum quorum, String why, Duration now) {
    return triedJustNow(view, now)
        ? Optional.empty()
        : Optional.of(decided(new WriteQuorum(quorum), why));
  }

  /** What a Lease that was made anew does not say, PostgreSQL still knows. */
  private static Quorum written(InstanceView view, Quorum inForce) {
    var lease = view.leaseState().orElseThrow().quorum();
    return lease.members().isEmpty() ? inForce : lease;
  }

  /**
   * Settings that may be older than what stands on the Lease ask for more, never for less: an
   * instance that has just become the holder must not relax what it doesn't know of yet.
   */
  private static Quorum trusted(InstanceView view, Quorum lease, Duration now) {
    var agreement = view.agreement();
    var wish = agreement.wish();
    var newer =
        agreement.wishSince().compareTo(agreement.leaseSince()) > 0
            || elapsed(agreement.leaseSince(), now, MOUNTS_FOLLOW);
    return newer
        ? wish
        : new Quorum(all(view, lease, wish), Math.max(wish.standbys(), lease.standbys()));
  }

  private static List<String> all(InstanceView view, Quorum one, Quorum other) {
    return Stream.concat(one.members().stream(), other.members().stream())
        .distinct()
        .sorted(
            Comparator.comparingInt((String name) -> view.self().ordinalOf(name))
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }

  private static Quorum first(InstanceView view, Quorum lease, Quorum wish) {
    var members = all(view, lease, wish);
    return new Quorum(members, firstStandbys(view, lease.standbys(), wish.standbys(), members));
  }

  private static int firstStandbys(InstanceView view, int lease, int wish, List<String> members) {
    // Not before there are any: a new cluster would wait for whoever is still to be made.
    if (lease == 0) return streaming(view, members, Optional.empty()) >= wish ? wish : 0;
    return wish == 0 ? lease : Math.min(lease, wish);
  }

  private static Quorum target(Quorum lease, Quorum wish) {
    var members = lease.members().stream().filter(wish.members()::contains).toList();
    var standbys =
        lease.standbys() == 0 || wish.standbys() == 0
            ? 0
            : Math.max(lease.standbys(), wish.standbys());
    return new Quorum(members, standbys);
  }

  /** What was confirmed before by others is by now where the new rule looks for it. */
  private static boolean settled(InstanceView view, Agreement.InForce inForce, Duration now) {
    var quorum = inForce.quorum();
    return elapsed(inForce.since(), now, TAKEN_BY_ALL)
        && streaming(view, quorum.members(), inForce.at()) >= quorum.standbys();
  }

  private static long streaming(
      InstanceView view, List<String> members, Optional<WalPosition> beyond) {
    return view.peers().stream()
        .flatMap(p -> p.status().stream())
        .filter(s -> members.contains(s.name()) && s.running() && s.role() == Role.REPLICA)
        .filter(s -> s.streamingFrom().filter(view.self().name()::equals).isPresent())
        .filter(
            s ->
                beyond.isEmpty()
                    || s.position().filter(p -> p.compareTo(beyond.get()) >= 0).isPresent())
        .count();
  }

  /** A standby waits as the Lease says from the moment of its promotion on. */
  static Optional<Decision> follow(InstanceView view) {
    var lease = view.leaseState().map(LeaseState::quorum).filter(q -> !q.members().isEmpty());
    return lease
        .filter(
            q ->
                view.agreement()
                    .inForce()
                    .filter(f -> !f.quorum().setting().equals(q.setting()))
                    .isPresent())
        .map(q -> decided(new Synchronise(q), "synchronous_standby_names: " + q.setting()));
  }
}

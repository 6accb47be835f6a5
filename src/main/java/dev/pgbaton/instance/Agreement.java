package dev.pgbaton.instance;

import dev.pgbaton.cluster.WalPosition;
import dev.pgbaton.instance.ServerState.Primary;
import java.time.Duration;
import java.util.Optional;

/**
 * How long the three who have a say in a commit's confirmation have said the same: the Lease, the
 * mounted settings, and PostgreSQL.
 *
 * @param wish what the mounted settings ask for
 * @param wishSince when that was first seen
 * @param lease what the Lease says
 * @param leaseSince when that was first seen, but for our own writes
 * @param inForce what PostgreSQL goes by; empty = it doesn't run
 */
public record Agreement(
    Quorum wish, Duration wishSince, Quorum lease, Duration leaseSince, Optional<InForce> inForce) {

  /**
   * @param at how far the log reached when that was first seen
   */
  public record InForce(Quorum quorum, Optional<WalPosition> at, Duration since) {}

  static Agreement begin(Quorum wish, Duration now) {
    return new Agreement(wish, now, Quorum.NONE, now, Optional.empty());
  }

  Agreement observed(
      Quorum wished,
      Optional<Quorum> written,
      Optional<Quorum> really,
      ServerState server,
      Duration now) {
    var onLease = written.orElse(lease);
    return new Agreement(
        wished,
        wished.equals(wish) ? wishSince : now,
        onLease,
        onLease.equals(lease) ? leaseSince : now,
        really.map(quorum -> inForce(quorum, server, now)));
  }

  private InForce inForce(Quorum quorum, ServerState server, Duration now) {
    var at =
        server instanceof Primary primary
            ? Optional.of(primary.position())
            : Optional.<WalPosition>empty();
    return inForce
        .filter(before -> before.quorum().equals(quorum))
        .filter(before -> before.at().isPresent() == at.isPresent())
        .orElseGet(() -> new InForce(quorum, at, now));
  }

  Agreement wrote(Quorum quorum) {
    return new Agreement(wish, wishSince, quorum, leaseSince, inForce);
  }
}

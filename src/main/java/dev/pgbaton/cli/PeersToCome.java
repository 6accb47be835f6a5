package dev.pgbaton.cli;

import dev.pgbaton.instance.InstanceStatus;
import dev.pgbaton.instance.Peer;
import dev.pgbaton.instance.Peers;
import dev.pgbaton.instance.Promise;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Where a StatefulSet starts its pods one after another, the first one can't ask the others before
 * it is Ready. A peer that never had a volume has no data: that is as good as its word.
 */
final class PeersToCome implements Peers {
  private final Peers peers;
  private final BooleanSupplier isEmptyHere;
  private final Predicate<String> hasNoVolume;

  /**
   * @param isEmptyHere whether there is no data here either; who has some does not ask for volumes
   * @param hasNoVolume whether it is certain that a peer has none
   */
  PeersToCome(Peers peers, BooleanSupplier isEmptyHere, Predicate<String> hasNoVolume) {
    this.peers = peers;
    this.isEmptyHere = isEmptyHere;
    this.hasNoVolume = hasNoVolume;
  }

  @Override
  public List<Peer> latest() {
    var latest = peers.latest();
    if (latest.stream().allMatch(p -> p.status().isPresent()) || !isEmptyHere.getAsBoolean())
      return latest;
    return latest.stream().map(this::orToCome).toList();
  }

  private Peer orToCome(Peer peer) {
    return peer.status().isEmpty() && peer.askedAt().isPresent() && hasNoVolume.test(peer.name())
        ? new Peer(peer.name(), peer.askedAt(), Optional.of(InstanceStatus.empty(peer.name(), "")))
        : peer;
  }

  @Override
  public void among(List<String> names) {
    peers.among(names);
  }

  @Override
  public boolean promise(List<String> names, Promise asked) {
    return peers.promise(names, asked);
  }

  @Override
  public void askClosely(Set<String> instances) {
    peers.askClosely(instances);
  }
}

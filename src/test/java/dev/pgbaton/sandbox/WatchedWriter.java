package dev.pgbaton.sandbox;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredObject;
import java.time.Instant;

/** Looks at the world at the moment in which the daemon stops an instance. */
final class WatchedWriter implements ClusterWriter {
  private final ClusterWriter writer;
  private final Invariants invariants;

  WatchedWriter(ClusterWriter writer, Invariants invariants) {
    this.writer = writer;
    this.invariants = invariants;
  }

  @Override
  public Written write(DesiredObject object) {
    return writer.write(object);
  }

  @Override
  public Written evict(ClusterLayout layout, PodRef pod) {
    return invariants.stopping(layout, pod, () -> writer.evict(layout, pod));
  }

  @Override
  public Written deletePod(ClusterLayout layout, PodRef pod) {
    return invariants.stopping(layout, pod, () -> writer.deletePod(layout, pod));
  }

  @Override
  public Written requestHandoff(ClusterLayout layout, String leaseVersion, PodRef candidate) {
    return invariants.handingOff(
        layout, candidate, () -> writer.requestHandoff(layout, leaseVersion, candidate));
  }

  @Override
  public Written requestRestart(ClusterLayout layout, String leaseVersion, PodRef holder) {
    return invariants.restartingInPlace(
        layout, holder, () -> writer.requestRestart(layout, leaseVersion, holder));
  }

  @Override
  public Written announceUsers(
      ClusterLayout layout, String leaseVersion, String hash, Instant now) {
    return writer.announceUsers(layout, leaseVersion, hash, now);
  }

  @Override
  public Written rotate(
      ClusterLayout layout, String secretVersion, LoginTurn.Phase to, String rotation) {
    return writer.rotate(layout, secretVersion, to, rotation);
  }

  @Override
  public Written annotateLogins(ClusterLayout layout, PodRef pod, String id) {
    return writer.annotateLogins(layout, pod, id);
  }

  @Override
  public Written annotateReload(ClusterLayout layout, PodRef pod, String hash) {
    return writer.annotateReload(layout, pod, hash);
  }

  @Override
  public Written claim(ClusterLayout layout, PodRef pod) {
    return writer.claim(layout, pod);
  }

  @Override
  public Written labelRole(ClusterLayout layout, PodRef pod, Role role) {
    return writer.labelRole(layout, pod, role);
  }

  @Override
  public Written delete(ObjectKey key, String uid) {
    return writer.delete(key, uid);
  }
}

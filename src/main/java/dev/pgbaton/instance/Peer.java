package dev.pgbaton.instance;

import java.time.Duration;
import java.util.Optional;

/**
 * Another instance of the cluster.
 *
 * @param askedAt when it was last asked, by this instance's clock; only questions that have ended
 *     count
 * @param status its answer; empty = it could not be reached
 */
public record Peer(String name, Optional<Duration> askedAt, Optional<InstanceStatus> status) {
  static Peer notAsked(String name) {
    return new Peer(name, Optional.empty(), Optional.empty());
  }

  boolean askedSince(Duration moment) {
    return askedAt.filter(at -> at.compareTo(moment) >= 0).isPresent();
  }
}

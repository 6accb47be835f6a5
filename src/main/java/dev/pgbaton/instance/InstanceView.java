package dev.pgbaton.instance;

import java.util.List;
import java.util.Optional;

/** Everything that one decision is made from. */
public record InstanceView(
    Identity self,
    InstanceSettings settings,
    ServerState server,
    ReloadState reload,
    LeaseView lease,
    List<Peer> peers,
    Intents intents,
    Memory memory,
    Agreement agreement) {

  Optional<Peer> peer(String name) {
    return peers.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  Optional<InstanceStatus> statusOf(String name) {
    return peer(name).flatMap(Peer::status);
  }

  Optional<LeaseState> leaseState() {
    return lease.state();
  }
}

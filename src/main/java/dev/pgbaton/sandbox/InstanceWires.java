package dev.pgbaton.sandbox;

import dev.pgbaton.instance.InstanceLoop;
import dev.pgbaton.instance.Peers;
import dev.pgbaton.instance.PrimaryLease;
import dev.pgbaton.instance.Promise;
import java.time.Duration;

/** What is between an instance's decisions and its world; tests put something wrong there. */
interface InstanceWires {
  InstanceWires SOUND = new InstanceWires() {};

  default PrimaryLease lease(PrimaryLease lease, ServerConfig mounted) {
    return lease;
  }

  default Peers peers(Peers peers) {
    return peers;
  }

  default boolean promise(InstanceLoop loop, Promise asked, Duration received) {
    return loop.promise(asked, received);
  }
}

package dev.pgbaton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.instance.InstanceLoop;
import dev.pgbaton.instance.LeaseState;
import dev.pgbaton.instance.Peer;
import dev.pgbaton.instance.Peers;
import dev.pgbaton.instance.PrimaryLease;
import dev.pgbaton.instance.Promise;
import dev.pgbaton.instance.Quorum;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Instances that do something wrong are caught, and those that don't are not. */
class BrokenInstancesTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");
  private static final int SEEDS = 150;

  @Test
  void renewingWithoutADeadlineIsCaught() {
    assertThat(caught(new RenewsForEver())).isNotEmpty();
  }

  @Test
  void breakingAPromiseIsCaught() {
    assertThat(caught(new PromisesLightly())).isNotEmpty();
  }

  @Test
  void goingOnWithoutEverybodysPromiseIsCaught() {
    assertThat(caught(new NeedsNobodysPromise())).isNotEmpty();
  }

  @Test
  void howManyConfirmACommitIsNotReadFromAMountThatMayBeOld() {
    assertThatThrownBy(() -> theOneWhoConfirmedIsOutOfReach(new BelievesItsMount()))
        .isInstanceOf(InvariantViolated.class)
        .hasMessageContaining("an acknowledged write is lost");

    theOneWhoConfirmedIsOutOfReach(InstanceWires.SOUND);
  }

  private static List<String> caught(InstanceWires wrong) {
    return LongStream.rangeClosed(1, SEEDS)
        .boxed()
        .flatMap(seed -> violation(seed, wrong).stream())
        .filter(what -> what.contains("writable"))
        .limit(1)
        .toList();
  }

  private static Optional<String> violation(long seed, InstanceWires wrong) {
    var simulation = new Simulation(seed, null, w -> w, p -> p);
    simulation.world().wires(wrong);
    try {
      simulation.run();
      return Optional.empty();
    } catch (InvariantViolated e) {
      return Optional.of(e.getMessage());
    }
  }

  /**
   * From no synchronous standby to one, of which one instance does not know yet; then the one that
   * confirmed is out of reach, and the primary is gone.
   */
  private static void theOneWhoConfirmedIsOutOfReach(InstanceWires wires) {
    var world = new World(11, Instant.EPOCH, 3, null);
    world.wires(wires);
    var site = world.site(ID);
    InstancesInTheModelTest.desired(3, 0)
        .objects()
        .forEach(
            o -> {
              if (o.policy() == ApplyPolicy.APPLY) world.apply().apply(o.object());
              else world.store().create(Json.copy(o.object()));
            });
    world.pass(Duration.ofSeconds(60));
    var names = new ArrayList<>(List.of("orders-0", "orders-1", "orders-2"));
    var primary =
        names.stream()
            .filter(n -> site.network().at(n).orElseThrow().server().writable())
            .findFirst()
            .orElseThrow();
    names.remove(primary);
    var confirms = names.get(0);
    var unaware = names.get(1);

    site.mountsStand(unaware, true);
    InstancesInTheModelTest.desired(3, 1).objects().stream()
        .filter(o -> o.object() instanceof ConfigMap)
        .forEach(o -> world.apply().apply(o.object()));
    world.pass(Duration.ofSeconds(120));
    assertThat(site.network().at(primary).orElseThrow().server().synchronousStandbys()).isOne();
    site.lag(unaware, 9000);
    world.pass(Duration.ofSeconds(10));

    site.network().cut(confirms, unaware, true);
    world.api(new ObjectKey("Pod", "shop", confirms)).away(true);
    world.machines().power(nodeOf(world, primary), false);
    world.pass(Duration.ofSeconds(150));
  }

  private static String nodeOf(World world, String pod) {
    return world
        .store()
        .find(new ObjectKey("Pod", "shop", pod), Pod.class)
        .orElseThrow()
        .getSpec()
        .getNodeName();
  }

  /** What could not be written counts as written. */
  private static final class RenewsForEver implements InstanceWires {
    @Override
    public PrimaryLease lease(PrimaryLease lease, ServerConfig mounted) {
      return new PrimaryLease() {
        @Override
        public Optional<LeaseState> latest() {
          return lease.latest();
        }

        @Override
        public Written write(LeaseState next) {
          return lease.write(next) instanceof Written.Done done ? done : new Written.Done(next);
        }
      };
    }
  }

  private static final class PromisesLightly implements InstanceWires {
    @Override
    public boolean promise(InstanceLoop loop, Promise asked, Duration received) {
      return true;
    }
  }

  private static final class NeedsNobodysPromise implements InstanceWires {
    @Override
    public Peers peers(Peers peers) {
      return new Peers() {
        @Override
        public List<Peer> latest() {
          return peers.latest();
        }

        @Override
        public void among(List<String> names) {
          peers.among(names);
        }

        @Override
        public boolean promise(List<String> names, Promise asked) {
          peers.promise(names, asked);
          return true;
        }

        @Override
        public void askClosely(Set<String> closely) {
          peers.askClosely(closely);
        }
      };
    }
  }

  /** Of the Lease it takes the holder only. */
  private static final class BelievesItsMount implements InstanceWires {
    @Override
    public PrimaryLease lease(PrimaryLease lease, ServerConfig mounted) {
      return new PrimaryLease() {
        @Override
        public Optional<LeaseState> latest() {
          return lease.latest().map(l -> believing(l, mounted));
        }

        @Override
        public Written write(LeaseState next) {
          return lease.write(next);
        }
      };
    }

    private static LeaseState believing(LeaseState l, ServerConfig mounted) {
      return new LeaseState(
          l.version(),
          l.holder(),
          l.holderLife(),
          l.epoch(),
          l.lastHolder(),
          l.floor(),
          l.handOffTo(),
          l.handOffRefused(),
          l.restart(),
          l.systemIdentifier(),
          new Quorum(
              List.of("orders-0", "orders-1", "orders-2"), mounted.synchronousStandbysMounted()),
          l.lapsesAfter());
    }
  }
}

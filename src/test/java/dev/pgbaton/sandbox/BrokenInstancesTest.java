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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Instances that do something wrong are caught, and those that don't are not. */
class BrokenInstancesTest {
  private static final ClusterId ID = new ClusterId("shop", "orders");
  private static final List<String> NAMES = List.of("orders-0", "orders-1", "orders-2");

  @Test
  void renewingWithoutADeadlineIsCaught() {
    twoAreWritable(() -> thePrimaryLosesTheApiServer(new RenewsForEver(), 0));
    thePrimaryLosesTheApiServer(InstanceWires.SOUND, 0);
  }

  @Test
  void breakingAPromiseIsCaught() {
    twoAreWritable(() -> thePrimaryLosesTheApiServer(new PromisesLightly(), 9));
    thePrimaryLosesTheApiServer(InstanceWires.SOUND, 9);
  }

  @Test
  void goingOnWithoutEverybodysPromiseIsCaught() {
    twoAreWritable(() -> thePrimaryLosesTheApiServer(new NeedsNobodysPromise(), 0));
  }

  private static void twoAreWritable(ThrowingCallable scenario) {
    assertThatThrownBy(scenario)
        .isInstanceOf(InvariantViolated.class)
        .hasMessageContaining("writable");
  }

  @Test
  void howManyConfirmACommitIsNotReadFromAMountThatMayBeOld() {
    assertThatThrownBy(() -> theOneWhoConfirmedIsOutOfReach(new BelievesItsMount()))
        .isInstanceOf(InvariantViolated.class)
        .hasMessageContaining("an acknowledged write is lost");

    theOneWhoConfirmedIsOutOfReach(InstanceWires.SOUND);
  }

  /**
   * @param seconds after which it loses the others too
   */
  private static void thePrimaryLosesTheApiServer(InstanceWires wires, int seconds) {
    var world = bringUp(wires, 1);
    var primary = primary(world);
    world.api(new ObjectKey("Pod", "shop", primary)).away(true);
    world.pass(Duration.ofSeconds(seconds));
    NAMES.stream()
        .filter(n -> !n.equals(primary))
        .forEach(n -> world.site(ID).network().cut(primary, n, true));
    world.pass(Duration.ofSeconds(40));
  }

  private static World bringUp(InstanceWires wires, int synchronous) {
    var world =
        new World(
            11, Instant.EPOCH, 3, Boolean.getBoolean("pgbaton.trace") ? System.out::println : null);
    world.wires(wires);
    InstancesInTheModelTest.desired(3, synchronous)
        .objects()
        .forEach(
            o -> {
              if (o.policy() == ApplyPolicy.APPLY) world.apply().apply(o.object());
              else world.store().create(Json.copy(o.object()));
            });
    world.pass(Duration.ofSeconds(60));
    return world;
  }

  private static String primary(World world) {
    return NAMES.stream()
        .filter(n -> world.site(ID).network().at(n).orElseThrow().server().writable())
        .findFirst()
        .orElseThrow();
  }

  /**
   * From no synchronous standby to one, of which one instance does not know yet; then the one that
   * confirmed is out of reach, and the primary is gone.
   */
  private static void theOneWhoConfirmedIsOutOfReach(InstanceWires wires) {
    var world = bringUp(wires, 0);
    var site = world.site(ID);
    var names = new ArrayList<>(NAMES);
    var primary = primary(world);
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
        public Optional<Duration> readAt() {
          return lease.readAt();
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
        public Optional<Duration> readAt() {
          return lease.readAt();
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
          l.handedOn(),
          l.epoch(),
          l.lastHolder(),
          l.floor(),
          l.handOffTo(),
          l.handOffRefused(),
          l.restart(),
          l.systemIdentifier(),
          new Quorum(NAMES, mounted.synchronousStandbysMounted()),
          l.lapsesAfter());
    }
  }
}

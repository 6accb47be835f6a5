package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ClusterId;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** One thing after another goes wrong. */
final class RandomFaults {
  private final Simulation simulation;
  private final Faults faults;
  private final Chance chance;
  private final ClusterId id;

  RandomFaults(Simulation simulation, Faults faults, Chance chance, ClusterId id) {
    this.simulation = simulation;
    this.faults = faults;
    this.chance = chance;
    this.id = id;
  }

  /**
   * @return how long it lasts
   */
  Duration strike() {
    var pod = "orders-" + chance.between(0, 2);
    var other = "orders-" + (StatefulSets.ordinal(pod) + chance.between(1, 2)) % 3;
    var lasting = Duration.ofSeconds(chance.between(3, 30));
    switch (chance.between(0, 37)) {
      case 0 -> faults.killPostgres(id, pod);
      case 1 -> faults.killContainer(id, pod);
      case 2 -> faults.deletePod(id, pod);
      case 3 -> faults.drain("node-" + chance.between(1, 4), lasting);
      case 4 -> faults.powerCut("node-" + chance.between(1, 3), lasting);
      case 5 -> faults.isolateFromApi(id, pod, lasting);
      case 6 -> faults.loseAnswers(id, pod, chance.between(1, 3));
      case 7 -> faults.cutLine(id, pod, other, lasting);
      case 8 -> faults.cutLineFromDaemon(id, pod, lasting);
      case 9 -> {
        lasting = lasting.multipliedBy(4);
        faults.keepFromStarting(id, pod, lasting);
      }
      case 10 -> faults.hangWhenStopping(id, pod, lasting);
      case 11 -> faults.lag(id, pod, Duration.ofMillis(chance.between(200, 5000)), lasting);
      case 12 -> faults.apiAway(lasting);
      case 13 -> faults.apiConflicts(chance.between(1, 5));
      case 14 -> faults.apiLosesAnswers(chance.between(1, 3));
      case 15 -> faults.scale(id, chance.between(0, 4));
      case 16 -> faults.editImage(id, "registry.example.com/pgbaton/postgres:17.by-hand");
      case 17 -> faults.movePrimary(id, pod);
      case 18 -> simulation.lateCaches(chance.between(5, 30), lasting);
      case 19 -> simulation.forgeAway(lasting);
      case 20 -> simulation.gitAway(lasting);
      case 21 -> faults.apiAwayForAll(lasting.multipliedBy(2));
      case 22 -> faults.slowApi(id, pod, chance.between(1, 3));
      case 23 -> faults.cutOneWay(id, pod, other, lasting);
      case 24 -> faults.isolate(id, pod, all(pod), lasting);
      case 25 -> faults.pauseProgram(id, pod, lasting);
      case 26 -> {
        if (chance.oneIn(2)) faults.sleep(id, pod, lasting);
        else faults.pauseContainer(id, pod, lasting);
      }
      case 27 -> faults.hang(id, pod, lasting);
      case 28 -> faults.killHook(id, pod, chance.between(0, 600));
      case 29 -> faults.nextPrimaryDies(id, chance.between(0, 300));
      case 30 -> {
        lasting = Duration.ofSeconds(chance.between(60, 110));
        faults.staleMounts(id, pod, lasting);
      }
      // Ahead only: a pod's status has no other sign of a former readiness than two times apart.
      case 31 -> faults.jumpClocks(Duration.ofSeconds(chance.between(1, 120)));
      case 32 -> {
        // All stop, and come back in any order.
        for (int node = 1; node <= 3; node++) {
          var dark = Duration.ofSeconds(chance.between(3, 40));
          faults.powerCut("node-" + node, dark);
          if (dark.compareTo(lasting) > 0) lasting = dark;
        }
      }
      case 33 -> {
        simulation.killDaemonAtCall(1, true);
        simulation.primary().ifPresent(p -> faults.killContainer(id, p));
      }
      case 34 -> {
        var alone = lasting;
        simulation.primary().ifPresent(p -> faults.isolate(id, p, all(p), alone));
      }
      case 35 -> {
        var still = lasting;
        var asleep = chance.oneIn(2);
        simulation
            .primary()
            .ifPresent(
                p -> {
                  if (asleep) faults.sleep(id, p, still);
                  else faults.pauseContainer(id, p, still);
                });
      }
      case 36 -> {
        var still = lasting;
        simulation.primary().ifPresent(p -> faults.pauseProgram(id, p, still));
      }
      default -> simulation.killDaemonAtCall(chance.between(1, 30), chance.oneIn(2));
    }
    return lasting;
  }

  private static List<String> all(String besides) {
    return Stream.of("orders-0", "orders-1", "orders-2").filter(p -> !p.equals(besides)).toList();
  }

  private static final class StatefulSets {
    static int ordinal(String pod) {
      return Integer.parseInt(pod.substring(pod.lastIndexOf('-') + 1));
    }
  }
}

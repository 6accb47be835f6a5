package dev.pgbaton.e2e;

import dev.pgbaton.e2e.Fault.ApiServerAway;
import dev.pgbaton.e2e.Fault.DaemonKill;
import dev.pgbaton.e2e.Fault.DeletePod;
import dev.pgbaton.e2e.Fault.Isolation;
import dev.pgbaton.e2e.Fault.KillBackend;
import dev.pgbaton.e2e.Fault.KillPostmaster;
import dev.pgbaton.e2e.Fault.KillProgram;
import dev.pgbaton.e2e.Fault.KubeletStop;
import dev.pgbaton.e2e.Fault.Part;
import dev.pgbaton.e2e.Fault.Pause;
import dev.pgbaton.e2e.Fault.PgpoolKill;
import dev.pgbaton.e2e.Fault.PowerCut;
import dev.pgbaton.e2e.Fault.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What happens in a round. It follows from the seed and the round's number alone, so one round can
 * be run again.
 *
 * @param push the change that is pushed at its beginning
 * @param faults in the order of their beginnings
 */
record ChaosRound(int number, Optional<Push> push, List<Planned> faults) {
  enum Push {
    IMAGE,
    SETTING_THAT_NEEDS_A_RESTART,
    SETTING_THAT_IS_RELOADED
  }

  /**
   * @param after milliseconds since the round's beginning
   */
  record Planned(Fault fault, int after) {}

  /**
   * @param only the name of the one kind of fault that is wanted; empty for all
   */
  static ChaosRound of(long seed, int number, String only) {
    var random = new SplittableRandom(seed * 1_000_003 + number);
    var push =
        switch (random.nextInt(10)) {
          case 0, 1, 2 -> Optional.of(Push.IMAGE);
          case 3, 4 -> Optional.of(Push.SETTING_THAT_NEEDS_A_RESTART);
          case 5 -> Optional.of(Push.SETTING_THAT_IS_RELOADED);
          default -> Optional.<Push>empty();
        };
    var faults = new ArrayList<Planned>();
    var at = push.isPresent() ? random.nextInt(500, 25_000) : random.nextInt(500, 2000);
    var count = 1 + (random.nextInt(10) + 2) / 7 + (random.nextInt(10) == 0 ? 1 : 0);
    while (faults.size() < count) {
      var fault = draw(random);
      if (!only.isEmpty() && !fault.getClass().getSimpleName().equals(only)) continue;
      // One node at a time, and one API server.
      var second =
          faults.stream()
              .map(Planned::fault)
              .anyMatch(
                  f ->
                      f.ofNode() && fault.ofNode()
                          || f instanceof ApiServerAway && fault instanceof ApiServerAway);
      if (second && only.isEmpty()) continue;
      if (second) break;
      faults.add(new Planned(fault, at));
      at += random.nextInt(0, 10_000);
    }
    return new ChaosRound(number, push, List.copyOf(faults));
  }

  private static Fault draw(SplittableRandom random) {
    var target =
        random.nextInt(10) < 6 ? new Target.Primary() : new Target.Ordinal(random.nextInt(3));
    return switch (random.nextInt(20)) {
      case 0, 1 -> new DeletePod(target, false);
      case 2 -> new DeletePod(target, true);
      case 3, 4 -> new KillPostmaster(target);
      case 5 -> new KillBackend(target);
      case 6 -> new KillProgram(target);
      case 7 -> new Pause(target, Part.POSTMASTER, random.nextInt(5, 31));
      case 8 -> new Pause(target, Part.PROGRAM, random.nextInt(5, 31));
      case 9, 10 -> new Pause(target, Part.EVERYTHING, random.nextInt(5, 31));
      case 11, 12 -> new PowerCut(target, random.nextInt(5, 41));
      case 13, 14 -> new Isolation(target, random.nextInt(5, 41));
      case 15 -> new KubeletStop(target, random.nextInt(5, 31));
      case 16 -> new DaemonKill();
      case 17 -> new PgpoolKill(random.nextBoolean());
      default ->
          new ApiServerAway(
              random.nextBoolean(), random.nextInt(5) == 0 ? 60 : random.nextInt(3, 21));
    };
  }

  String text() {
    return push.map(p -> "push " + p.name().toLowerCase().replace('_', ' ') + "; ").orElse("")
        + faults.stream()
            .map(f -> "+%.1f s %s".formatted(f.after() / 1000.0, f.fault().text()))
            .collect(Collectors.joining("; "));
  }
}

package dev.pgbaton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The real daemon and the real instance program against the model, with things going wrong, checked
 * against the safety rules. More seeds: {@code -Dpgbaton.seeds=10000}; one of them, with everything
 * that happened: {@code -Dpgbaton.seed=42}. With {@code -Dpgbaton.maxReplicaLag=8192} replicas are
 * now and then too far behind.
 */
class SimulationTest {
  private static final int SHOWN = 400;

  @Test
  void nothingThatMustNeverHappenHappens() {
    var one = Long.getLong("pgbaton.seed");
    var failures =
        one != null
            ? LongStream.of(one)
                .mapToObj(SimulationTest::failure)
                .flatMap(Optional::stream)
                .toList()
            : LongStream.rangeClosed(from(), from() + Long.getLong("pgbaton.seeds", 1000) - 1)
                .parallel()
                .mapToObj(SimulationTest::failure)
                .flatMap(Optional::stream)
                .toList();
    if (one != null) trace(one).forEach(System.out::println);
    else
      failures.stream()
          .findFirst()
          .ifPresent(f -> tail(trace(f.seed)).forEach(System.out::println));
    failures.forEach(f -> System.out.println(f));
    assertThat(failures)
        .as("replay one with ./mvnw test -Dtest=SimulationTest -Dpgbaton.seed=<seed>")
        .isEmpty();
  }

  private record Failure(long seed, String what) {}

  private static long from() {
    return Long.getLong("pgbaton.firstSeed", 1);
  }

  private static Optional<Failure> failure(long seed) {
    try {
      simulation(seed, null).run();
      return Optional.empty();
    } catch (RuntimeException e) {
      var where =
          e instanceof InvariantViolated
              ? ""
              : " at "
                  + List.of(e.getStackTrace()).subList(0, Math.min(6, e.getStackTrace().length));
      return Optional.of(new Failure(seed, e + where));
    }
  }

  private static List<String> trace(long seed) {
    var lines = new ArrayList<String>();
    try {
      simulation(seed, lines::add).run();
    } catch (RuntimeException e) {
      lines.add(e.toString());
    }
    return lines;
  }

  private static List<String> tail(List<String> lines) {
    return lines.subList(Math.max(0, lines.size() - SHOWN), lines.size());
  }

  private static Simulation simulation(long seed, java.util.function.Consumer<String> trace) {
    var simulation =
        new Simulation(seed, trace, UnaryOperator.identity(), UnaryOperator.identity());
    var lag = Integer.getInteger("pgbaton.maxReplicaLag");
    if (lag != null) simulation.allowLag(lag);
    return simulation;
  }
}

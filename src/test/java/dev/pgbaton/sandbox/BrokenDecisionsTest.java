package dev.pgbaton.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.cluster.ClusterLayout;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.PodRef;
import dev.pgbaton.cluster.Role;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.observed.InstanceProbe;
import dev.pgbaton.observed.InstanceProbe.Answer;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * The simulation is worth something only if it catches what is wrong: so here is something wrong.
 */
class BrokenDecisionsTest {
  private static final int SEEDS = 60;

  @Test
  void restartingThePrimaryFirstIsCaught() {
    assertThat(caught(seed -> new Simulation(seed, null, PrimaryFirst::new, p -> p)))
        .anyMatch(what -> what.contains("without a handoff"));
  }

  @Test
  void takingAnUnknownInstanceForAReplicaIsCaught() {
    assertThat(
            caught(
                seed -> new Simulation(seed, null, w -> w, BrokenDecisionsTest::nobodyIsUnknown)))
        .anyMatch(
            what ->
                what.contains("the daemon stops")
                    || what.contains("asks for a handoff while")
                    || what.contains("turns green though"));
  }

  @Test
  void promotingWithoutTheLeaseIsCaught() {
    assertThat(
            caught(
                seed -> {
                  var simulation = new Simulation(seed, null, w -> w, p -> p);
                  replicasPromoteThemselves(simulation);
                  return simulation;
                }))
        .anyMatch(what -> what.contains("writable") || what.contains("lost"));
  }

  @Test
  void skippingTheLagCheckIsCaught() {
    assertThat(
            caught(
                seed -> {
                  var simulation =
                      new Simulation(seed, null, w -> w, BrokenDecisionsTest::nobodyLags);
                  simulation.allowLag(8192);
                  oneLags(simulation);
                  return simulation;
                }))
        .anyMatch(what -> what.contains("bytes behind"));
  }

  /** What the seeds found, until one was found. */
  private static List<String> caught(Function<Long, Simulation> simulation) {
    return LongStream.rangeClosed(1, SEEDS)
        .boxed()
        .flatMap(seed -> violation(simulation.apply(seed)).stream())
        .limit(3)
        .toList();
  }

  private static Optional<String> violation(Simulation simulation) {
    try {
      simulation.run();
      return Optional.empty();
    } catch (InvariantViolated e) {
      return Optional.of(e.getMessage());
    }
  }

  private static InstanceProbe nobodyIsUnknown(InstanceProbe probe) {
    return (layout, pods, settings) -> {
      var answers = new TreeMap<>(probe.ask(layout, pods, settings));
      answers.replaceAll(
          (_, answer) ->
              answer instanceof Answer.Unknown
                  ? new Answer.Known(
                      Role.REPLICA, 1, Lsn.ZERO, Map.of(), Map.of(), List.of(), Optional.empty())
                  : answer);
      answers.replaceAll((_, answer) -> streamedByAll(answer, pods));
      return answers;
    };
  }

  private static Answer streamedByAll(Answer answer, List<Pod> pods) {
    if (!(answer
            instanceof
            Answer.Known(
                var role,
                var timeline,
                var flushed,
                var standbys,
                var settings,
                var errors,
                var volume,
                _,
                _,
                _))
        || role != Role.PRIMARY) return answer;
    var all = new TreeMap<>(standbys);
    all.replaceAll((_, s) -> new InstanceProbe.Standby(s.streaming(), 0, s.synchronous()));
    pods.forEach(
        p -> all.putIfAbsent(p.getMetadata().getName(), new InstanceProbe.Standby(true, 0, false)));
    return new Answer.Known(role, timeline, flushed, all, settings, errors, volume);
  }

  private static void oneLags(Simulation simulation) {
    simulation.world().site(Simulation.ID).lag("orders-1", 4500);
    simulation.world().site(Simulation.ID).lag("orders-2", 4500);
  }

  private static InstanceProbe nobodyLags(InstanceProbe probe) {
    return (layout, pods, settings) -> {
      var answers = new TreeMap<>(probe.ask(layout, pods, settings));
      answers.replaceAll((_, answer) -> streamedByAll(answer, pods));
      return answers;
    };
  }

  private static void replicasPromoteThemselves(Simulation simulation) {
    var world = simulation.world();
    world
        .agenda()
        .every(
            30_000,
            () -> {
              world.site(Simulation.ID).network().programs().values().stream()
                  .map(InstanceProgram::server)
                  .filter(PostgresServer::isStandby)
                  .forEach(s -> s.promote(99));
              return true;
            });
  }

  /** Whatever is to be stopped: it stops the primary. */
  private static final class PrimaryFirst implements ClusterWriter {
    private final ClusterWriter writer;
    private Optional<PodRef> primary = Optional.empty();

    PrimaryFirst(ClusterWriter writer) {
      this.writer = writer;
    }

    @Override
    public Written evict(ClusterLayout layout, PodRef pod) {
      return writer.evict(layout, primary.orElse(pod));
    }

    @Override
    public Written claim(ClusterLayout layout, PodRef pod) {
      return writer.claim(layout, pod);
    }

    @Override
    public Written labelRole(ClusterLayout layout, PodRef pod, Role role) {
      if (role == Role.PRIMARY) primary = Optional.of(pod);
      return writer.labelRole(layout, pod, role);
    }

    @Override
    public Written write(DesiredObject object) {
      return writer.write(object);
    }

    @Override
    public Written deletePod(ClusterLayout layout, PodRef pod) {
      return writer.deletePod(layout, pod);
    }

    @Override
    public Written requestHandoff(ClusterLayout layout, String leaseVersion, PodRef candidate) {
      return writer.requestHandoff(layout, leaseVersion, candidate);
    }

    @Override
    public Written requestRestart(ClusterLayout layout, String leaseVersion, PodRef holder) {
      return writer.requestRestart(layout, leaseVersion, holder);
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
    public Written delete(ObjectKey key, String uid) {
      return writer.delete(key, uid);
    }
  }
}

package dev.pgbaton.e2e;

import dev.pgbaton.e2e.Fault.Part;
import dev.pgbaton.e2e.Fault.Target;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Carries faults out, and undoes those that last. */
final class Strikes {
  private final Stage stage;
  private final Machine machine;
  private final Supplier<String> holder;
  private final Consumer<String> beforeNodeGoes;
  private final Eyes eyes;
  private final Timeline timeline;

  /**
   * @param holder who holds the Lease, as it is known now
   * @param beforeNodeGoes told the node that will be cut off
   */
  Strikes(
      Stage stage,
      Machine machine,
      Supplier<String> holder,
      Consumer<String> beforeNodeGoes,
      Eyes eyes,
      Timeline timeline) {
    this.stage = stage;
    this.machine = machine;
    this.holder = holder;
    this.beforeNodeGoes = beforeNodeGoes;
    this.eyes = eyes;
    this.timeline = timeline;
  }

  /** Returns when what lasts has been undone. */
  void strike(Fault fault) {
    timeline.note("fault: %s", fault.text());
    try {
      carryOut(fault);
    } catch (KubernetesClientException | IllegalStateException e) {
      // Another fault got ahead: no API server to ask, no process there.
      timeline.say("  %s could not be done: %s", fault.text(), e.getMessage());
    }
    timeline.note("over: %s", fault.text());
  }

  private void carryOut(Fault fault) {
    switch (fault) {
      case Fault.DeletePod(var target, var force) -> {
        var pod = stage.kubernetes().resource(pod(target));
        if (force) pod.withGracePeriod(0).delete();
        else pod.delete();
      }
      case Fault.KillPostmaster(var target) -> machine.kill(postmaster(pod(target)));
      case Fault.KillBackend(var target) ->
          machine.kill(
              one(
                  processes(
                      pod(target),
                      line ->
                          line.startsWith("postgres:") && line.contains(": postgres postgres "))));
      case Fault.KillProgram(var target) -> machine.kill(program(pod(target)));
      case Fault.Pause(var target, var part, var seconds) -> {
        var pod = pod(target);
        var pids = part(pod, part);
        lasting(
            seconds,
            () -> machine.pause(pids),
            () -> {
              if (part == Part.EVERYTHING) eyes.goesOn(pod);
              machine.resume(pids);
            });
      }
      case Fault.PowerCut(var target, var seconds) -> {
        var node = nodeOf(target);
        lasting(seconds, () -> machine.crash(node), () -> machine.start(node));
      }
      case Fault.Isolation(var target, var seconds) -> {
        var node = nodeOf(target);
        lasting(seconds, () -> machine.isolate(node), () -> machine.rejoin(node));
      }
      case Fault.KubeletStop(var target, var seconds) -> {
        var node = nodeOf(target);
        lasting(seconds, () -> machine.stopKubelet(node), () -> machine.start(node));
      }
      case Fault.DaemonKill() -> stage.daemon().crash();
      case Fault.PgpoolKill(var whole) -> {
        var pod = stage.knownPgpools().getFirst();
        if (whole) stage.kubernetes().resource(pod).withGracePeriod(0).delete();
        else machine.kill(one(processes(pod, line -> line.contains("pgpool -n"))));
      }
      case Fault.ApiServerAway(var frozen, var seconds) ->
          lasting(
              seconds,
              frozen ? machine::pauseApiServer : machine::stopApiServer,
              frozen ? machine::resumeApiServer : machine::startApiServer);
    }
  }

  private void lasting(int seconds, Runnable begin, Runnable end) {
    try {
      begin.run();
      Thread.sleep(seconds * 1000L);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end.run();
    }
  }

  private String nodeOf(Target target) {
    var node = pod(target).getSpec().getNodeName();
    if (node == null) throw new IllegalStateException(target.text() + " is on no node");
    beforeNodeGoes.accept(node);
    return node;
  }

  private Pod pod(Target target) {
    var name =
        switch (target) {
          case Target.Primary() -> holder.get();
          case Target.Ordinal(var ordinal) -> Shop.ORDERS + "-" + ordinal;
        };
    return stage.knownInstances().stream()
        .filter(p -> p.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no pod '" + name + "'"));
  }

  private List<Long> part(Pod pod, Part part) {
    return switch (part) {
      case POSTMASTER -> postmaster(pod);
      case PROGRAM -> program(pod);
      case EVERYTHING -> some(processes(pod, _ -> true));
    };
  }

  private List<Long> postmaster(Pod pod) {
    return some(
        processes(pod, line -> line.contains("postgres -D") && !line.startsWith("postgres:")));
  }

  private List<Long> program(Pod pod) {
    return some(processes(pod, line -> line.endsWith(" instance") && !line.contains("tini")));
  }

  private List<Long> processes(Pod pod, Predicate<String> command) {
    return machine.processes(pod.getMetadata().getUid(), command);
  }

  private static List<Long> one(List<Long> pids) {
    return some(pids).subList(0, 1);
  }

  private static List<Long> some(List<Long> pids) {
    if (pids.isEmpty()) throw new IllegalStateException("no such process runs there");
    return pids;
  }
}

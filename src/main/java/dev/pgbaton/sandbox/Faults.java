package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What can go wrong outside the daemon, on request. Whatever lasts, ends by itself after its time.
 */
public final class Faults {
  private final World world;

  Faults(World world) {
    this.world = world;
  }

  /** The kernel kills PostgreSQL; process 1 stays. */
  public void killPostgres(ClusterId cluster, String pod) {
    say(pod, "PostgreSQL is killed");
    program(cluster, pod).map(InstanceProgram::server).ifPresent(PostgresServer::crash);
  }

  /** The whole container is killed. */
  public void killContainer(ClusterId cluster, String pod) {
    say(pod, "the container is killed");
    world.kubelet().life(key("Pod", cluster, pod)).ifPresent(PodLife::killContainer);
  }

  /** {@code kubectl delete pod}. */
  public void deletePod(ClusterId cluster, String pod) {
    say(pod, "the pod is deleted by hand");
    pod(cluster, pod).ifPresent(world.deletions()::delete);
  }

  /** {@code kubectl drain}, and {@code kubectl uncordon} later. */
  public void drain(String node, Duration lasting) {
    say(node, "is drained");
    world.machines().cordon(node, true);
    world
        .agenda()
        .every(
            2000,
            () -> {
              var left =
                  world.store().list(Pod.class).stream()
                      .filter(p -> node.equals(p.getSpec().getNodeName()))
                      .filter(p -> p.getMetadata().getDeletionTimestamp() == null)
                      .toList();
              left.forEach(world.deletions()::evict);
              return !left.isEmpty() && cordoned(node);
            });
    later(lasting, () -> world.machines().cordon(node, false));
  }

  private boolean cordoned(String node) {
    return world
        .store()
        .find(new ObjectKey("Node", null, node), io.fabric8.kubernetes.api.model.Node.class)
        .map(Machines::cordoned)
        .orElse(false);
  }

  /** The node loses its power. */
  public void powerCut(String node, Duration lasting) {
    say(node, "loses its power");
    world.machines().power(node, false);
    later(lasting, () -> world.machines().power(node, true));
  }

  /** An instance does not reach the API server. */
  public void isolateFromApi(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "does not reach the API server");
    var api = world.api(key("Pod", cluster, pod));
    api.away(true);
    later(lasting, () -> api.away(false));
  }

  /** Nobody reaches the API server. */
  public void apiAwayForAll(Duration lasting) {
    say("api server", "is away");
    world.api().away(true);
    world.apiAwayForAll(true);
    later(
        lasting,
        () -> {
          world.api().away(false);
          world.apiAwayForAll(false);
        });
  }

  /** The next writes of an instance are carried out long after it has given up waiting. */
  public void slowApi(ClusterId cluster, String pod, int next) {
    say(pod, "the API server takes its time with the next " + next + " writes");
    world.api(key("Pod", cluster, pod)).slow(next);
  }

  /** What one sends to the other is lost, what the other sends arrives. */
  public void cutOneWay(ClusterId cluster, String from, String to, Duration lasting) {
    say(from, "does not reach " + to);
    var network = world.site(cluster).network();
    network.cutOneWay(from, to, true);
    later(lasting, () -> network.cutOneWay(from, to, false));
  }

  /** An instance is cut off from everything. */
  public void isolate(ClusterId cluster, String pod, List<String> others, Duration lasting) {
    isolateFromApi(cluster, pod, lasting);
    others.forEach(other -> cutLine(cluster, pod, other, lasting));
    cutLineFromDaemon(cluster, pod, lasting);
  }

  /** SIGSTOP for the instance program only: PostgreSQL goes on. */
  public void pauseProgram(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "the program is stopped");
    pause(cluster, pod, p -> p.pause(false), lasting);
  }

  /** SIGSTOP for all of the container, as when a virtual machine is paused. */
  public void pauseContainer(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "is paused");
    pause(cluster, pod, p -> p.pause(true), lasting);
  }

  /** A machine that sleeps and wakes: of its clocks only the one since boot has gone on. */
  public void sleep(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "sleeps");
    pause(cluster, pod, InstanceProgram::sleep, lasting);
  }

  private void pause(
      ClusterId cluster, String pod, Consumer<InstanceProgram> how, Duration lasting) {
    program(cluster, pod)
        .ifPresent(
            p -> {
              how.accept(p);
              later(
                  lasting,
                  () -> {
                    say(pod, "goes on");
                    p.resume();
                  });
            });
  }

  /** SIGSTOP for PostgreSQL only. */
  public void hang(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "PostgreSQL hangs");
    program(cluster, pod)
        .ifPresent(
            program -> {
              program.server().hang(true);
              later(lasting, program::noLongerHangs);
            });
  }

  /** The pod is deleted, and its container dies before the hook has done its work. */
  public void killHook(ClusterId cluster, String pod, int afterMillis) {
    deletePod(cluster, pod);
    world
        .agenda()
        .in(
            afterMillis,
            () ->
                world.kubelet().life(key("Pod", cluster, pod)).ifPresent(PodLife::killWhileEnding));
  }

  /** Whoever becomes the primary next dies right after that. */
  public void nextPrimaryDies(ClusterId cluster, int afterMillis) {
    say(cluster.name(), "the next primary will die after " + afterMillis + " ms");
    world
        .site(cluster)
        .onNextPrimary(pod -> world.agenda().in(afterMillis, () -> killContainer(cluster, pod)));
  }

  /** The kubelet does not refresh what is mounted. */
  public void staleMounts(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "its mounts are not refreshed");
    var site = world.site(cluster);
    site.mountsStand(pod, true);
    later(lasting, () -> site.mountsStand(pod, false));
  }

  /** Every wall clock is set. */
  public void jumpClocks(Duration by) {
    say("clocks", "are set by " + by.toSeconds() + " s");
    world.agenda().jump(by);
  }

  /** The next writes of an instance are carried out, but it does not hear of it. */
  public void loseAnswers(ClusterId cluster, String pod, int next) {
    say(pod, "does not hear the API server's next " + next + " answers");
    world.api(key("Pod", cluster, pod)).lostAnswers(next);
  }

  /** Two instances can't talk to each other. */
  public void cutLine(ClusterId cluster, String one, String other, Duration lasting) {
    say(one, "can't talk to " + other);
    var network = world.site(cluster).network();
    network.cut(one, other, true);
    later(lasting, () -> network.cut(one, other, false));
  }

  /** The daemon can't talk to an instance. */
  public void cutLineFromDaemon(ClusterId cluster, String pod, Duration lasting) {
    cutLine(cluster, pod, SandboxProbe.DAEMON, lasting);
  }

  /** PostgreSQL does not start there. */
  public void keepFromStarting(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "PostgreSQL will not start");
    world.site(cluster).wontStart(pod, true);
    later(lasting, () -> world.site(cluster).wontStart(pod, false));
  }

  /** A fast stop does not end there. */
  public void hangWhenStopping(ClusterId cluster, String pod, Duration lasting) {
    say(pod, "PostgreSQL will hang when it is stopped");
    world.site(cluster).hangsWhenStopping(pod, true);
    later(lasting, () -> world.site(cluster).hangsWhenStopping(pod, false));
  }

  /** A standby falls behind by so much time. */
  public void lag(ClusterId cluster, String pod, Duration behind, Duration lasting) {
    say(pod, "falls " + behind.toMillis() + " ms behind");
    world.site(cluster).lag(pod, behind.toMillis());
    later(lasting, () -> world.site(cluster).lag(pod, 5));
  }

  /** The API server does not answer the daemon. */
  public void apiAway(Duration lasting) {
    say("api server", "does not answer the daemon");
    world.api().away(true);
    later(lasting, () -> world.api().away(false));
  }

  /** The daemon's next writes find that somebody else was first. */
  public void apiConflicts(int next) {
    say("api server", "the daemon's next " + next + " writes conflict");
    world.api().conflicts(next);
  }

  /** The daemon's next writes are carried out, but it does not hear of it. */
  public void apiLosesAnswers(int next) {
    say("api server", "the daemon does not hear the next " + next + " answers");
    world.api().lostAnswers(next);
  }

  /** {@code kubectl scale}. */
  public void scale(ClusterId cluster, int replicas) {
    say(cluster.name(), "is scaled to " + replicas + " by hand");
    SandboxWriter.edit(
        world.store(),
        key("StatefulSet", cluster, cluster.name()),
        StatefulSet.class,
        s -> s.edit().editSpec().withReplicas(replicas).endSpec().build());
  }

  /** {@code kubectl edit}: another image. */
  public void editImage(ClusterId cluster, String image) {
    say(cluster.name(), "gets image " + image + " by hand");
    SandboxWriter.edit(
        world.store(),
        key("StatefulSet", cluster, cluster.name()),
        StatefulSet.class,
        s ->
            s.edit()
                .editSpec()
                .editTemplate()
                .editSpec()
                .editFirstContainer()
                .withImage(image)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build());
  }

  /** Somebody asks for a handoff past the daemon. */
  public void movePrimary(ClusterId cluster, String to) {
    say(cluster.name(), "somebody wants the primary on " + to);
    world
        .store()
        .update(
            key("Lease", cluster, cluster.name()),
            Lease.class,
            l ->
                l.edit()
                    .editMetadata()
                    .addToAnnotations(Names.HANDOFF_TO, to)
                    .endMetadata()
                    .build());
  }

  private Optional<InstanceProgram> program(ClusterId cluster, String pod) {
    return world.site(cluster).network().at(pod);
  }

  private Optional<Pod> pod(ClusterId cluster, String pod) {
    return world.store().find(key("Pod", cluster, pod), Pod.class);
  }

  private static ObjectKey key(String kind, ClusterId cluster, String name) {
    return new ObjectKey(kind, cluster.namespace(), name);
  }

  private void say(String whom, String what) {
    world.trace().say("!! " + whom, what);
  }

  private void later(Duration in, Runnable what) {
    world.agenda().in(in, what);
  }
}

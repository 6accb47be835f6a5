package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** One pod from its scheduling to its end. */
final class PodLife {
  private static final int PROBE_MILLIS = 1000;
  private static final int PROBE_FAILURES = 3;
  private static final int IMAGE_RETRY_MILLIS = 10_000;
  private static final int FIRST_BACK_OFF_MILLIS = 10_000;
  private static final int LAST_BACK_OFF_MILLIS = 80_000;

  private final Agenda agenda;
  private final Chance chance;
  private final ObjectStore store;
  private final Machines machines;
  private final Program.Launcher launcher;
  private final ObjectKey key;
  private final String uid;

  private String node;
  private Program program;
  private ContainerState last;
  private int restarts;
  private int failedProbes;
  private boolean ending;
  private boolean over;
  private String reload = "";

  PodLife(
      Agenda agenda,
      Chance chance,
      ObjectStore store,
      Machines machines,
      Program.Launcher launcher,
      ObjectKey key,
      String uid) {
    this.agenda = agenda;
    this.chance = chance;
    this.store = store;
    this.machines = machines;
    this.launcher = launcher;
    this.key = key;
    this.uid = uid;
  }

  Optional<Program> program() {
    return Optional.ofNullable(program);
  }

  Optional<String> node() {
    return Optional.ofNullable(node);
  }

  void begin() {
    later(chance.between(20, 200), this::schedule);
  }

  void seen(Pod pod) {
    if (pod.getMetadata().getDeletionTimestamp() != null && !ending) end(pod);
    var wanted = Annotations.of(pod, Names.RELOAD).orElse("");
    if (wanted.equals(reload)) return;
    reload = wanted;
    later(chance.between(100, 1500), this::refresh);
  }

  private void refresh() {
    if (program != null && !over) pod().ifPresent(program::refresh);
  }

  private void schedule() {
    var pod = pod().orElseThrow();
    var place = machines.placeFor(pod);
    if (place.isEmpty()) {
      if (pod.getStatus().getConditions().isEmpty())
        update(p -> PodStatuses.unschedulable(p, agenda.now()));
      later(1000, this::schedule);
      return;
    }
    node = place.get();
    update(p -> PodStatuses.started(p, node, launcher.address(p), agenda.now()));
    later(chance.between(100, 1500), this::pull);
    agenda.every(PROBE_MILLIS, this::probe);
    agenda.every(
        chance.between(60_000, 90_000),
        () -> {
          refresh();
          return !over;
        });
  }

  private void pull() {
    if (ending) return;
    var image = pod().orElseThrow().getSpec().getContainers().getFirst().getImage();
    if (launcher.has(image)) {
      start();
      return;
    }
    container(PodStatuses.waiting("ErrImagePull", "not found: " + image));
    later(
        2000,
        () ->
            container(PodStatuses.waiting("ImagePullBackOff", "Back-off pulling image " + image)));
    later(IMAGE_RETRY_MILLIS, this::pull);
  }

  private void start() {
    // A start that the loss of power held up may come beside the one that its return asks for.
    if (ending || program != null) return;
    program = launcher.launch(pod().orElseThrow(), this::exited);
    // It may have ended at once.
    if (program != null) container(PodStatuses.running(agenda.now()));
  }

  private void exited(int code) {
    later(
        0,
        () -> {
          program = null;
          if (ending) {
            later(chance.between(20, 200), this::remove);
            return;
          }
          restarts++;
          last = PodStatuses.terminated(code, code == 0 ? "" : "it ended with an error");
          update(p -> PodStatuses.ready(p, false, agenda.now()));
          if (restarts == 1) {
            container(last);
            later(500, this::start);
            return;
          }
          container(
              PodStatuses.waiting("CrashLoopBackOff", "back-off restarting failed container"));
          later(
              Math.min(LAST_BACK_OFF_MILLIS, FIRST_BACK_OFF_MILLIS << Math.min(8, restarts - 2)),
              this::start);
        });
  }

  private boolean probe() {
    if (over) return false;
    if (!machines.isUp(node)) return true;
    var good = program != null && program.ready();
    failedProbes = good ? 0 : failedProbes + 1;
    // As the readiness probe has it: once is enough to be Ready, three times not to be.
    var ready =
        good
            || program != null
                && failedProbes < PROBE_FAILURES
                && pod().map(PodStatuses::ready).orElse(false);
    if (pod().map(p -> PodStatuses.ready(p) != ready).orElse(false))
      update(p -> PodStatuses.ready(p, ready, agenda.now()));
    return true;
  }

  private void end(Pod pod) {
    ending = true;
    if (program == null) {
      later(chance.between(20, 300), this::remove);
      return;
    }
    var running = program;
    later(pod.getMetadata().getDeletionGracePeriodSeconds() * 1000, this::kill);
    later(
        chance.between(5, 50),
        () -> {
          if (running != program) return;
          running.preStop(() -> later(0, () -> terminate(running)));
        });
  }

  private void terminate(Program running) {
    if (running == program) running.terminate();
  }

  /** The grace period is over. */
  private void kill() {
    if (program != null) program.kill(false);
    program = null;
    remove();
  }

  /**
   * The container dies with its node's power, and is started again with it; the pod is the same
   * one.
   */
  void power(String which) {
    if (!which.equals(node) || over) return;
    if (!machines.isUp(which)) {
      if (program != null) program.kill(true);
      program = null;
      // The control plane takes 40 s to notice.
      later(
          40_000,
          () ->
              control(
                  p ->
                      PodStatuses.ready(
                          p, machines.isUp(node) && PodStatuses.ready(p), agenda.now())));
      return;
    }
    if (ending) {
      later(chance.between(500, 2000), this::remove);
      return;
    }
    update(p -> PodStatuses.ready(p, false, agenda.now()));
    restarts++;
    later(chance.between(2000, 8000), this::start);
  }

  /** The container is killed and started again, as for want of memory. */
  void killContainer() {
    if (program == null || ending) return;
    program.kill(false);
    exited(137);
  }

  /** The container is killed while its hook may be under way. */
  void killWhileEnding() {
    if (program == null) return;
    program.kill(false);
    exited(137);
  }

  void gone() {
    if (program != null) program.kill(false);
    program = null;
    over = true;
  }

  private void remove() {
    if (!machines.isUp(node)) return;
    store.remove(key);
  }

  private void container(ContainerState state) {
    update(p -> PodStatuses.container(p, state, last, restarts));
  }

  private void update(UnaryOperator<Pod> change) {
    if (node == null || machines.isUp(node)) control(change);
  }

  private void control(UnaryOperator<Pod> change) {
    if (!over) store.update(key, Pod.class, change);
  }

  private Optional<Pod> pod() {
    return store.find(key, Pod.class).filter(p -> p.getMetadata().getUid().equals(uid));
  }

  private void later(long millis, Runnable what) {
    agenda.in(
        millis,
        () -> {
          if (!over) what.run();
        });
  }
}

package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the StatefulSets' pods, on all nodes. */
final class Kubelet {
  private final Agenda agenda;
  private final Chance chance;
  private final ObjectStore store;
  private final Machines machines;
  private final Program.Launcher launcher;
  private final Map<ObjectKey, PodLife> lives = new LinkedHashMap<>();

  Kubelet(
      Agenda agenda,
      Chance chance,
      ObjectStore store,
      Machines machines,
      Program.Launcher launcher) {
    this.agenda = agenda;
    this.chance = chance;
    this.store = store;
    this.machines = machines;
    this.launcher = launcher;
    store.watch(this::seen);
    machines.onPower(node -> List.copyOf(lives.values()).forEach(l -> l.power(node)));
  }

  private void seen(ObjectStore.Event event) {
    if (!(event.object() instanceof Pod pod)) return;
    if (event.gone()) {
      var life = lives.remove(event.key());
      if (life != null) life.gone();
      return;
    }
    var life = lives.get(event.key());
    if (life == null) {
      life =
          new PodLife(
              agenda, chance, store, machines, launcher, event.key(), pod.getMetadata().getUid());
      lives.put(event.key(), life);
      life.begin();
    }
    life.seen(pod);
  }

  Optional<PodLife> life(ObjectKey pod) {
    return Optional.ofNullable(lives.get(pod));
  }
}

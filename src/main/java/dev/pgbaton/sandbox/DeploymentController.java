package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatusBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** pgpool's pods, kept as numbers: one more while it rolls, never one less. */
final class DeploymentController {
  private static final class Replica {
    final String template;
    boolean available;

    Replica(String template) {
      this.template = template;
    }
  }

  private final Agenda agenda;
  private final Chance chance;
  private final ObjectStore store;
  private final Map<ObjectKey, List<Replica>> replicas = new HashMap<>();

  DeploymentController(Agenda agenda, Chance chance, ObjectStore store) {
    this.agenda = agenda;
    this.chance = chance;
    this.store = store;
    store.watch(this::seen);
  }

  private void seen(ObjectStore.Event event) {
    if (!(event.object() instanceof Deployment d) || event.gone()) return;
    var seen = d.getStatus() == null ? null : d.getStatus().getObservedGeneration();
    if (!d.getMetadata().getGeneration().equals(seen)) soon(event.key());
  }

  private void soon(ObjectKey key) {
    agenda.in(
        chance.between(20, 300), () -> store.find(key, Deployment.class).ifPresent(this::sync));
  }

  private void sync(Deployment deployment) {
    var key = ObjectStore.key(deployment);
    var pods = replicas.computeIfAbsent(key, _ -> new ArrayList<>());
    var template = AppliedHash.of(deployment.getSpec().getTemplate());
    var wanted = deployment.getSpec().getReplicas();
    var updated = pods.stream().filter(r -> r.template.equals(template)).count();
    var available = pods.stream().filter(r -> r.available).count();
    var roll = pods.stream().anyMatch(r -> !r.template.equals(template));
    if (updated < wanted && pods.size() < wanted + (roll ? 1 : 0)) {
      add(key, pods, template, deployment);
    } else if (pods.size() > wanted || roll) {
      var spare =
          pods.stream()
              .filter(r -> !r.available)
              .filter(r -> !r.template.equals(template) || updated > wanted)
              .findFirst()
              .or(
                  () ->
                      pods.stream()
                          .filter(r -> available > wanted && !r.template.equals(template))
                          .findFirst())
              .or(() -> pods.stream().filter(r -> available > wanted).findFirst());
      spare.ifPresent(
          r -> {
            pods.remove(r);
            soon(key);
          });
    }
    status(deployment, pods, template);
  }

  private void add(ObjectKey key, List<Replica> pods, String template, Deployment deployment) {
    var replica = new Replica(template);
    pods.add(replica);
    var image = deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getImage();
    if (!image.contains("does-not-exist")) {
      agenda.in(
          chance.between(500, 3000),
          () -> {
            replica.available = true;
            soon(key);
          });
    }
    soon(key);
  }

  private void status(Deployment deployment, List<Replica> pods, String template) {
    var available = (int) pods.stream().filter(r -> r.available).count();
    var enough = available >= deployment.getSpec().getReplicas();
    var status =
        new DeploymentStatusBuilder()
            .withObservedGeneration(deployment.getMetadata().getGeneration())
            .withReplicas(pods.size())
            .withUpdatedReplicas(
                (int) pods.stream().filter(r -> r.template.equals(template)).count())
            .withReadyReplicas(available)
            .withAvailableReplicas(available)
            .addNewCondition()
            .withType("Available")
            .withStatus(enough ? "True" : "False")
            .withMessage(enough ? null : "Deployment does not have minimum availability.")
            .endCondition()
            .build();
    if (!status.equals(deployment.getStatus()))
      store.replace(deployment.edit().withStatus(status).build());
  }
}

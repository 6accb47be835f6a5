package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code OnDelete} and {@code Parallel}, which is all that pgbaton makes: a missing pod is made
 * from the newest template.
 */
final class StatefulSetController {
  static final String REVISION_LABEL = "controller-revision-hash";

  private final Agenda agenda;
  private final Chance chance;
  private final ObjectStore store;
  private final Deletions deletions;
  private final Set<ObjectKey> due = new HashSet<>();
  private final Map<String, String> revisions = new HashMap<>();

  StatefulSetController(Agenda agenda, Chance chance, ObjectStore store, Deletions deletions) {
    this.agenda = agenda;
    this.chance = chance;
    this.store = store;
    this.deletions = deletions;
    store.watch(this::seen);
  }

  private void seen(ObjectStore.Event event) {
    switch (event.object()) {
      case StatefulSet _ -> soon(event.key());
      case Pod pod ->
          pod.getMetadata().getOwnerReferences().stream()
              .filter(o -> o.getKind().equals("StatefulSet"))
              .forEach(
                  o -> soon(new ObjectKey("StatefulSet", event.key().namespace(), o.getName())));
      default -> {}
    }
  }

  private void soon(ObjectKey key) {
    if (!due.add(key)) return;
    agenda.in(
        chance.between(10, 150),
        () -> {
          due.remove(key);
          store.find(key, StatefulSet.class).ifPresent(this::sync);
        });
  }

  private void sync(StatefulSet set) {
    var pods = pods(set);
    for (int ordinal = 0; ordinal < set.getSpec().getReplicas(); ordinal++) {
      var name = set.getMetadata().getName() + "-" + ordinal;
      if (pods.stream().noneMatch(p -> p.getMetadata().getName().equals(name))) make(set, ordinal);
    }
    for (Pod pod : pods) {
      if (ordinal(pod) >= set.getSpec().getReplicas()) deletions.delete(pod);
    }
    var status = status(set);
    if (!status.equals(set.getStatus())) store.replace(set.edit().withStatus(status).build());
  }

  private List<Pod> pods(StatefulSet set) {
    return store.list(Pod.class).stream().filter(p -> owns(set, p)).toList();
  }

  static boolean owns(StatefulSet set, Pod pod) {
    return pod.getMetadata().getNamespace().equals(set.getMetadata().getNamespace())
        && pod.getMetadata().getOwnerReferences().stream()
            .anyMatch(
                o ->
                    o.getKind().equals("StatefulSet")
                        && o.getName().equals(set.getMetadata().getName()));
  }

  static int ordinal(Pod pod) {
    var name = pod.getMetadata().getName();
    return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
  }

  private void make(StatefulSet set, int ordinal) {
    var name = set.getMetadata().getName() + "-" + ordinal;
    claims(set, name);
    var template = set.getSpec().getTemplate();
    var builder =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(set.getMetadata().getNamespace())
            .withName(name)
            .withLabels(template.getMetadata().getLabels())
            .addToLabels(REVISION_LABEL, revision(set))
            .addToLabels("statefulset.kubernetes.io/pod-name", name)
            .withAnnotations(template.getMetadata().getAnnotations())
            .withOwnerReferences(
                new OwnerReferenceBuilder()
                    .withApiVersion("apps/v1")
                    .withKind("StatefulSet")
                    .withName(set.getMetadata().getName())
                    .withUid(set.getMetadata().getUid())
                    .withController(true)
                    .build())
            .endMetadata()
            .withSpec(template.getSpec())
            .withNewStatus()
            .withPhase("Pending")
            .endStatus();
    for (var claim : set.getSpec().getVolumeClaimTemplates()) {
      builder
          .editSpec()
          .addNewVolume()
          .withName(claim.getMetadata().getName())
          .withNewPersistentVolumeClaim(claim.getMetadata().getName() + "-" + name, false)
          .endVolume()
          .endSpec();
    }
    store.create(builder.build());
  }

  private void claims(StatefulSet set, String pod) {
    for (var template : set.getSpec().getVolumeClaimTemplates()) {
      HasMetadata claim =
          new PersistentVolumeClaimBuilder(template)
              .editMetadata()
              .withNamespace(set.getMetadata().getNamespace())
              .withName(template.getMetadata().getName() + "-" + pod)
              .endMetadata()
              .build();
      if (store.find(ObjectStore.key(claim)).isEmpty()) store.create(claim);
    }
  }

  /** Named by the template's content, so a template that comes back has the name that it had. */
  private String revision(StatefulSet set) {
    return revisions.computeIfAbsent(
        set.getMetadata().getUid() + "/" + set.getMetadata().getGeneration(),
        _ ->
            set.getMetadata().getName()
                + "-"
                + AppliedHash.of(set.getSpec().getTemplate()).substring(0, 10));
  }

  private StatefulSetStatus status(StatefulSet set) {
    var pods = pods(set);
    var revision = revision(set);
    var ready = (int) pods.stream().filter(PodStatuses::ready).count();
    var updated =
        (int)
            pods.stream()
                .filter(p -> revision.equals(p.getMetadata().getLabels().get(REVISION_LABEL)))
                .count();
    return new StatefulSetStatusBuilder()
        .withObservedGeneration(set.getMetadata().getGeneration())
        .withReplicas(pods.size())
        .withReadyReplicas(ready)
        .withAvailableReplicas(ready)
        .withUpdatedReplicas(updated)
        .withUpdateRevision(revision)
        .withCurrentRevision(
            set.getStatus() == null || set.getStatus().getCurrentRevision() == null
                ? revision
                : set.getStatus().getCurrentRevision())
        .build();
  }
}

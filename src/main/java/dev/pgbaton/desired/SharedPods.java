package dev.pgbaton.desired;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Selectors of one cluster that select pods of another: a Service would lead clients into the wrong
 * database, and a pod that two budgets select is never evicted.
 */
final class SharedPods {
  private SharedPods() {}

  static SortedMap<ClusterId, List<Problem>> between(Collection<DesiredCluster> clusters) {
    var problems = new TreeMap<ClusterId, List<Problem>>();
    clusters.stream()
        .collect(
            Collectors.groupingBy(
                c -> c.layout().id().namespace(), TreeMap::new, Collectors.toList()))
        .values()
        .forEach(neighbours -> among(neighbours, problems));
    return problems;
  }

  private static void among(
      List<DesiredCluster> neighbours, SortedMap<ClusterId, List<Problem>> problems) {
    for (var one : neighbours) {
      // What pgbaton generates selects by the cluster's label.
      var selecting =
          one.objects().stream()
              .filter(o -> selector(o).filter(s -> !s.containsKey(Names.CLUSTER_LABEL)).isPresent())
              .toList();
      if (selecting.isEmpty()) continue;
      for (var other : neighbours) {
        if (other != one) between(one, selecting, other, problems);
      }
    }
  }

  private static void between(
      DesiredCluster one,
      List<DesiredObject> selecting,
      DesiredCluster other,
      SortedMap<ClusterId, List<Problem>> problems) {
    for (var object : selecting) {
      var selector = selector(object).orElseThrow();
      for (var workload : other.objects()) {
        var labels = labels(workload);
        if (labels.isEmpty() || !labels.get().entrySet().containsAll(selector.entrySet())) continue;
        note(
            problems,
            one,
            object,
            "%s of %s selects the pods of %s of %s (%s), too. Give the pods of one of them another label, or one cluster a namespace of its own."
                .formatted(
                    object.key(),
                    one.layout().id(),
                    workload.key(),
                    other.layout().id(),
                    workload.source()));
        note(
            problems,
            other,
            workload,
            "The pods of %s of %s are selected by %s of %s (%s), too. Give the pods of one of them another label, or one cluster a namespace of its own."
                .formatted(
                    workload.key(),
                    other.layout().id(),
                    object.key(),
                    one.layout().id(),
                    object.source()));
      }
    }
  }

  private static void note(
      SortedMap<ClusterId, List<Problem>> problems,
      DesiredCluster cluster,
      DesiredObject object,
      String words) {
    problems
        .computeIfAbsent(cluster.layout().id(), _ -> new ArrayList<>())
        .add(new Problem(object.source(), "", words));
  }

  private static Optional<Map<String, String>> selector(DesiredObject object) {
    var selector =
        switch (object.object()) {
          case Service service -> Optional.ofNullable(service.getSpec().getSelector());
          case PodDisruptionBudget budget -> equal(budget.getSpec().getSelector());
          case StatefulSet set -> equal(set.getSpec().getSelector());
          case Deployment deployment -> equal(deployment.getSpec().getSelector());
          default -> Optional.<Map<String, String>>empty();
        };
    return selector.filter(s -> !s.isEmpty());
  }

  private static Optional<Map<String, String>> equal(LabelSelector selector) {
    return selector == null
            || selector.getMatchExpressions() != null && !selector.getMatchExpressions().isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(selector.getMatchLabels());
  }

  private static Optional<Map<String, String>> labels(DesiredObject object) {
    return switch (object.object()) {
      case StatefulSet set -> labels(set.getSpec().getTemplate());
      case Deployment deployment -> labels(deployment.getSpec().getTemplate());
      default -> Optional.empty();
    };
  }

  private static Optional<Map<String, String>> labels(PodTemplateSpec template) {
    return template == null || template.getMetadata() == null
        ? Optional.empty()
        : Optional.ofNullable(template.getMetadata().getLabels());
  }
}

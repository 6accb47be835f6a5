package dev.pgbaton.plan;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.util.stream.Collectors;

/** Whether pgpool's Deployment has all its pods at its newest revision. */
public final class Pgpool {
  private Pgpool() {}

  public static boolean settled(Deployment deployment) {
    var status = deployment.getStatus();
    var wanted = deployment.getSpec().getReplicas();
    return status != null
        && status.getObservedGeneration() != null
        && status.getObservedGeneration() >= deployment.getMetadata().getGeneration()
        && equal(status.getUpdatedReplicas(), wanted)
        && equal(status.getReplicas(), wanted)
        && equal(status.getAvailableReplicas(), wanted);
  }

  static String trouble(Deployment deployment) {
    var conditions =
        deployment.getStatus() == null
            ? ""
            : deployment.getStatus().getConditions().stream()
                .filter(c -> !"True".equals(c.getStatus()))
                .map(DeploymentCondition::getMessage)
                .collect(Collectors.joining("; "));
    return "pgpool's pods are not Ready%s. See kubectl describe pods of %s."
        .formatted(
            conditions.isEmpty() ? "" : " (" + conditions + ")",
            deployment.getMetadata().getName());
  }

  private static boolean equal(Integer have, Integer want) {
    return (have == null ? 0 : have) == (want == null ? 1 : want);
  }
}

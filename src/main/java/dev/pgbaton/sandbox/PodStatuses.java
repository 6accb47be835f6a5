package dev.pgbaton.sandbox;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** What a kubelet writes into a pod's status. */
final class PodStatuses {
  private PodStatuses() {}

  static boolean ready(Pod pod) {
    return "True".equals(status(pod, "Ready"));
  }

  private static String status(Pod pod, String type) {
    return pod.getStatus() == null
        ? ""
        : pod.getStatus().getConditions().stream()
            .filter(c -> c.getType().equals(type))
            .map(PodCondition::getStatus)
            .findFirst()
            .orElse("");
  }

  /** Kubernetes' times have seconds. */
  static String time(Instant now) {
    return now.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static Pod unschedulable(Pod pod, Instant now) {
    return with(
        pod,
        pod.getStatus().edit().build(),
        condition("PodScheduled", false, "no node has room for it", now));
  }

  static Pod started(Pod pod, String node, String address, Instant now) {
    var status =
        pod.getStatus()
            .edit()
            .withPhase("Pending")
            .withPodIP(address)
            .withStartTime(time(now))
            .build();
    var placed = pod.edit().editSpec().withNodeName(node).endSpec().build();
    var scheduled = with(placed, status, condition("PodScheduled", true, null, now));
    return with(scheduled, scheduled.getStatus(), condition("Ready", false, null, now));
  }

  static Pod ready(Pod pod, boolean ready, Instant now) {
    return ready == ready(pod)
        ? pod
        : with(pod, pod.getStatus(), condition("Ready", ready, null, now));
  }

  static Pod container(Pod pod, ContainerState state, ContainerState last, int restarts) {
    var container = pod.getSpec().getContainers().getFirst();
    var status =
        pod.getStatus()
            .edit()
            .withPhase(state.getRunning() != null || restarts > 0 ? "Running" : "Pending")
            .withContainerStatuses()
            .addNewContainerStatus()
            .withName(container.getName())
            .withImage(container.getImage())
            .withRestartCount(restarts)
            .withState(state)
            .withLastState(last)
            .endContainerStatus()
            .build();
    return pod.edit().withStatus(status).build();
  }

  static ContainerState waiting(String reason, String message) {
    return new ContainerStateBuilder().withNewWaiting(message, reason).build();
  }

  static ContainerState running(Instant now) {
    return new ContainerStateBuilder().withNewRunning(time(now)).build();
  }

  static ContainerState terminated(int code, String message) {
    return new ContainerStateBuilder()
        .withNewTerminated()
        .withExitCode(code)
        .withMessage(message)
        .withReason(code == 0 ? "Completed" : "Error")
        .endTerminated()
        .build();
  }

  private static PodCondition condition(String type, boolean status, String message, Instant now) {
    return new PodConditionBuilder()
        .withType(type)
        .withStatus(status ? "True" : "False")
        .withMessage(message)
        .withLastTransitionTime(time(now))
        .build();
  }

  private static Pod with(Pod pod, PodStatus status, PodCondition condition) {
    List<PodCondition> conditions = new ArrayList<>(status.getConditions());
    conditions.removeIf(c -> c.getType().equals(condition.getType()));
    conditions.add(condition);
    return pod.edit().withStatus(status.edit().withConditions(conditions).build()).build();
  }
}

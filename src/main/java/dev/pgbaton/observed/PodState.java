package dev.pgbaton.observed;

import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a pod's status means for us. */
record PodState(
    boolean ready,
    boolean neverReady,
    Optional<Instant> unreadySince,
    Optional<String> trouble,
    boolean hopeless) {
  static final String NO_IMAGE = "can't be pulled";

  private static final Set<String> IMAGE_TROUBLE =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "ImageInspectError");
  private static final Set<String> CONFIG_TROUBLE =
      Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

  /**
   * Kubernetes starts a crashing container again after 10, 20, 40 s: three ends are no accident.
   */
  private static final int HOPELESS_RESTARTS = 3;

  /** Whether a program of its containers has run, or may have: not known is yes. */
  static boolean begun(Pod pod) {
    var status = pod.getStatus();
    return status == null
        || status.getPhase() == null
        || !status.getPhase().equals("Pending")
        || status.getContainerStatuses().stream()
            .anyMatch(
                container ->
                    container.getState() == null
                        || container.getState().getWaiting() == null
                        || container.getRestartCount() != null && container.getRestartCount() > 0);
  }

  static PodState of(Pod pod) {
    var status = pod.getStatus();
    if (status == null) return new PodState(false, true, Optional.empty(), Optional.empty(), false);
    var readyCondition = condition(status.getConditions(), "Ready");
    var ready = readyCondition.map(c -> "True".equals(c.getStatus())).orElse(false);
    var neverReady = !ready && readyCondition.map(c -> asAtStart(c, status)).orElse(true);
    if (ready) return new PodState(true, false, Optional.empty(), Optional.empty(), false);
    var since = readyCondition.map(c -> Instant.parse(c.getLastTransitionTime()));
    for (var container : status.getContainerStatuses()) {
      var trouble = trouble(container);
      if (trouble.isPresent())
        return new PodState(false, neverReady, since, trouble, hopeless(container));
    }
    var unscheduled =
        condition(status.getConditions(), "PodScheduled")
            .filter(c -> "False".equals(c.getStatus()))
            .map(c -> "no node takes it: " + c.getMessage());
    return new PodState(false, neverReady, since, unscheduled, false);
  }

  /** Whether it has not changed since the pod began. Before that, somebody has set the clock. */
  private static boolean asAtStart(PodCondition condition, PodStatus status) {
    if (status.getStartTime() == null) return true;
    var apart =
        Duration.between(
            Instant.parse(status.getStartTime()), Instant.parse(condition.getLastTransitionTime()));
    return apart.abs().compareTo(Duration.ofSeconds(2)) <= 0;
  }

  private static Optional<PodCondition> condition(List<PodCondition> conditions, String type) {
    return conditions.stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  private static Optional<String> trouble(ContainerStatus container) {
    var state = container.getState();
    if (state == null) return Optional.empty();
    var waiting = state.getWaiting();
    if (waiting != null && IMAGE_TROUBLE.contains(waiting.getReason()))
      return Optional.of(
          "its image %s %s (%s)".formatted(container.getImage(), NO_IMAGE, waiting.getReason()));
    if (waiting != null && CONFIG_TROUBLE.contains(waiting.getReason()))
      return Optional.of("its container can't be made: " + waiting.getMessage());
    if (waiting != null && "CrashLoopBackOff".equals(waiting.getReason()))
      return Optional.of(crash(container));
    if (state.getTerminated() != null) return Optional.of(crash(container));
    return Optional.empty();
  }

  private static String crash(ContainerStatus container) {
    var last =
        container.getState().getTerminated() != null
            ? container.getState().getTerminated()
            : container.getLastState() == null ? null : container.getLastState().getTerminated();
    if (last == null) return "its container ends again and again";
    var message =
        last.getMessage() == null || last.getMessage().isBlank()
            ? ""
            : ": " + last.getMessage().strip();
    return "its container ended with exit code %d%s (started %d times)"
        .formatted(last.getExitCode(), message, container.getRestartCount() + 1);
  }

  private static boolean hopeless(ContainerStatus container) {
    var waiting = container.getState().getWaiting();
    if (waiting == null) return false;
    return switch (waiting.getReason() == null ? "" : waiting.getReason()) {
      // The first ErrImagePull may be a registry's hiccup; a back-off means that it was tried
      // again.
      case "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "CreateContainerConfigError" ->
          true;
      case "CrashLoopBackOff" -> container.getRestartCount() >= HOPELESS_RESTARTS;
      default -> false;
    };
  }
}

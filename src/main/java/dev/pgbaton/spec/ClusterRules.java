package dev.pgbaton.spec;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/**
 * What no field alone can tell. A rule is silent where a field it looks at has a problem of its
 * own.
 */
final class ClusterRules {
  private static final String STANDBYS = "spec.replication.synchronousStandbys";
  private static final String PARAMETERS = "spec.postgresql.parameters";
  private static final String NODE_PORT = "spec.pgpool.service.nodePort";

  private static final Duration SHORTEST_START = Duration.ofSeconds(10);
  private static final Duration LONGEST_START = Duration.ofHours(48);

  private final ClusterSpec spec;
  private final Reading reading;

  private ClusterRules(ClusterSpec spec, Reading reading) {
    this.spec = spec;
    this.reading = reading;
  }

  static void check(ClusterSpec spec, Reading reading) {
    var rules = new ClusterRules(spec, reading);
    rules.synchronousStandbysExist();
    rules.sendersReachEveryStandby();
    rules.clientsCanConnect();
    rules.sharedBuffersFitIntoMemory();
    rules.requestsAreWithinLimits("spec.resources", spec.resources());
    spec.pgpool()
        .ifPresent(
            pgpool -> {
              rules.requestsAreWithinLimits("spec.pgpool.resources", pgpool.resources());
              rules.onlySomeServicesHaveNodePorts(pgpool.service());
            });
    rules.pgbatonsLabelsAreItsOwn();
    rules.instancesHaveTimeToStart();
    CatalogRules.check(spec, reading);
    TlsRules.check(spec, reading);
    AccessRules.check(spec, reading);
    spec.takenOver().ifPresent(rules::dataIsOnTheVolume);
    rules.onlyGeneratedPasswordsRotate();
  }

  private void synchronousStandbysExist() {
    var instances = spec.instances();
    var standbys = spec.synchronousStandbys();
    if (standbys == 0 || standbys < instances || !reading.sound("spec.instances", STANDBYS)) return;
    reading.problem(
        STANDBYS,
        instances == 1
            ? "%d can't confirm a commit: a single instance has no standby. Put 0, or more"
                    .formatted(standbys)
                + " instances."
            : "%d can't confirm a commit: %d instances have only %d standbys. Put at most %d, or"
                    .formatted(standbys, instances, instances - 1, instances - 1)
                + " more instances.");
  }

  private void onlyGeneratedPasswordsRotate() {
    if (spec.rotation().isPresent() && spec.takenOver().isPresent())
      reading.problem(
          "spec.credentials.rotation",
          "the passwords of this cluster are in a Secret of your own, which pgbaton never writes. Remove it.");
  }

  /** A standby takes one; one that is being cloned takes two. */
  private void sendersReachEveryStandby() {
    var least = Math.max(4, 2 * spec.instances());
    parameter("max_wal_senders")
        .filter(senders -> senders.intValue() < least)
        .ifPresent(
            senders ->
                reading.problem(
                    PARAMETERS + ".max_wal_senders",
                    "%s are too few: %d instances may need %d while standbys are cloned. Put %d or more, or remove it."
                        .formatted(senders, spec.instances(), least, least)));
  }

  private void clientsCanConnect() {
    var reserved =
        parameter("superuser_reserved_connections")
            .orElse(BigDecimal.valueOf(3))
            .add(parameter("reserved_connections").orElse(BigDecimal.ZERO));
    var path = PARAMETERS + ".max_connections";
    // pgbaton's and repmgr's own, and at least a client.
    var least = reserved.intValue() + 10;
    parameter("max_connections")
        .filter(connections -> connections.intValue() < least)
        .ifPresent(
            connections ->
                reading.problem(
                    path,
                    "%s are too few: %s are reserved for superusers and up to 10 are used by pgbaton and repmgr. Put %d or more."
                        .formatted(connections, reserved, least)));
  }

  private void sharedBuffersFitIntoMemory() {
    var limit = spec.resources().getLimits().get("memory");
    if (limit == null || !reading.sound("spec.resources")) return;
    parameter("shared_buffers")
        .map(pages -> pages.multiply(BigDecimal.valueOf(8192)))
        .filter(buffers -> buffers.compareTo(Quantities.amount(limit)) >= 0)
        .ifPresent(
            _ ->
                reading.problem(
                    PARAMETERS + ".shared_buffers",
                    "%s does not fit into the container's memory limit of %s. Put a quarter of the limit, or raise spec.resources.limits.memory."
                        .formatted(spec.postgresql().parameters().get("shared_buffers"), limit)));
  }

  private void requestsAreWithinLimits(String path, ResourceRequirements resources) {
    if (!reading.sound(path)) return;
    resources
        .getRequests()
        .forEach(
            (resource, request) -> {
              var limit = resources.getLimits().get(resource);
              if (limit != null
                  && Quantities.amount(request).compareTo(Quantities.amount(limit)) > 0) {
                reading.problem(
                    path + ".requests." + resource,
                    "%s is more than the limit of %s. Put at most that, or raise the limit."
                        .formatted(request, limit));
              }
            });
  }

  private void onlySomeServicesHaveNodePorts(ServiceSpec service) {
    if (service.type() == ServiceSpec.Type.ClusterIP
        && service.nodePort().isPresent()
        && reading.sound("spec.pgpool.service.type", NODE_PORT)) {
      reading.problem(
          NODE_PORT,
          "a Service of type ClusterIP has no node port. Put type: NodePort, or remove nodePort.");
    }
  }

  private void pgbatonsLabelsAreItsOwn() {
    for (var label : spec.labels().keySet()) {
      if (label.startsWith(Names.DOMAIN + "/") || Names.OWN_LABELS.contains(label)) {
        reading.problem(
            "metadata.labels." + label,
            "is set by pgbaton itself, to find its objects again. Remove it.");
      }
    }
  }

  private void instancesHaveTimeToStart() {
    var timeout = spec.rollout().instanceTimeout();
    if (timeout.compareTo(SHORTEST_START) >= 0 && timeout.compareTo(LONGEST_START) <= 0) return;
    reading.problem(
        "spec.rollout.instanceTimeout",
        "is how long a rollout waits for one instance to start and catch up. Put from %ds to %dh."
            .formatted(SHORTEST_START.toSeconds(), LONGEST_START.toHours()));
  }

  private void dataIsOnTheVolume(TakenOver kept) {
    var path = "spec.takenOver.data.directory";
    if (!reading.sound(path, "spec.takenOver.data.mountPath")
        || kept.data().directory().startsWith(kept.data().mountPath() + "/")) return;
    reading.problem(
        path,
        "%s is not below %s, where the volume is: the data would be lost with the container."
            .formatted(kept.data().directory(), kept.data().mountPath()));
  }

  private Optional<BigDecimal> parameter(String name) {
    return reading.sound(PARAMETERS + "." + name)
        ? Optional.ofNullable(spec.postgresql().parameters().get(name))
            .map(value -> new BigDecimal(SettingsCatalogue.normalised(name, value)))
        : Optional.empty();
  }
}

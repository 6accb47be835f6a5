package dev.pgbaton.plan;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.ReloadedSettings;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.InstanceProbe.Answer;
import dev.pgbaton.observed.InstanceProbe.Setting;
import dev.pgbaton.observed.ObservedCluster;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.Blocked;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Instances come to each other with a certificate: nobody is asked for one before all have one, nor
 * once somebody has none.
 */
final class ByCertificate {
  private ByCertificate() {}

  /** With what the instances can be asked for now. */
  static DesiredCluster asFar(DesiredCluster desired, ObservedCluster observed) {
    if (!isWanted(desired) || mayBeAskedFor(desired, observed)) return desired;
    var objects = desired.objects().stream().map(ByCertificate::byPassword).toList();
    var settings = new TreeMap<>(desired.settings());
    settings.put(Names.REPLICATION_SETTING, "");
    var hash =
        objects.stream()
            .filter(ReloadedSettings::is)
            .map(object -> ReloadedSettings.hash((ConfigMap) object.object()))
            .findFirst();
    return desired.with(objects).with(settings, hash.orElse(desired.reloadHash()));
  }

  /** Before anybody restarts without one, the others have to let it in. */
  static Optional<Plan> admitted(DesiredCluster desired, ObservedCluster observed, Instant now) {
    // What last worked may be from before there was this setting.
    if (isWanted(desired)) return Optional.empty();
    var only = desired.with(Map.of(Names.REPLICATION_SETTING, ""), desired.reloadHash());
    return Reloading.await(only, observed, now);
  }

  /** One that is Ready mostly has its certificate; its Secret may be a moment late. */
  static Optional<Plan> await(
      DesiredCluster wanted, DesiredCluster desired, ObservedCluster observed, Instant now) {
    var deadline = Deadlines.toPassByItself(observed);
    return left(wanted, desired, observed).isPresent() && now.isBefore(deadline)
        ? waiting(wanted, observed).map(what -> new Await(what, deadline))
        : Optional.empty();
  }

  /** What it waits for; all else of the commit is done. */
  static Optional<Blocked> left(
      DesiredCluster wanted, DesiredCluster desired, ObservedCluster observed) {
    if (!isWanted(wanted) || isWanted(desired)) return Optional.empty();
    return waiting(wanted, observed)
        .map(
            words ->
                new Blocked(
                    Refusal.REPLICATION_BY_PASSWORD,
                    "spec.tls.replication",
                    "it waits for %s. Until then instances let each other in by password, too."
                        .formatted(words)));
  }

  private static boolean isWanted(DesiredCluster desired) {
    return Names.BY_CERTIFICATE.equals(desired.settings().get(Names.REPLICATION_SETTING));
  }

  private static boolean mayBeAskedFor(DesiredCluster desired, ObservedCluster observed) {
    // One that says nothing now keeps the others from nothing that they agreed on.
    return observed.instances().stream().noneMatch(i -> hasOne(i).equals(Optional.of(false)))
        && (isAskedFor(desired, observed) || waiting(desired, observed).isEmpty());
  }

  private static boolean isAskedFor(DesiredCluster desired, ObservedCluster observed) {
    return desired.objects().stream()
        .filter(ReloadedSettings::is)
        .flatMap(object -> observed.snapshot().find(object.key()).stream())
        .anyMatch(live -> ReloadedSettings.byCertificate((ConfigMap) live));
  }

  private static Optional<String> waiting(DesiredCluster desired, ObservedCluster observed) {
    for (var name : desired.layout().podNames()) {
      var instance = observed.instance(name);
      var hasOne = instance.flatMap(ByCertificate::hasOne);
      if (hasOne.isEmpty())
        return Optional.of("%s to say whether it has a certificate".formatted(name));
      if (!hasOne.get())
        return Optional.of(
            "%s to have a certificate for replication: %s"
                .formatted(name, instance.map(ByCertificate::why).orElseThrow()));
    }
    return Optional.empty();
  }

  /** Empty where it does not answer. */
  private static Optional<Boolean> hasOne(Instance instance) {
    return instance.answer() instanceof Answer.Known known
        ? Optional.of(
            Optional.ofNullable(known.settings().get(Names.CLIENT_CERTIFICATE_SETTING))
                .map(Setting::value)
                .filter(value -> !value.isEmpty())
                .isPresent())
        : Optional.empty();
  }

  private static String why(Instance instance) {
    return instance.answer() instanceof Answer.Known known
        ? known.fileErrors().stream()
            .filter(error -> error.startsWith(Names.NO_CERTIFICATE))
            .findFirst()
            .orElse("its pod or its image is older than that")
        : "";
  }

  private static DesiredObject byPassword(DesiredObject object) {
    return ReloadedSettings.is(object)
        ? new DesiredObject(
            ReloadedSettings.byPassword((ConfigMap) object.object()),
            object.role(),
            object.policy(),
            object.source())
        : object;
  }
}

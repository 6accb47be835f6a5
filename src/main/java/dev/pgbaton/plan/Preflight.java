package dev.pgbaton.plan;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.OwnersClusters;
import dev.pgbaton.observed.ObservedCluster;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** What can't be done safely, found before anything is touched. */
final class Preflight {
  private static final Pattern MAJOR = Pattern.compile(".*:(\\d+)(?:[.\\-].*)?");

  /** Less than the journal holds, which has more in it. */
  private static final int MOST_KEPT = 800 * 1024;

  private Preflight() {}

  static Optional<Plan.Blocked> refuse(DesiredCluster desired, ObservedCluster observed) {
    var wanted = desired.statefulSet();
    var grace = wanted.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds();
    var budget = desired.layout().capabilities().hookBudget().toSeconds();
    if (grace != null && grace <= budget)
      return refuse(
          Refusal.GRACE_PERIOD_TOO_SHORT,
          "",
          "the pre-stop hook may take %d s, but terminationGracePeriodSeconds is %d. Put more than %d."
              .formatted(budget, grace, budget));
    var size = LastGood.size(desired);
    if (size > MOST_KEPT)
      return refuse(
          Refusal.TOO_LARGE_TO_KEEP,
          "",
          "the StatefulSet, pgpool and the ConfigMaps that pods of this cluster read make %d KiB, and %d can be kept to go back to. The largest is %s: let a volume or an image bring what is in it."
              .formatted(size / 1024, MOST_KEPT / 1024, key(LastGood.largest(desired))));
    var certificate = Certified.refuse(desired, observed);
    if (certificate.isPresent()) return certificate;
    return observed
        .statefulSet()
        .flatMap(live -> against(live, wanted).or(() -> kindOfImage(live, desired, observed)));
  }

  private static Optional<Plan.Blocked> against(StatefulSet live, StatefulSet wanted) {
    for (var claim : wanted.getSpec().getVolumeClaimTemplates()) {
      var name = claim.getMetadata().getName();
      var old =
          live.getSpec().getVolumeClaimTemplates().stream()
              .filter(c -> c.getMetadata().getName().equals(name))
              .findFirst();
      if (old.isEmpty())
        return refuse(
            Refusal.IMMUTABLE_FIELD,
            "",
            "the instances' pods have no claim %s, and Kubernetes can't add one to a StatefulSet."
                .formatted(name));
      var refused = claim(live, old.get(), claim);
      if (refused.isPresent()) return refused;
    }
    if (!Objects.equals(live.getSpec().getServiceName(), wanted.getSpec().getServiceName()))
      return refuse(
          Refusal.IMMUTABLE_FIELD,
          "",
          "the StatefulSet's serviceName is %s and can't become %s."
              .formatted(live.getSpec().getServiceName(), wanted.getSpec().getServiceName()));
    return majorVersion(live, wanted);
  }

  private static Optional<Plan.Blocked> claim(
      StatefulSet live, PersistentVolumeClaim old, PersistentVolumeClaim wanted) {
    var has = storage(old);
    var wants = storage(wanted);
    var size = Quantity.getAmountInBytes(wants).compareTo(Quantity.getAmountInBytes(has));
    if (size < 0)
      return refuse(
          Refusal.STORAGE_SHRINKS,
          "spec.storage.size",
          "%s is smaller than the %s that %s-0 has; volumes can't shrink. Put %s or more."
              .formatted(wants, has, live.getMetadata().getName(), has));
    if (size > 0)
      return refuse(
          Refusal.IMMUTABLE_FIELD,
          "spec.storage.size",
          "%s is larger than the %s that %s-0 has; pgbaton does not grow volumes yet. Put %s."
              .formatted(wants, has, live.getMetadata().getName(), has));
    var oldClass = old.getSpec().getStorageClassName();
    var newClass = wanted.getSpec().getStorageClassName();
    if (newClass != null && !newClass.equals(oldClass))
      return refuse(
          Refusal.IMMUTABLE_FIELD,
          "spec.storage.storageClassName",
          "the volumes are of class %s and can't become %s. Put %s."
              .formatted(oldClass, newClass, oldClass));
    return Optional.empty();
  }

  private static Quantity storage(PersistentVolumeClaim claim) {
    return claim.getSpec().getResources().getRequests().get("storage");
  }

  private static Optional<Plan.Blocked> majorVersion(StatefulSet live, StatefulSet wanted) {
    var from = major(live);
    var to = major(wanted);
    if (from.isEmpty() || to.isEmpty() || from.equals(to)) return Optional.empty();
    return refuse(
        Refusal.MAJOR_VERSION_CHANGES,
        "spec.image",
        "the data is of PostgreSQL %s, which %s can't read. Keep major version %s."
            .formatted(from.get(), to.get(), from.get()));
  }

  /** By halves neither repmgr nor the Lease would know all of them. */
  private static Optional<Plan.Blocked> kindOfImage(
      StatefulSet live, DesiredCluster desired, ObservedCluster observed) {
    var layout = desired.layout();
    if (layout.isGenerated() || observed.instances().isEmpty()) return Optional.empty();
    var has = OwnersClusters.hasInstanceProgram(live.getMetadata().getAnnotations(), image(live));
    var wants = layout.capabilities().instanceProgram();
    // Who says it only now of the image that runs puts right what could not be known. But what was
    // known is not taken back by a line: clients are on the routes that would go with it.
    var isSaidOnlyNow =
        image(live).equals(image(desired.statefulSet())) && (wants || !AppliedHash.isOn(live));
    return has == wants || isSaidOnlyNow
        ? Optional.empty()
        : refuse(
            Refusal.IMAGE_KIND_CHANGES,
            "",
            has
                ? "the instances run pgbaton's image, and the wanted one has no instance program: neither can follow the other. Keep pgbaton's, or push replicas: 0 first."
                : "the instances run an image of others, and the wanted one is pgbaton's: neither can follow the other. Keep theirs, or push replicas: 0 with theirs first, and then pgbaton's.");
  }

  private static ObjectKey key(HasMetadata object) {
    var meta = object.getMetadata();
    return new ObjectKey(object.getKind(), meta.getNamespace(), meta.getName());
  }

  private static String image(StatefulSet set) {
    var image = OwnersClusters.postgresql(set).getImage();
    return image == null ? "" : image;
  }

  private static Optional<String> major(StatefulSet set) {
    var match = MAJOR.matcher(image(set).replaceFirst("@.*", ""));
    return match.matches() ? Optional.of(match.group(1)) : Optional.empty();
  }

  private static Optional<Plan.Blocked> refuse(Refusal reason, String field, String text) {
    return Optional.of(new Plan.Blocked(reason, field, text));
  }
}

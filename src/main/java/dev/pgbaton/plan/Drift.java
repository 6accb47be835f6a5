package dev.pgbaton.plan;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.Remembered;
import dev.pgbaton.plan.Change.Cause;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether a live object is what it shall be, found without a request: the desired object is
 * contained in it.
 */
public final class Drift {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Lists that Kubernetes merges by a key, by field name; all others are compared as a whole. */
  private static final Map<String, List<String>> MERGE_KEYS =
      Map.of(
          "containers", List.of("name"),
          "initContainers", List.of("name"),
          "env", List.of("name"),
          "volumes", List.of("name"),
          "volumeMounts", List.of("mountPath"),
          "ports", List.of("containerPort", "port"),
          "imagePullSecrets", List.of("name"),
          "topologySpreadConstraints", List.of("topologyKey"));

  private static final Set<String> SHOWN = Set.of(".image", ".replicas", ".type");

  private static final Set<String> QUANTITY_MAPS = Set.of("requests", "limits", "capacity");

  /** Most of what a pass would cost otherwise. */
  private static final Remembered<DesiredObject, HasMetadata, Comparison> COMPARED =
      new Remembered<>(Drift::compare);

  private static final Remembered<DesiredObject, DesiredObject, String> HASHES =
      new Remembered<>((desired, _) -> AppliedHash.of(desired.object()));

  private Drift() {}

  /**
   * @param admission the difference that survived the last apply of this object; it is not fought
   * @return why the object has to be written, or empty
   */
  public static Optional<Cause> of(
      DesiredObject desired, Optional<HasMetadata> live, String admission) {
    if (live.isEmpty()) return Optional.of(new Cause.Missing());
    if (!desired.policy().repairs()) return Optional.empty();
    var compared = COMPARED.of(desired, live.get());
    if (!compared.sameIntent())
      return Optional.of(new Cause.Changed(compared.difference().orElse("fields were removed")));
    return compared.difference().filter(d -> !d.equals(admission)).map(Cause.Drifted::new);
  }

  private record Comparison(boolean sameIntent, Optional<String> difference) {}

  private static Comparison compare(DesiredObject desired, HasMetadata live) {
    var applied = Annotations.of(live, Names.APPLIED);
    return new Comparison(
        applied.equals(Optional.of(HASHES.of(desired, desired))),
        difference(desired.object(), live));
  }

  /** The first place where {@code live} is not what {@code desired} says, with before and after. */
  public static Optional<String> difference(HasMetadata desired, HasMetadata live) {
    return told(desired, inMap("", asMap(desired), asMap(live), Set.of("status", "stringData")));
  }

  /** As {@link #difference}, but for labels and annotations, which nobody feels. */
  static Optional<String> felt(HasMetadata desired, HasMetadata live) {
    return told(
        desired,
        inMap("", asMap(desired), asMap(live), Set.of("status", "stringData", "metadata")));
  }

  /** In objects that we did not make any value may be a password, but for these. */
  private static Optional<String> told(HasMetadata desired, String difference) {
    if (difference == null) return Optional.empty();
    var labels = desired.getMetadata().getLabels();
    var ours = labels != null && Names.MANAGER.equals(labels.get(Names.MANAGED_BY_LABEL));
    var values = difference.indexOf(' ');
    if (ours || !difference.contains(" → ")) return Optional.of(difference);
    var path = difference.substring(0, values);
    return Optional.of(SHOWN.stream().anyMatch(path::endsWith) ? difference : path + " differs");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(Object value) {
    return JSON.convertValue(value, Map.class);
  }

  private static String inMap(
      String path, Map<?, ?> desired, Map<?, ?> live, Collection<String> except) {
    // A sorted walk: the same difference is the first one each time.
    for (var key : desired.keySet().stream().map(String.class::cast).sorted().toList()) {
      if (except.contains(key)) continue;
      var found = in(path.isEmpty() ? key : path + "." + key, key, desired.get(key), live.get(key));
      if (found != null) return found;
    }
    return null;
  }

  private static String in(String path, String field, Object desired, Object live) {
    if (isEmpty(desired) && isEmpty(live)) return null;
    return switch (desired) {
      case Map<?, ?> map when QUANTITY_MAPS.contains(field) -> inQuantities(path, map, live);
      case Map<?, ?> map ->
          live instanceof Map<?, ?> other
              ? inMap(path, map, other, Set.of())
              : changed(path, live, desired);
      case List<?> list -> inList(path, field, list, live);
      case Number number ->
          live instanceof Number other && number.doubleValue() == other.doubleValue()
              ? null
              : changed(path, live, desired);
      case null -> null;
      default -> Objects.equals(desired, live) ? null : changed(path, live, desired);
    };
  }

  private static String inQuantities(String path, Map<?, ?> desired, Object live) {
    var other = live instanceof Map<?, ?> map ? map : Map.of();
    for (var key : desired.keySet().stream().map(String.class::cast).sorted().toList()) {
      var want = desired.get(key).toString();
      var have = other.get(key);
      if (have == null || !sameQuantity(want, have.toString()))
        return changed(path + "." + key, have, want);
    }
    return null;
  }

  private static boolean sameQuantity(String one, String other) {
    return Quantity.getAmountInBytes(new Quantity(one))
            .compareTo(Quantity.getAmountInBytes(new Quantity(other)))
        == 0;
  }

  private static String inList(String path, String field, List<?> desired, Object live) {
    if (!(live instanceof List<?> other)) return changed(path, live, desired);
    var keys = MERGE_KEYS.get(field);
    if (keys == null || !desired.stream().allMatch(e -> key(keys, e) != null)) {
      if (desired.size() != other.size()) return changed(path, live, desired);
      for (int i = 0; i < desired.size(); i++) {
        var found = in(path + "[" + i + "]", "", desired.get(i), other.get(i));
        if (found != null) return found;
      }
      return null;
    }
    for (var element : desired) {
      var key = key(keys, element);
      var match = other.stream().filter(e -> key.equals(key(keys, e))).findFirst();
      var where = path + "[" + key + "]";
      if (match.isEmpty()) return where + " is missing";
      var found = in(where, "", element, match.get());
      if (found != null) return found;
    }
    return null;
  }

  private static String key(List<String> keys, Object element) {
    if (!(element instanceof Map<?, ?> map)) return null;
    return keys.stream()
        .map(map::get)
        .filter(Objects::nonNull)
        .map(Object::toString)
        .findFirst()
        .orElse(null);
  }

  private static boolean isEmpty(Object value) {
    return switch (value) {
      case null -> true;
      case Map<?, ?> map -> map.isEmpty();
      case List<?> list -> list.isEmpty();
      // Kubernetes drops what is false, 0 or "" on its way, where that is the default.
      case Boolean flag -> !flag;
      case String text -> text.isEmpty();
      default -> false;
    };
  }

  private static String changed(String path, Object from, Object to) {
    if (from instanceof String before && to instanceof String after && after.contains("\n"))
      return "%s %s → %s"
          .formatted(path, brief(linesBut(before, after)), brief(linesBut(after, before)));
    return "%s %s → %s".formatted(path, brief(from), brief(to));
  }

  /** Of a file, the lines that the other one has not: a person looks for what changed. */
  private static String linesBut(String text, String other) {
    var known = other.lines().collect(Collectors.toSet());
    var left = text.lines().filter(line -> !known.contains(line)).collect(Collectors.joining(", "));
    return left.isEmpty() ? "nothing" : left;
  }

  private static String brief(Object value) {
    var text = value == null ? "unset" : value.toString();
    return text.length() <= 80 ? text : text.substring(0, 77) + "...";
  }
}

package dev.pgbaton.kube;

import io.fabric8.kubernetes.api.model.StatusCause;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Fields that others own and the spec sets.
 *
 * @param fields by field manager
 */
record FieldConflict(SortedMap<String, SortedSet<String>> fields) {
  /**
   * {@code conflict with "kubectl-edit" using apps/v1}, {@code … with "kubectl" with subresource
   * "scale" using …}.
   */
  private static final Pattern MANAGER = Pattern.compile("conflict with \"([^\"]*)\".*");

  /** How a repair signs that an apply can't do; its fields are ours all the same. */
  static final String REPAIR = "pgbaton-repair";

  /** How people's tools sign; anything else is a machine that would write again. */
  private static final Pattern BY_HAND =
      Pattern.compile(
          "kubectl(-.*)?|k9s|Lens|OpenLens|node-fetch|Mozilla|dashboard|headlamp|" + REPAIR);

  /**
   * @return empty if anything else than a field's owner is wrong
   */
  static Optional<FieldConflict> of(List<StatusCause> causes) {
    var fields = new TreeMap<String, SortedSet<String>>();
    for (var cause : causes) {
      var manager = MANAGER.matcher(cause.getMessage() == null ? "" : cause.getMessage());
      if (!"FieldManagerConflict".equals(cause.getReason()) || !manager.matches())
        return Optional.empty();
      fields
          .computeIfAbsent(manager.group(1), _ -> new TreeSet<>())
          .add(cause.getField() == null ? "?" : cause.getField());
    }
    return fields.isEmpty() ? Optional.empty() : Optional.of(new FieldConflict(fields));
  }

  boolean byHand() {
    return fields.keySet().stream().allMatch(FieldConflict::byHand);
  }

  static boolean byHand(String manager) {
    return BY_HAND.matcher(manager).matches();
  }

  /** For a person: {@code kubectl-edit (.spec.replicas)}. */
  String text() {
    return fields.entrySet().stream()
        .map(e -> "%s (%s)".formatted(e.getKey(), String.join(", ", e.getValue())))
        .collect(Collectors.joining(", "));
  }
}

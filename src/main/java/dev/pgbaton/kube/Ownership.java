package dev.pgbaton.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who owns an object's fields, as the API server notes it. Whoever applied it before pgbaton owns
 * its fields together with pgbaton, and what two own stays when one of them no longer wants it: so
 * what is removed in Git would be there for ever.
 */
final class Ownership {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** In a set of fields: the field itself, beside some below it. */
  private static final String ITSELF = ".";

  /** What is no content of the object. */
  private static final Set<String> ABOUT = Set.of("f:metadata", "f:status");

  private Ownership() {}

  /**
   * The same, but that nobody shares a field with pgbaton. What others alone have set stays theirs.
   *
   * @return empty if it is so already
   */
  static Optional<List<ManagedFieldsEntry>> alone(List<ManagedFieldsEntry> entries) {
    var ours = entries.stream().filter(Ownership::isOurs).findFirst();
    if (ours.isEmpty()) return Optional.empty();
    var fields = fields(ours.get());
    var kept = new ArrayList<ManagedFieldsEntry>();
    var shared = false;
    for (var entry : entries) {
      if (isOurs(entry) || !isOfTheWhole(entry)) {
        kept.add(entry);
        continue;
      }
      var theirs = fields(entry);
      var left = without(theirs, fields);
      shared |= !left.equals(theirs);
      if (!left.isEmpty())
        kept.add(
            new ManagedFieldsEntryBuilder(entry)
                .withFieldsV1(JSON.convertValue(left, FieldsV1.class))
                .build());
    }
    return shared ? Optional.of(List.copyOf(kept)) : Optional.empty();
  }

  /** Who has applied the object since pgbaton did: another tool that looks after it by now. */
  static Optional<String> appliedSince(List<ManagedFieldsEntry> entries) {
    var ours =
        entries.stream().filter(Ownership::isOurs).map(Ownership::time).max(Instant::compareTo);
    return entries.stream()
        .filter(entry -> isOfTheWhole(entry) && isApplier(entry))
        .filter(entry -> ours.map(time(entry)::isAfter).orElse(false))
        .map(ManagedFieldsEntry::getManager)
        .findFirst();
  }

  /**
   * Neither we, nor a person's edit, nor Kubernetes itself; nor whoever only puts a finalizer or an
   * annotation on it, as the controllers of load balancers do.
   */
  private static boolean isApplier(ManagedFieldsEntry entry) {
    if (!ownsContent(entry)) return false;
    var manager = entry.getManager() == null ? "" : entry.getManager();
    if (manager.startsWith(Names.MANAGER) || manager.startsWith("kube-")) return false;
    return "Apply".equals(entry.getOperation())
        || manager.equals("kubectl-client-side-apply")
        || !FieldConflict.byHand(manager);
  }

  static boolean ownsContent(ManagedFieldsEntry entry) {
    return fields(entry).properties().stream().anyMatch(field -> !ABOUT.contains(field.getKey()));
  }

  /** Who has put the cluster's label on it, by whatever name the API server knew it: pgbaton. */
  static boolean isOfACluster(ManagedFieldsEntry entry) {
    return fields(entry).path("f:metadata").path("f:labels").has("f:" + Names.CLUSTER_LABEL);
  }

  private static Instant time(ManagedFieldsEntry entry) {
    return entry.getTime() == null ? Instant.EPOCH : Instant.parse(entry.getTime());
  }

  private static boolean isOurs(ManagedFieldsEntry entry) {
    return Names.MANAGER.equals(entry.getManager())
        && "Apply".equals(entry.getOperation())
        && isOfTheWhole(entry);
  }

  /** A status is its controller's, and so is a scale. */
  private static boolean isOfTheWhole(ManagedFieldsEntry entry) {
    return entry.getSubresource() == null || entry.getSubresource().isEmpty();
  }

  private static ObjectNode fields(ManagedFieldsEntry entry) {
    return JSON.valueToTree(entry.getFieldsV1()) instanceof ObjectNode fields
        ? fields
        : JSON.createObjectNode();
  }

  /**
   * A field is in a set if there is nothing below it, or itself beside what is below it. What has
   * nothing of theirs below any more is not theirs itself either: it would stay behind empty, as a
   * hook without a handler, once pgbaton no longer wants it.
   */
  private static ObjectNode without(ObjectNode theirs, JsonNode ours) {
    var left = JSON.createObjectNode();
    for (var field : theirs.properties()) {
      if (field.getKey().equals(ITSELF)) continue;
      var other = ours.get(field.getKey());
      if (other == null) {
        left.set(field.getKey(), field.getValue());
        continue;
      }
      var below = without((ObjectNode) field.getValue(), other);
      if (below.isEmpty()) continue;
      if (isItself(field.getValue()) && !isItself(other))
        below.set(ITSELF, JSON.createObjectNode());
      left.set(field.getKey(), below);
    }
    return left;
  }

  private static boolean isItself(JsonNode field) {
    return field.isEmpty() || field.has(ITSELF);
  }
}

package dev.pgbaton.spec;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.cluster.SourceRef;
import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * A Kubernetes object as somebody wrote it.
 *
 * @param source where it begins
 */
public record PlacedObject(HasMetadata object, SourceRef source, Places places) {
  /** Where an object's fields stand. Found when asked for: it is asked for problems only. */
  @FunctionalInterface
  public interface Places {
    /**
     * @param field such as {@code spec.template.spec.containers[0].env[2].value}
     * @return the field's place, or that of the nearest field around it that is there
     */
    SourceRef of(String field);
  }

  public ObjectKey key() {
    return new ObjectKey(
        object.getKind(), object.getMetadata().getNamespace(), object.getMetadata().getName());
  }

  /** A problem with one of its fields, in words for the person who wrote it. */
  public Problem problem(String field, String message) {
    return new Problem(places.of(field), field, key() + " " + message);
  }
}

package dev.pgbaton.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Optional;

/** An object's annotations: one that has none carries no map at all. */
public final class Annotations {
  private Annotations() {}

  public static Optional<String> of(HasMetadata object, String name) {
    return Optional.ofNullable(all(object).get(name));
  }

  public static Map<String, String> all(HasMetadata object) {
    var annotations = object.getMetadata().getAnnotations();
    return annotations == null ? Map.of() : annotations;
  }
}

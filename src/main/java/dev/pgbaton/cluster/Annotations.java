package dev.pgbaton.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
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

  /** The same with a note on its pods: another value makes Kubernetes replace them. */
  public static Deployment onPods(Deployment deployment, String name, String value) {
    return new DeploymentBuilder(deployment)
        .editSpec()
        .editTemplate()
        .editOrNewMetadata()
        .addToAnnotations(name, value)
        .endMetadata()
        .endTemplate()
        .endSpec()
        .build();
  }
}

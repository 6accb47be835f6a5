package dev.pgbaton.desired;

import dev.pgbaton.spec.PlacedObject;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A person's StatefulSet or Deployment, and the container in it that matters.
 *
 * @param index of the container
 * @param container with the variables that it takes from the objects beside it
 * @param variables its environment, as far as the manifest tells
 */
record Workload(
    PlacedObject placed,
    PodTemplateSpec template,
    int index,
    Container container,
    Map<String, String> variables) {

  static Workload of(PlacedObject placed, int index, Environments environments) {
    var template = template(placed).orElseThrow();
    var container = environments.spelledOut(template.getSpec().getContainers().get(index));
    return new Workload(
        placed,
        template,
        index,
        container,
        PodReading.variables(container, placed.object().getMetadata().getNamespace()));
  }

  static Optional<PodTemplateSpec> template(PlacedObject placed) {
    return switch (placed.object()) {
      case StatefulSet set -> Optional.ofNullable(set.getSpec()).map(s -> s.getTemplate());
      case Deployment deployment ->
          Optional.ofNullable(deployment.getSpec()).map(s -> s.getTemplate());
      default -> Optional.empty();
    };
  }

  static List<Container> containers(PlacedObject placed) {
    return template(placed)
        .map(PodTemplateSpec::getSpec)
        .map(spec -> spec.getContainers())
        .orElse(List.of());
  }

  String name() {
    return placed.object().getMetadata().getName();
  }

  String namespace() {
    return placed.object().getMetadata().getNamespace();
  }

  String image() {
    return container.getImage() == null ? "" : container.getImage();
  }

  /** As far as it is known from the manifest; never blank. */
  Optional<String> value(String variable) {
    return Optional.ofNullable(variables.get(variable)).filter(value -> !value.isBlank());
  }

  /** The first of several names for the same thing. */
  Optional<String> value(List<String> variables) {
    return variables.stream().map(this::value).flatMap(Optional::stream).findFirst();
  }

  boolean has(String variable) {
    return PodReading.names(container).contains(variable);
  }

  /** Where a variable's value stands. */
  String field(String variable) {
    var env = container.getEnv();
    for (int i = 0; i < env.size(); i++) {
      if (env.get(i).getName().equals(variable))
        return "spec.template.spec.containers[%d].env[%d].value".formatted(index, i);
    }
    return "spec.template.spec.containers[%d]".formatted(index);
  }

  String imageField() {
    return "spec.template.spec.containers[%d].image".formatted(index);
  }
}

package dev.pgbaton.desired;

import dev.pgbaton.spec.ParsedSpec;
import dev.pgbaton.spec.PlacedObject;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Variables that are taken from a key which their Secret, in the same directory, does not have:
 * Kubernetes starts no such container. What is in any other Secret is not known.
 */
final class MissingKeys {
  private static final int LISTED = 6;

  private final List<PlacedObject> secrets;
  private final PlacedObject reader;
  private final List<Problem> problems = new ArrayList<>();

  private MissingKeys(ParsedSpec.Manifests manifests, PlacedObject reader) {
    this.secrets = manifests.objects().stream().filter(o -> o.object() instanceof Secret).toList();
    this.reader = reader;
  }

  static List<Problem> ofTheDatabase(ParsedSpec.Manifests manifests, FoundRoles.Clear roles) {
    return database(roles).flatMap(reader -> of(manifests, reader).stream()).toList();
  }

  /** Pods that nobody waits for. */
  static List<Problem> ofOthers(ParsedSpec.Manifests manifests, FoundRoles.Clear roles) {
    return manifests.objects().stream()
        .filter(reader -> database(roles).noneMatch(it -> it == reader))
        .flatMap(reader -> of(manifests, reader).stream())
        .toList();
  }

  private static Stream<PlacedObject> database(FoundRoles.Clear roles) {
    return Stream.concat(Stream.of(roles.postgresql()), roles.pgpool().stream())
        .map(Workload::placed);
  }

  private static List<Problem> of(ParsedSpec.Manifests manifests, PlacedObject reader) {
    var missing = new MissingKeys(manifests, reader);
    var at = reader.object() instanceof Pod ? "spec." : "spec.template.spec.";
    PodReading.pod(reader.object())
        .ifPresent(
            pod -> {
              missing.among(pod.getInitContainers(), at + "initContainers");
              missing.among(pod.getContainers(), at + "containers");
            });
    return missing.problems;
  }

  private void among(List<Container> containers, String at) {
    if (containers == null) return;
    for (int c = 0; c < containers.size(); c++) {
      var env = containers.get(c).getEnv();
      if (env == null) continue;
      for (int v = 0; v < env.size(); v++) {
        var from = env.get(v).getValueFrom();
        if (from != null && from.getSecretKeyRef() != null)
          look(
              env.get(v).getName(),
              from.getSecretKeyRef(),
              "%s[%d].env[%d].valueFrom.secretKeyRef.key".formatted(at, c, v));
      }
    }
  }

  private void look(String variable, SecretKeySelector key, String field) {
    if (Boolean.TRUE.equals(key.getOptional())) return;
    var secret = secret(key.getName());
    if (secret.isEmpty()) return;
    var keys = DesiredCluster.encoded((Secret) secret.get().object()).keySet();
    // One without any is for something else to fill.
    if (keys.isEmpty() || keys.contains(key.getKey())) return;
    problems.add(
        reader.problem(
            field,
            "takes %s from the key %s of the Secret %s, which has no such key (%s: %s), so that its container would not start. Put the key that is meant here, or that key there. If something else adds it, take the Secret out of the directory: it stays as it is."
                .formatted(
                    variable,
                    key.getKey(),
                    key.getName(),
                    secret.get().source(),
                    UnreadSettings.some(keys, LISTED, ", "))));
  }

  private Optional<PlacedObject> secret(String name) {
    return secrets.stream()
        .filter(
            secret ->
                secret.object().getMetadata().getName().equals(name)
                    && Objects.equals(
                        secret.object().getMetadata().getNamespace(),
                        reader.object().getMetadata().getNamespace()))
        .findFirst();
  }
}

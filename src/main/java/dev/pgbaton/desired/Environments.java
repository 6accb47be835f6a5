package dev.pgbaton.desired;

import dev.pgbaton.spec.PlacedObject;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What containers take whole, or by key, from the ConfigMaps and Secrets beside them. */
record Environments(Map<String, Map<String, String>> configMaps, Map<String, Set<String>> secrets) {

  static Environments of(List<PlacedObject> objects) {
    var maps = new TreeMap<String, Map<String, String>>();
    var secrets = new TreeMap<String, Set<String>>();
    for (var placed : objects) {
      var name = placed.object().getMetadata().getName();
      if (placed.object() instanceof ConfigMap map) maps.put(name, orEmpty(map.getData()));
      if (placed.object() instanceof Secret secret) {
        var keys = new TreeSet<>(orEmpty(secret.getData()).keySet());
        keys.addAll(orEmpty(secret.getStringData()).keySet());
        secrets.put(name, keys);
      }
    }
    return new Environments(maps, secrets);
  }

  /**
   * The same container with every variable of its own: first those that stand there, in their
   * order, then the others.
   */
  Container spelledOut(Container container) {
    var env = new ArrayList<EnvVar>();
    var names = new TreeSet<String>();
    for (var variable : orEmpty(container.getEnv())) {
      env.add(value(variable));
      names.add(variable.getName());
    }
    // The last one counts.
    var taken = new TreeMap<String, EnvVar>();
    for (var source : orEmpty(container.getEnvFrom()))
      for (var variable : all(source)) taken.put(variable.getName(), variable);
    taken.values().stream().filter(v -> !names.contains(v.getName())).forEach(env::add);
    return container.edit().withEnv(env).build();
  }

  private EnvVar value(EnvVar variable) {
    var from = variable.getValueFrom();
    var key = from == null ? null : from.getConfigMapKeyRef();
    var map = key == null ? null : configMaps.get(key.getName());
    return Optional.ofNullable(map)
        .map(data -> data.get(key.getKey()))
        .map(value -> new EnvVar(variable.getName(), value, null))
        .orElse(variable);
  }

  private List<EnvVar> all(EnvFromSource source) {
    var prefix = Objects.requireNonNullElse(source.getPrefix(), "");
    var variables = new ArrayList<EnvVar>();
    if (source.getConfigMapRef() != null)
      orEmpty(configMaps.get(source.getConfigMapRef().getName()))
          .forEach((key, value) -> variables.add(new EnvVar(prefix + key, value, null)));
    if (source.getSecretRef() != null) {
      var name = source.getSecretRef().getName();
      for (var key : secrets.getOrDefault(name, Set.of()))
        variables.add(
            new EnvVarBuilder()
                .withName(prefix + key)
                .withNewValueFrom()
                .withNewSecretKeyRef(key, name, null)
                .endValueFrom()
                .build());
    }
    return variables;
  }

  private static <T> List<T> orEmpty(List<T> maybe) {
    return maybe == null ? List.of() : maybe;
  }

  private static Map<String, String> orEmpty(Map<String, String> maybe) {
    return maybe == null ? Map.of() : maybe;
  }
}

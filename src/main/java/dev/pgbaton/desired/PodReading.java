package dev.pgbaton.desired;

import dev.pgbaton.cluster.ObjectKey;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarSource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a pod made from a template would find: its variables, and the objects that it reads. */
public final class PodReading {
  /** {@code $(NAME)}; {@code $$(NAME)} stands for itself. */
  private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\(([^)]*)\\)");

  private PodReading() {}

  /**
   * The variables whose value is known before there is a pod, expanded as the kubelet does: a
   * reference to one that is not known, or stands further down, stays as it is.
   *
   * @param namespace what {@code metadata.namespace} will be
   */
  static Map<String, String> variables(Container container, String namespace) {
    var values = new LinkedHashMap<String, String>();
    for (var variable : env(container)) {
      var value =
          variable.getValue() != null
              ? Optional.of(expand(variable.getValue(), values))
              : fromPod(variable, namespace);
      value.ifPresent(v -> values.put(variable.getName(), v));
    }
    return values;
  }

  private static Optional<String> fromPod(EnvVar variable, String namespace) {
    return source(variable)
        .map(EnvVarSource::getFieldRef)
        .filter(field -> "metadata.namespace".equals(field.getFieldPath()))
        .map(_ -> namespace);
  }

  private static String expand(String text, Map<String, String> known) {
    return REFERENCE
        .matcher(text)
        .replaceAll(
            match -> {
              if (match.group(1) == null) return "\\$";
              var value = known.getOrDefault(match.group(1), match.group());
              return java.util.regex.Matcher.quoteReplacement(value);
            });
  }

  /** Every variable's name, wherever its value comes from. */
  static SortedSet<String> names(Container container) {
    var names = new TreeSet<String>();
    env(container).forEach(variable -> names.add(variable.getName()));
    return names;
  }

  /** The key of a Secret that a variable's value is taken from. */
  static Optional<SecretKeySelector> secret(Container container, String variable) {
    return env(container).stream()
        .filter(v -> v.getName().equals(variable))
        .flatMap(v -> source(v).stream())
        .flatMap(source -> Stream.ofNullable(source.getSecretKeyRef()))
        .findFirst();
  }

  /** The key of a Secret that a file in a container is. */
  static Optional<SecretKeySelector> secretFile(PodSpec pod, Container container, String file) {
    for (var mount : list(container.getVolumeMounts())) {
      var root = mount.getMountPath().replaceFirst("/*$", "");
      var whole = file.equals(root);
      if (!whole && !file.startsWith(root + "/")) continue;
      var below = whole ? "" : file.substring(root.length() + 1);
      var part = mount.getSubPath() == null ? "" : mount.getSubPath();
      var path = part.isEmpty() || below.isEmpty() ? part + below : part + "/" + below;
      var volume =
          list(pod.getVolumes()).stream()
              .filter(v -> v.getName().equals(mount.getName()))
              .findFirst();
      var found = volume.flatMap(v -> secretKey(v, path));
      if (found.isPresent()) return found;
    }
    return Optional.empty();
  }

  private static Optional<SecretKeySelector> secretKey(Volume volume, String path) {
    if (volume.getSecret() != null)
      return key(volume.getSecret().getSecretName(), list(volume.getSecret().getItems()), path);
    return volume.getProjected() == null
        ? Optional.empty()
        : list(volume.getProjected().getSources()).stream()
            .filter(source -> source.getSecret() != null)
            .flatMap(
                source ->
                    key(source.getSecret().getName(), list(source.getSecret().getItems()), path)
                        .stream())
            .findFirst();
  }

  /**
   * @param items keys and their paths; without any, each key is a file
   */
  private static Optional<SecretKeySelector> key(
      String secret, List<KeyToPath> items, String path) {
    if (items.isEmpty())
      return path.isEmpty() || path.contains("/")
          ? Optional.empty()
          : Optional.of(new SecretKeySelector(path, secret, false));
    return items.stream()
        .filter(item -> item.getPath().equals(path))
        .findFirst()
        .map(item -> new SecretKeySelector(item.getKey(), secret, false));
  }

  /** What a pod, or those made from a template, read; nothing for any other object. */
  public static SortedSet<ObjectKey> reads(HasMetadata object) {
    return pod(object)
        .map(pod -> reads(pod, object.getMetadata().getNamespace()))
        .orElseGet(Collections::emptySortedSet);
  }

  /** A pod, or that of a template. */
  static Optional<PodSpec> pod(HasMetadata object) {
    return Optional.ofNullable(
        switch (object) {
          case Pod it -> it.getSpec();
          case Job job -> job.getSpec().getTemplate().getSpec();
          case StatefulSet set -> set.getSpec().getTemplate().getSpec();
          case Deployment deployment -> deployment.getSpec().getTemplate().getSpec();
          default -> null;
        });
  }

  /** The Secrets and ConfigMaps that a pod reads, by whatever way. */
  public static SortedSet<ObjectKey> reads(PodSpec pod, String namespace) {
    var read = new TreeSet<ObjectKey>();
    for (var container : containers(pod)) {
      for (var variable : env(container)) {
        source(variable)
            .ifPresent(
                source -> {
                  var secret = source.getSecretKeyRef();
                  var map = source.getConfigMapKeyRef();
                  if (secret != null) add(read, "Secret", namespace, secret.getName());
                  if (map != null) add(read, "ConfigMap", namespace, map.getName());
                });
      }
      for (var all : list(container.getEnvFrom())) {
        if (all.getSecretRef() != null)
          add(read, "Secret", namespace, all.getSecretRef().getName());
        if (all.getConfigMapRef() != null)
          add(read, "ConfigMap", namespace, all.getConfigMapRef().getName());
      }
    }
    for (var volume : list(pod.getVolumes())) {
      if (volume.getSecret() != null)
        add(read, "Secret", namespace, volume.getSecret().getSecretName());
      if (volume.getConfigMap() != null)
        add(read, "ConfigMap", namespace, volume.getConfigMap().getName());
      if (volume.getProjected() == null) continue;
      for (var part : list(volume.getProjected().getSources())) {
        if (part.getSecret() != null) add(read, "Secret", namespace, part.getSecret().getName());
        if (part.getConfigMap() != null)
          add(read, "ConfigMap", namespace, part.getConfigMap().getName());
      }
    }
    for (var secret : list(pod.getImagePullSecrets()))
      add(read, "Secret", namespace, secret.getName());
    return read;
  }

  private static void add(SortedSet<ObjectKey> read, String kind, String namespace, String name) {
    if (name != null && !name.isEmpty()) read.add(new ObjectKey(kind, namespace, name));
  }

  static List<Container> containers(PodSpec pod) {
    return Stream.concat(list(pod.getInitContainers()).stream(), list(pod.getContainers()).stream())
        .toList();
  }

  private static List<EnvVar> env(Container container) {
    return list(container.getEnv());
  }

  private static Optional<EnvVarSource> source(EnvVar variable) {
    return Optional.ofNullable(variable.getValueFrom());
  }

  private static <T> List<T> list(List<T> maybe) {
    return maybe == null ? List.of() : maybe;
  }
}

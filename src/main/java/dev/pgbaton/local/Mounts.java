package dev.pgbaton.local;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.instance.InstanceSettings;
import dev.pgbaton.sandbox.PodApi;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The ConfigMaps of an instance's pod as files, as the kubelet mounts them. */
final class Mounts {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final PodApi api;
  private final Path directory;
  private volatile Map<String, String> reload = Map.of();

  Mounts(PodApi api, Path directory) {
    this.api = api;
    this.directory = directory;
  }

  Path restartSettings() {
    return directory.resolve("restart/restart.conf");
  }

  Path reloadSettings() {
    return directory.resolve("reload");
  }

  void refresh(Pod pod) {
    mounted(pod, "restart").ifPresent(data -> write(restartSettings().getParent(), data));
    mounted(pod, "reload")
        .ifPresent(
            data -> {
              write(reloadSettings(), data);
              reload = data;
            });
    for (var volume : List.of("tls", "replication"))
      secret(pod, volume).ifPresent(data -> write(directory.resolve(volume), data));
  }

  int instances() {
    return number("instances", 1);
  }

  InstanceSettings settings() {
    var failover = reload.getOrDefault("failover", "fast").toUpperCase(Locale.ROOT);
    return InstanceSettings.of(
        InstanceSettings.Failover.valueOf(failover), PATIENCE, number("synchronous-standbys", 0));
  }

  private int number(String key, int without) {
    return Integer.parseInt(reload.getOrDefault(key, Integer.toString(without)));
  }

  private Optional<Map<String, String>> mounted(Pod pod, String volume) {
    return pod.getSpec().getVolumes().stream()
        .filter(v -> v.getName().equals(volume) && v.getConfigMap() != null)
        .map(
            v ->
                new ObjectKey(
                    "ConfigMap", pod.getMetadata().getNamespace(), v.getConfigMap().getName()))
        .flatMap(key -> api.find(key, ConfigMap.class).stream())
        .map(ConfigMap::getData)
        .findFirst();
  }

  private Optional<Map<String, String>> secret(Pod pod, String volume) {
    return pod.getSpec().getVolumes().stream()
        .filter(v -> v.getName().equals(volume) && v.getSecret() != null)
        .map(
            v ->
                new ObjectKey(
                    "Secret", pod.getMetadata().getNamespace(), v.getSecret().getSecretName()))
        .map(key -> api.find(key, Secret.class).map(Mounts::decoded).orElse(Map.of()))
        .findFirst();
  }

  private static Map<String, String> decoded(Secret secret) {
    var values = new TreeMap<String, String>();
    if (secret.getData() != null)
      secret
          .getData()
          .forEach(
              (key, value) ->
                  values.put(
                      key,
                      new String(Base64.getDecoder().decode(value), StandardCharsets.US_ASCII)));
    return values;
  }

  /** All of one version at once: the link is switched, as the kubelet does. */
  private static void write(Path to, Map<String, String> data) {
    try {
      Files.createDirectories(to);
      var link = to.resolve("..data");
      var before = Files.exists(link) ? link.toRealPath() : null;
      var version = Files.createTempDirectory(to, "..version");
      Files.setPosixFilePermissions(
          version, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
      for (var entry : data.entrySet())
        Files.writeString(version.resolve(entry.getKey()), entry.getValue());
      var next = to.resolve("..next");
      Files.deleteIfExists(next);
      Files.createSymbolicLink(next, version.getFileName());
      Files.move(next, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      for (var name : data.keySet()) {
        var file = to.resolve(name);
        if (!Files.isSymbolicLink(file)) Files.createSymbolicLink(file, Path.of("..data", name));
      }
      if (before != null) Trees.delete(before);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.pgbaton.desired;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Where things are mounted: the images count on these paths. */
final class Volumes {
  static final String DATA = Names.DATA_CLAIM;
  static final String DATA_PATH = "/var/lib/pgbaton";

  /** Read by the owner and the group: with fsGroup the group is the container's. */
  private static final int SECRET_MODE = 0440;

  private Volumes() {}

  static Volume scratch(String name) {
    return new VolumeBuilder().withName(name).withNewEmptyDir().endEmptyDir().build();
  }

  /** In memory, and so counted as the container's memory. */
  static Volume memory(String name) {
    return new VolumeBuilder()
        .withName(name)
        .withNewEmptyDir()
        .withMedium("Memory")
        .endEmptyDir()
        .build();
  }

  static Volume configMap(String name, String configMap) {
    return new VolumeBuilder()
        .withName(name)
        .withNewConfigMap()
        .withName(configMap)
        .endConfigMap()
        .build();
  }

  static Volume secret(String name, String secret) {
    return new VolumeBuilder()
        .withName(name)
        .withNewSecret()
        .withSecretName(secret)
        .withDefaultMode(SECRET_MODE)
        .endSecret()
        .build();
  }

  /**
   * @param files which key becomes which file
   */
  static Volume secret(String name, String secret, Map<String, String> files) {
    var volume = secret(name, secret);
    volume
        .getSecret()
        .setItems(
            new TreeMap<>(files)
                .entrySet().stream()
                    .map(e -> new KeyToPath(e.getKey(), null, e.getValue()))
                    .toList());
    return volume;
  }

  /**
   * Files of the keys' names.
   *
   * @param keys a pod waits for them
   * @param more where they are there
   */
  static Volume secret(String name, String secret, List<String> keys, List<String> more) {
    return new VolumeBuilder()
        .withName(name)
        .withNewProjected()
        .withDefaultMode(SECRET_MODE)
        .withSources(part(secret, keys, null), part(secret, more, true))
        .endProjected()
        .build();
  }

  private static VolumeProjection part(String secret, List<String> keys, Boolean optional) {
    return new VolumeProjectionBuilder()
        .withNewSecret()
        .withName(secret)
        .withItems(keys.stream().map(key -> new KeyToPath(key, null, key)).toList())
        .withOptional(optional)
        .endSecret()
        .build();
  }

  static VolumeMount mount(String name, String path) {
    return new VolumeMountBuilder().withName(name).withMountPath(path).build();
  }

  static VolumeMount readOnly(String name, String path) {
    return new VolumeMountBuilder().withName(name).withMountPath(path).withReadOnly(true).build();
  }
}

package dev.pgbaton.e2e;

import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.PersistentVolumeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A volume that ends where its size says, and can be made read-only: a file system in memory, bound
 * to an instance's claim before the claim is asked for. All nodes see this machine's mounts.
 */
final class SmallVolume implements AutoCloseable {
  private final KubernetesClient kubernetes;
  private final String name;
  private final Path path;

  SmallVolume(
      KubernetesClient kubernetes, String namespace, String cluster, int ordinal, int mebibytes)
      throws IOException {
    this.kubernetes = kubernetes;
    this.name = namespace + "-" + ordinal;
    this.path = Files.createTempDirectory(name);
    Shell.run(
        List.of(
            "mount", "-t", "tmpfs", "-o", size(mebibytes) + ",mode=0777", name, path.toString()));
    var claim = Names.DATA_CLAIM + "-" + cluster + "-" + ordinal;
    var storage = Map.of("storage", new Quantity("1Gi"));
    kubernetes
        .resource(
            new PersistentVolumeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withCapacity(storage)
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName("standard")
                .withNewClaimRef()
                .withNamespace(namespace)
                .withName(claim)
                .endClaimRef()
                .withNewHostPath()
                .withPath(path.toString())
                .endHostPath()
                .endSpec()
                .build())
        .create();
    kubernetes
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(claim)
                .endMetadata()
                .withNewSpec()
                .withAccessModes("ReadWriteOnce")
                .withStorageClassName("standard")
                .withVolumeName(name)
                .withNewResources()
                .withRequests(storage)
                .endResources()
                .endSpec()
                .build())
        .create();
  }

  void grow(int mebibytes) {
    remount(size(mebibytes));
  }

  /** Nothing may have a file of it open for writing. */
  void readOnly(boolean only) {
    remount(only ? "ro" : "rw");
  }

  private void remount(String options) {
    Shell.run(List.of("mount", "-o", "remount," + options, path.toString()));
  }

  private static String size(int mebibytes) {
    return "size=" + mebibytes + "m";
  }

  @Override
  public void close() {
    kubernetes.persistentVolumes().withName(name).delete();
    Shell.run(List.of("umount", "--lazy", path.toString()));
  }
}

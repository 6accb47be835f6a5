package dev.pgbaton.kube;

import io.fabric8.kubernetes.api.model.Secret;
import java.util.Map;

/** What is merged into a Secret. */
final class SecretChange {
  private SecretChange() {}

  /**
   * Of this version only: whoever has written meanwhile is looked at first.
   *
   * @param data in base64; other keys stay as they are
   */
  static Map<String, Object> of(
      Secret live,
      Map<String, String> labels,
      Map<String, String> annotations,
      Map<String, String> data) {
    return Map.of(
        "metadata",
        Map.of(
            "resourceVersion",
            live.getMetadata().getResourceVersion(),
            "labels",
            labels,
            "annotations",
            annotations),
        "data",
        data);
  }
}

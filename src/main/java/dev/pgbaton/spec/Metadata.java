package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import java.util.Map;

record Metadata(ClusterId id, Map<String, String> labels) {
  static final FieldType<Metadata> TYPE = FieldType.object(Metadata::read);

  private static Metadata read(Fields metadata) {
    var name =
        metadata.required(
            "name",
            FieldTypes.CLUSTER_NAME,
            "The cluster's name: objects and pods are named after it.");
    var namespace =
        metadata.required(
            "namespace", FieldTypes.LABEL_NAME, "The namespace that all objects lie in.");
    var labels =
        metadata.optional(
            "labels",
            FieldTypes.LABELS,
            Map.of(),
            "Labels for every generated object, beside pgbaton's own; not for pods, which would have to"
                + " restart for them.");
    metadata.optional(
        "annotations",
        FieldType.map(FieldTypes.TEXT),
        Map.of(),
        "For people and tools; pgbaton does not read them.");
    return new Metadata(new ClusterId(namespace, name), labels);
  }
}

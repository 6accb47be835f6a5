package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * What a container can request: Kubernetes' own resources, or a vendor's with a slash in the name.
 */
record ResourceNameType() implements FieldType<String> {
  private static final List<String> KNOWN = List.of("cpu", "memory", "ephemeral-storage");

  @Override
  public String read(Node node, String path, Reading reading) {
    var name = ((ScalarNode) node).getValue();
    if (!KNOWN.contains(name)
        && !name.matches("hugepages-[0-9]+[KMG]i")
        && !(name.indexOf('/') > 0 && FieldTypes.QUALIFIED_NAME.accepts(name))) {
      reading.problem(
          path,
          node,
          Suggestion.nearest(name, KNOWN)
              .map("is not a resource. Did you mean %s?"::formatted)
              .orElse("is not a resource. Resources are: " + String.join(", ", KNOWN) + "."));
    }
    return name;
  }

  @Override
  public String example() {
    return "cpu";
  }

  @Override
  public String expected() {
    return "a resource";
  }

  @Override
  public ObjectNode schema() {
    return FieldType.schema("string")
        .put("pattern", "^(cpu|memory|ephemeral-storage|hugepages-[0-9]+[KMG]i|.+/.+)$");
  }
}

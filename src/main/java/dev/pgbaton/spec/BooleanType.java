package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

record BooleanType() implements FieldType<Boolean> {
  @Override
  public Boolean read(Node node, String path, Reading reading) {
    if (node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.BOOL))
      return Boolean.valueOf(scalar.getValue());
    reading.problem(path, node, "%s is not %s.".formatted(FieldType.found(node), expected()));
    return example();
  }

  @Override
  public Boolean example() {
    return true;
  }

  @Override
  public String expected() {
    return "true or false, without quotes";
  }

  @Override
  public ObjectNode schema() {
    return FieldType.schema("boolean");
  }
}

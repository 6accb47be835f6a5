package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigInteger;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

record IntegerType(int min, int max) implements FieldType<Integer> {
  @Override
  public Integer read(Node node, String path, Reading reading) {
    if (node instanceof ScalarNode scalar
        && scalar.getTag().equals(Tag.INT)
        && scalar.getValue().matches("[-+]?[0-9]+")) {
      var number = new BigInteger(scalar.getValue());
      if (number.compareTo(BigInteger.valueOf(min)) >= 0
          && number.compareTo(BigInteger.valueOf(max)) <= 0) {
        return number.intValue();
      }
    }
    var quoted =
        node instanceof ScalarNode scalar
            && scalar.getTag().equals(Tag.STR)
            && scalar.getValue().matches("[0-9]+");
    reading.problem(
        path,
        node,
        quoted
            ? "\"%s\" is a text because of its quotes. Put %s without them."
                .formatted(FieldType.found(node), expected())
            : "%s is not %s.".formatted(FieldType.found(node), expected()));
    return example();
  }

  @Override
  public Integer example() {
    return min;
  }

  @Override
  public String expected() {
    return "a whole number from %d to %d".formatted(min, max);
  }

  @Override
  public ObjectNode schema() {
    return FieldType.schema("integer").put("minimum", min).put("maximum", max);
  }
}

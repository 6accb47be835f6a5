package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import org.snakeyaml.engine.v2.nodes.Node;

/** Kubernetes' toleration, with the rules by which the API server would refuse one. */
record TolerationType() implements FieldType<Toleration> {
  static final FieldType<Toleration> TYPE = new TolerationType();

  private static final FieldType<Toleration> FIELDS = FieldType.object(TolerationType::read);

  private enum Operator {
    Equal,
    Exists
  }

  private enum Effect {
    NoSchedule,
    PreferNoSchedule,
    NoExecute
  }

  @Override
  public Toleration read(Node node, String path, Reading reading) {
    var toleration = FIELDS.read(node, path, reading);
    if (!reading.sound(path)) return toleration;
    var exists = Operator.Exists.name().equals(toleration.getOperator());
    if (exists && toleration.getValue() != null && !toleration.getValue().isEmpty()) {
      reading.problem(
          path + ".value", "operator Exists looks at no value. Remove it, or put operator: Equal.");
    }
    if (!exists && toleration.getKey() == null) {
      reading.problem(
          path, node, "without a key only operator Exists is possible. Put a key, or that.");
    }
    if (toleration.getTolerationSeconds() != null
        && !Effect.NoExecute.name().equals(toleration.getEffect())) {
      reading.problem(
          path + ".tolerationSeconds",
          "counts only with effect NoExecute. Put that, or remove it.");
    }
    return toleration;
  }

  private static Toleration read(Fields fields) {
    return new TolerationBuilder()
        .withKey(
            fields
                .optional("key", FieldTypes.QUALIFIED_NAME, "The taint's key; every key if absent.")
                .orElse(null))
        .withOperator(
            fields
                .optional("operator", FieldType.oneOf(Operator.class), "Equal if absent.")
                .map(Enum::name)
                .orElse(null))
        .withValue(
            fields.optional("value", FieldTypes.LABEL_VALUE, "The taint's value.").orElse(null))
        .withEffect(
            fields
                .optional("effect", FieldType.oneOf(Effect.class), "Every effect if absent.")
                .map(Enum::name)
                .orElse(null))
        .withTolerationSeconds(
            fields
                .optional(
                    "tolerationSeconds",
                    FieldType.integer(0, Integer.MAX_VALUE),
                    "How long a NoExecute taint is tolerated; for ever if absent.")
                .map(Integer::longValue)
                .orElse(null))
        .build();
  }

  @Override
  public Toleration example() {
    return FIELDS.example();
  }

  @Override
  public String expected() {
    return FIELDS.expected();
  }

  @Override
  public ObjectNode schema() {
    return FIELDS.schema();
  }
}

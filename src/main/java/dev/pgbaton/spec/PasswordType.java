package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.spec.UserSpec.SecretKey;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Where a password comes from; never the password itself, which no message repeats either. Empty
 * for one that is generated.
 */
record PasswordType() implements FieldType<Optional<SecretKey>> {
  private static final String GENERATED = "generated";

  private static final FieldType<SecretKey> SECRET_KEY =
      FieldType.object(
          password ->
              password.required(
                  "secretKeyRef",
                  FieldType.object(
                      reference ->
                          new SecretKey(
                              reference.required(
                                  "name",
                                  FieldTypes.SUBDOMAIN_NAME,
                                  "The Secret's name, in the cluster's namespace."),
                              reference.required(
                                  "key", FieldTypes.KEY, "Which of its keys has the password."))),
                  "A Secret that somebody else keeps; it is only read."));

  @Override
  public Optional<SecretKey> read(Node node, String path, Reading reading) {
    if (node instanceof MappingNode) return Optional.of(SECRET_KEY.read(node, path, reading));
    if (node instanceof ScalarNode scalar && scalar.getValue().equals(GENERATED))
      return Optional.empty();
    reading.problem(
        path,
        node,
        "a password in Git is everyone's who reads the repository. Put secretKeyRef: {name: …, key: …},"
            + " which names a Secret that has it, or generated.");
    return Optional.empty();
  }

  @Override
  public Optional<SecretKey> example() {
    return Optional.empty();
  }

  @Override
  public String expected() {
    return "generated, or a mapping with the field secretKeyRef";
  }

  @Override
  public ObjectNode schema() {
    var schema = JsonNodeFactory.instance.objectNode();
    var kinds = schema.putArray("oneOf");
    kinds.addObject().put("type", "string").putArray("enum").add(GENERATED);
    kinds.add(SECRET_KEY.schema());
    return schema;
  }
}

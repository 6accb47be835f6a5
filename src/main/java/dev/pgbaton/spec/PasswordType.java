package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.spec.PasswordSource.Generated;
import dev.pgbaton.spec.PasswordSource.SecretKey;
import dev.pgbaton.spec.PasswordSource.Sops;
import dev.pgbaton.spec.PasswordSource.Vault;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Where a password comes from; never the password itself, which no message repeats either. */
record PasswordType() implements FieldType<PasswordSource> {
  private static final String GENERATED = "generated";
  private static final String SECRET = "secretKeyRef";
  private static final String SOPS = "sops";
  private static final String VAULT = "vault";

  private static final FieldType<String> FILE =
      new TextType<>(
          Pattern.compile("(\\.{1,2}/)*[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*\\.(yaml|yml|json)"),
          500,
          false,
          "the path of a YAML or JSON file, relative to this one",
          "secrets/passwords.enc.yaml",
          path -> path);

  private static final FieldType<String> KEY =
      new TextType<>(
          Pattern.compile("[^\\x00-\\x1f\\x7f]+"),
          500,
          false,
          "the keys down to a value, with dots between them",
          "shop.password",
          key -> key);

  private static final FieldType<SecretKey> SECRET_KEY =
      FieldType.object(
          reference ->
              new SecretKey(
                  reference.required(
                      "name",
                      FieldTypes.SUBDOMAIN_NAME,
                      "The Secret's name, in the cluster's namespace."),
                  reference.required(
                      "key", FieldTypes.KEY, "Which of its keys has the password.")));

  private static final FieldType<Sops> ENCRYPTED =
      FieldType.object(
          encrypted ->
              new Sops(
                  encrypted.required(
                      "file",
                      FILE,
                      "A YAML or JSON file of this repository that SOPS encrypted for an age key;"
                          + " relative to this one."),
                  encrypted.required(
                      "key",
                      KEY,
                      "Which of its values is the password: the keys down to it, with dots between"
                          + " them.")));

  private static final Pattern SEGMENTS =
      Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

  private static final FieldType<String> MOUNT =
      new TextType<>(
          SEGMENTS, 200, false, "the mount of a key-value engine", "secret", mount -> mount);

  private static final FieldType<String> PATH =
      new TextType<>(
          SEGMENTS, 500, false, "a path in the engine, without data/", "shop/orders", path -> path);

  private static final FieldType<Vault> IN_VAULT =
      FieldType.object(
          vault ->
              new Vault(
                  vault.optional(
                      "mount",
                      MOUNT,
                      "secret",
                      "Where the key-value engine (version 2) is mounted."),
                  vault.required("path", PATH, "The secret's path in it."),
                  vault.required("key", KEY, "Which of its keys has the password.")));

  private static final FieldType<PasswordSource> ELSEWHERE =
      FieldType.object(
          password -> {
            Optional<SecretKey> secret =
                password.optional(
                    SECRET, SECRET_KEY, "A Secret that somebody else keeps; it is only read.");
            Optional<Sops> encrypted =
                password.optional(SOPS, ENCRYPTED, "A value that SOPS encrypted.");
            Optional<Vault> vault =
                password.optional(
                    VAULT,
                    IN_VAULT,
                    "A value in OpenBao, or HashiCorp's Vault; looked at each minute.");
            return Stream.of(secret, encrypted, vault)
                .flatMap(Optional::stream)
                .map(PasswordSource.class::cast)
                .findFirst()
                .orElse(new Generated());
          });

  @Override
  public PasswordSource read(Node node, String path, Reading reading) {
    if (node instanceof MappingNode mapping) {
      var source = ELSEWHERE.read(node, path, reading);
      var named =
          mapping.getValue().stream()
              .filter(
                  field ->
                      field.getKeyNode() instanceof ScalarNode key
                          && List.of(SECRET, SOPS, VAULT).contains(key.getValue()))
              .count();
      if (named != 1 && reading.sound(path))
        reading.problem(
            path,
            node,
            named == 0
                ? "names no source. Put secretKeyRef: {name: …, key: …}, sops: {file: …, key: …} or vault: {path: …, key: …}."
                : "has several sources. Leave one of them.");
      return source;
    }
    if (node instanceof ScalarNode scalar && scalar.getValue().equals(GENERATED))
      return new Generated();
    reading.problem(
        path,
        node,
        "a password in Git is everyone's who reads the repository. Put secretKeyRef: {name: …, key: …},"
            + " which names a Secret that has it, sops: {file: …, key: …}, which names an encrypted"
            + " file, or generated.");
    return new Generated();
  }

  @Override
  public PasswordSource example() {
    return new Generated();
  }

  @Override
  public String expected() {
    return "generated, or a mapping with the field secretKeyRef, sops or vault";
  }

  @Override
  public ObjectNode schema() {
    var schema = JsonNodeFactory.instance.objectNode();
    var kinds = schema.putArray("oneOf");
    kinds.addObject().put("type", "string").putArray("enum").add(GENERATED);
    kinds.add(ELSEWHERE.schema().put("minProperties", 1).put("maxProperties", 1));
    return schema;
  }
}

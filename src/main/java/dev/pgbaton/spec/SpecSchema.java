package dev.pgbaton.spec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * The format of a spec as a JSON schema, for editors and kubeconform: told by the types that read
 * it.
 */
public final class SpecSchema {
  private SpecSchema() {}

  public static String json() {
    var schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.put("title", ClusterSpec.KIND + " " + ClusterSpec.API_VERSION);
    schema.setAll(FieldType.object(ClusterSpec::read).schema());
    var printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(new DefaultIndenter("  ", "\n"));
    try {
      return new ObjectMapper().writer(printer).writeValueAsString(schema) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}

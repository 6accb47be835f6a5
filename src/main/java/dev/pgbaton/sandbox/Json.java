package dev.pgbaton.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** Kubernetes' objects as the API server sees them. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static ObjectNode tree(HasMetadata object) {
    return MAPPER.valueToTree(object);
  }

  @SuppressWarnings("unchecked")
  static <T extends HasMetadata> T object(ObjectNode tree, T like) {
    try {
      return (T) MAPPER.treeToValue(tree, like.getClass());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static <T extends HasMetadata> T copy(T object) {
    return object(tree(object), object);
  }
}

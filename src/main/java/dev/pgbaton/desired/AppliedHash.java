package dev.pgbaton.desired;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Sha256;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;

/**
 * Identifies a configuration by its content. Kept on the live object, it tells a new intent from
 * somebody else's change, and shows that a field was removed from the intent, which no comparison
 * of the objects can.
 */
public final class AppliedHash {
  private static final ObjectMapper CANONICAL =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private AppliedHash() {}

  /** Of a Kubernetes object, or any value that Jackson can write. */
  public static String of(Object value) {
    try {
      // Through a map, so that the order of a class' properties does not matter.
      var text = CANONICAL.writeValueAsString(sorted(CANONICAL.convertValue(value, Object.class)));
      return Sha256.hex(text, 16);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether pgbaton has applied the live object: it keeps the hash of what it was. */
  public static boolean isOn(HasMetadata live) {
    return Annotations.of(live, Names.APPLIED).isPresent();
  }

  /** Whether pgbaton made the live object, or has applied it since. */
  public static boolean isOurs(HasMetadata live) {
    var labels = live.getMetadata().getLabels();
    return isOn(live) || labels != null && Names.MANAGER.equals(labels.get(Names.MANAGED_BY_LABEL));
  }

  private static Object sorted(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        var result = new java.util.TreeMap<String, Object>();
        map.forEach((k, v) -> result.put((String) k, sorted(v)));
        yield result;
      }
      case java.util.List<?> list -> list.stream().map(AppliedHash::sorted).toList();
      case null -> "";
      default -> value;
    };
  }
}

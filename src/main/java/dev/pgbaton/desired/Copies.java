package dev.pgbaton.desired;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** An object of any kind that may be changed without the one that was read changing too. */
final class Copies {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Copies() {}

  static HasMetadata of(HasMetadata object) {
    return JSON.convertValue(object, object.getClass());
  }
}

package dev.pgbaton.observed;

import dev.pgbaton.cluster.ObjectKey;
import java.util.Map;

/**
 * The passwords that Secrets are made of, looked up where something moved.
 *
 * @param changed what is no longer as it was written, in words, by the Secret that is made of it
 */
public record LookedUp(Map<ObjectKey, String> changed) {
  public static final LookedUp SAME = new LookedUp(Map.of());
}

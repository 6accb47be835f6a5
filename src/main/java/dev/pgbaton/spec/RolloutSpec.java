package dev.pgbaton.spec;

import java.time.Duration;
import java.util.Optional;

/**
 * How changes are brought about.
 *
 * @param maxReplicaLag in bytes of WAL: a replica further behind counts as not yet back
 * @param instanceTimeout how long one instance may take to come back before the rollout is given up
 * @param acceptCollationVersion what text may be sorted by from now on
 */
public record RolloutSpec(
    long maxReplicaLag, Duration instanceTimeout, Optional<String> acceptCollationVersion) {
  static final RolloutSpec DEFAULT =
      new RolloutSpec(16 << 20, Duration.ofMinutes(10), Optional.empty());

  static final FieldType<RolloutSpec> TYPE =
      FieldType.object(
          rollout ->
              new RolloutSpec(
                  rollout.optional(
                      "maxReplicaLag",
                      FieldTypes.BYTES,
                      DEFAULT.maxReplicaLag(),
                      "A replica further behind than this counts as not yet back; 16Mi if absent."),
                  rollout.optional(
                      "instanceTimeout",
                      FieldTypes.DURATION,
                      DEFAULT.instanceTimeout(),
                      "How long one instance may take to come back before the rollout is given up; 10m if absent."),
                  rollout.optional(
                      "acceptCollationVersion",
                      FieldTypes.VERSION,
                      "An image may sort text by this collation version (in quotes), though indexes were made by another: they have to be rebuilt then.")));
}

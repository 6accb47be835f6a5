package dev.pgbaton.cluster;

import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Where the data lies by the variables of others' manifests: what checks it and what uses it. */
public final class OwnersData {
  private static final String VOLUME = "/bitnami/postgresql";

  private OwnersData() {}

  /**
   * @param value of a variable, if it has one
   */
  public static String directory(Function<String, Optional<String>> value) {
    return Stream.of("POSTGRESQL_DATA_DIR", "PGDATA")
        .map(value)
        .flatMap(Optional::stream)
        .findFirst()
        .orElseGet(() -> value.apply("POSTGRESQL_VOLUME_DIR").orElse(VOLUME) + "/data");
  }
}

package dev.pgbaton.spec;

import java.util.Map;
import java.util.Optional;

/**
 * @param parameters as they were written, checked against the {@link SettingsCatalogue}
 */
public record PostgresqlSpec(Map<String, String> parameters) {
  static final PostgresqlSpec DEFAULT = new PostgresqlSpec(Map.of());

  /** Why it can't be among the parameters, going on after the name; empty where it can. */
  public static Optional<String> wrong(String name, String value) {
    return new ParametersType().wrong(name, value);
  }

  /** Whether it is a person's to set, whatever its value. */
  public static boolean mayBeSet(String name) {
    return OwnedParameters.reason(name).isEmpty();
  }

  static final FieldType<PostgresqlSpec> TYPE =
      FieldType.object(
          postgresql ->
              new PostgresqlSpec(
                  postgresql.optional(
                      "parameters",
                      new ParametersType(),
                      Map.of(),
                      "PostgreSQL's settings, as in postgresql.conf.")));
}

package dev.pgbaton.spec;

import java.util.Map;

/**
 * @param parameters as they were written, checked against the {@link SettingsCatalogue}
 */
public record PostgresqlSpec(Map<String, String> parameters) {
  static final PostgresqlSpec DEFAULT = new PostgresqlSpec(Map.of());

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

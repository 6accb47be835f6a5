package dev.pgbaton.spec;

import java.util.Optional;

/**
 * The fields of one mapping, asked for one by one. A record is read through this once, and
 * described through it once more for the JSON schema: so the two can't drift apart.
 */
interface Fields {
  <T> T required(String name, FieldType<T> type, String description);

  <T> Optional<T> optional(String name, FieldType<T> type, String description);

  default <T> T optional(String name, FieldType<T> type, T absent, String description) {
    return optional(name, type, description).orElse(absent);
  }
}

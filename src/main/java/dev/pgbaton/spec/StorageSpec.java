package dev.pgbaton.spec;

import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Optional;

/** One instance's volume. Without a class the cluster's default class is taken. */
public record StorageSpec(Quantity size, Optional<String> storageClassName) {
  static final FieldType<StorageSpec> TYPE =
      FieldType.object(
          storage ->
              new StorageSpec(
                  storage.required(
                      "size",
                      FieldTypes.SIZE,
                      "The size of each volume; what is there is neither grown nor shrunk yet."),
                  storage.optional(
                      "storageClassName",
                      FieldTypes.SUBDOMAIN_NAME,
                      "The storage class; the default class if it is absent.")));
}

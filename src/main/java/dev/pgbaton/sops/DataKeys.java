package dev.pgbaton.sops;

import java.util.List;

/** Opens the key that a file's values are encrypted with. */
@FunctionalInterface
public interface DataKeys {
  /** Where no private key is given. */
  DataKeys NONE =
      (_, _) -> {
        throw new Refused(
            "PGBATON_SOPS_AGE_KEY_FILE is not set: without a private age key nothing can be decrypted. Mount one, and put its path there.");
      };

  /**
   * @param recipient the public key; one of any kind that age knows
   * @param text the data key encrypted for it, as age writes it, with its armor
   */
  record Wrapped(String recipient, String text) {}

  byte[] unwrap(String file, List<Wrapped> keys) throws Refused;
}

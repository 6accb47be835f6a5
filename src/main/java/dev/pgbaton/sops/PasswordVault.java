package dev.pgbaton.sops;

/** Passwords that are kept outside of Git and of Kubernetes. */
@FunctionalInterface
public interface PasswordVault {
  /** Where none is configured. */
  PasswordVault NONE =
      (_, _, _) -> {
        throw new Refused(
            "PGBATON_VAULT_ADDRESS is not set: without a vault no password can be read from it.");
      };

  /**
   * @param mount of a key-value engine, version 2
   */
  Cleartext read(String mount, String path, String key) throws Refused;
}

package dev.pgbaton.spec;

/** Where a user's password comes from. */
public sealed interface PasswordSource {
  /** Made here, once, and in nobody's Git. */
  record Generated() implements PasswordSource {}

  /** A key of a Secret in the cluster's namespace, which somebody else keeps. */
  record SecretKey(String name, String key) implements PasswordSource {}

  /**
   * A value in a file of the repository that SOPS encrypted.
   *
   * @param file relative to the spec's own
   * @param key the keys down to it, with dots between them
   */
  record Sops(String file, String key) implements PasswordSource {}

  /**
   * A value in OpenBao's, or HashiCorp's Vault's, key-value engine, version 2.
   *
   * @param mount of the engine
   * @param path within it
   */
  record Vault(String mount, String path, String key) implements PasswordSource {}

  /** Whether it is put into a Secret of pgbaton's own. */
  default boolean isKeptByUs() {
    return switch (this) {
      case Generated _, Sops _, Vault _ -> true;
      case SecretKey _ -> false;
    };
  }
}

package dev.pgbaton.spec;

/** A user's password in a file that SOPS encrypted, as far as it can be told without its key. */
public sealed interface EncryptedPassword {
  /** For a person. */
  String file();

  /**
   * @param content the whole file: its MAC is over all of it
   */
  record There(String file, String key, String content) implements EncryptedPassword {}

  record NotThere(String file, String key, Problem problem) implements EncryptedPassword {}
}

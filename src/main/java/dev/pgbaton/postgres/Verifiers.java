package dev.pgbaton.postgres;

import dev.pgbaton.catalog.ScramSecret;
import java.security.SecureRandom;

/** What statements have in a password's place: whatever logs them does not get the password. */
final class Verifiers {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Verifiers() {}

  static String of(Password password) {
    return ScramSecret.of(password.value(), RANDOM);
  }
}

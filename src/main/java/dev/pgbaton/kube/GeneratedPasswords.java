package dev.pgbaton.kube;

import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Fills a Secret's empty values. */
final class GeneratedPasswords {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  /** 190 bits. */
  private static final int LENGTH = 32;

  private static final int ID_BYTES = 8;
  private static final SecureRandom RANDOM = new SecureRandom();

  private GeneratedPasswords() {}

  static void fill(Secret secret) {
    if (secret.getStringData() == null) return;
    var filled = new TreeMap<>(secret.getStringData());
    filled.replaceAll((_, value) -> value == null || value.isEmpty() ? password() : value);
    var own = filled.getOrDefault("password", "");
    filled.replaceAll((_, value) -> value.replace(Names.PASSWORD_HERE, own));
    // One that is made anew once a second login was in use says that it is not: nobody is locked
    // out.
    if (filled.containsKey(Names.REPMGR_PASSWORD))
      filled.put(Names.LOGINS_KEY, LoginTurn.AT_FIRST.text());
    secret.setStringData(filled);
  }

  /** By which one version of a Secret is told from the next: it says nothing of what is in it. */
  static String id() {
    var bytes = new byte[ID_BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  static String password() {
    return RANDOM
        .ints(LENGTH, 0, ALPHABET.length())
        .mapToObj(i -> String.valueOf(ALPHABET.charAt(i)))
        .collect(Collectors.joining());
  }
}

package dev.pgbaton.kube;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
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
    fill(secret, Map.of());
  }

  /**
   * One that is there keeps its passwords, unless it is made anew for another word than it was made
   * for last. A word that was taken away stays noted: the same one later is no news.
   */
  static void fill(Secret secret, Secret live) {
    var word = Annotations.of(secret, Names.ROTATION);
    var noted = Annotations.of(live, Names.ROTATION);
    var anew = word.isPresent() && !word.equals(noted);
    var annotations = new TreeMap<>(Annotations.all(secret));
    noted.ifPresent(before -> annotations.putIfAbsent(Names.ROTATION, before));
    secret.getMetadata().setAnnotations(annotations);
    var kept = new TreeMap<String, String>();
    if (!anew && live.getData() != null)
      live.getData().forEach((key, value) -> kept.put(key, SecretData.decoded(value)));
    fill(secret, kept);
    // As the server keeps it: of stringData an apply does not know what it wrote.
    var data = new TreeMap<String, String>();
    secret.getStringData().forEach((key, value) -> data.put(key, SecretData.encoded(value)));
    secret.setData(data);
    secret.setStringData(null);
  }

  /** Whether all that is declared of it is there, whatever its passwords are. */
  static boolean isStill(Secret desired, Secret live) {
    var now = new SecretBuilder(desired).build();
    fill(now, live);
    return live.getData() != null
        && live.getData().entrySet().containsAll(now.getData().entrySet());
  }

  private static void fill(Secret secret, Map<String, String> kept) {
    if (secret.getStringData() == null) return;
    var filled = new TreeMap<>(secret.getStringData());
    filled.replaceAll(
        (key, value) ->
            value != null && !value.isEmpty()
                ? value
                : kept.getOrDefault(key, "").isEmpty() ? password() : kept.get(key));
    var own = filled.getOrDefault("password", "");
    var escaped = URLEncoder.encode(own, StandardCharsets.UTF_8).replace("+", "%20");
    filled.replaceAll((_, value) -> value.replace(Names.PASSWORD_HERE, escaped));
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

package dev.pgbaton.kube;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.desired.UserSecrets.Hidden;
import dev.pgbaton.sops.Cleartext;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.PasswordVault;
import dev.pgbaton.sops.Refused;
import dev.pgbaton.sops.SopsFile;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.TreeMap;

/** Finds the passwords of users that are encrypted in Git, or in a vault. Nothing is kept. */
final class DecryptedPasswords {
  private final DataKeys keys;
  private final PasswordVault vault;

  DecryptedPasswords(DataKeys keys, PasswordVault vault) {
    this.keys = keys;
    this.vault = vault;
  }

  /**
   * Fills it in, in place. What can't be decrypted leaves the password that was there before, if
   * one was, and says why.
   *
   * @param live as it is there now
   */
  void fill(Secret secret, Optional<Secret> live) {
    var values = new TreeMap<>(secret.getStringData());
    values.remove(UserSecrets.ENCRYPTED);
    try {
      put(password(secret), values);
    } catch (Refused e) {
      secret.getMetadata().getAnnotations().put(Names.PASSWORDS_MISSING, e.getMessage());
      live.flatMap(DecryptedPasswords::value)
          .ifPresentOrElse(
              before -> put(before, values), () -> values.values().removeIf(this::hasNone));
    }
    // As the server keeps it: of stringData an apply does not know what it wrote.
    var data = new TreeMap<String, String>();
    values.forEach((key, value) -> data.put(key, SecretData.encoded(value)));
    secret.setData(data);
    secret.setStringData(null);
  }

  private boolean hasNone(String value) {
    return value.isEmpty() || value.contains(Names.PASSWORD_HERE);
  }

  private static void put(Cleartext password, TreeMap<String, String> values) {
    var escaped = URLEncoder.encode(password.value(), StandardCharsets.UTF_8).replace("+", "%20");
    values.replaceAll((_, value) -> value.replace(Names.PASSWORD_HERE, escaped));
    values.put(UserSecrets.PASSWORD, password.value());
  }

  /**
   * Whether it has to be written again although nothing new is in Git.
   *
   * @param live as it is there now
   */
  Optional<String> changed(Secret desired, Secret live) {
    var missing = Annotations.of(live, Names.PASSWORDS_MISSING);
    try {
      var password = password(desired);
      if (missing.isPresent()) return Optional.of("a password that was not to be had");
      return value(live).equals(Optional.of(password))
          ? Optional.empty()
          : Optional.of(
              "a password in Secret %s, which is not the one that is declared"
                  .formatted(live.getMetadata().getName()));
    } catch (Refused e) {
      // What was decrypted once stays, whatever becomes of the key.
      return missing
          .filter(words -> !words.equals(e.getMessage()))
          .map(_ -> "why a password is not to be had");
    }
  }

  /**
   * Whether it is still not to be had, for the same reason: the Secret need not be read for that.
   */
  boolean isStillMissing(Secret desired, HasMetadata cached) {
    try {
      password(desired);
      return false;
    } catch (Refused e) {
      return Annotations.of(cached, Names.PASSWORDS_MISSING).equals(Optional.of(e.getMessage()));
    }
  }

  private Cleartext password(Secret desired) throws Refused {
    var from = UserSecrets.hidden(desired);
    if (from.isEmpty())
      throw new Refused(
          Annotations.of(desired, Names.PASSWORDS_MISSING).orElse("there is no password"));
    try {
      return password(from.get());
    } catch (Refused e) {
      throw new Refused(
          "the password of %s: %s"
              .formatted(desired.getStringData().get("username"), e.getMessage()));
    }
  }

  private Cleartext password(Hidden from) throws Refused {
    return switch (from) {
      case Hidden.InFile(var file, var key, var content) ->
          fit(
              SopsFile.read(file, content.getBytes(StandardCharsets.UTF_8)).decrypt(key, keys),
              "%s in %s".formatted(key, file));
      case Hidden.InVault(var mount, var path, var key) ->
          fit(vault.read(mount, path, key), "%s in %s/%s".formatted(key, mount, path));
    };
  }

  private static Cleartext fit(Cleartext password, String what) throws Refused {
    return switch (PasswordText.of(password.value())) {
      case PasswordText.Fit(var fit) -> new Cleartext(fit);
      case PasswordText.Unfit(var why) -> throw new Refused("%s %s".formatted(what, why));
    };
  }

  private static Optional<Cleartext> value(Secret live) {
    return Optional.ofNullable(live.getData())
        .map(data -> data.get(UserSecrets.PASSWORD))
        .filter(value -> !value.isEmpty())
        .map(SecretData::decoded)
        .map(Cleartext::new);
  }
}

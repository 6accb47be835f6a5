package dev.pgbaton.kube;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.desired.UserSecrets.Hidden;
import dev.pgbaton.observed.ClusterSnapshot;
import dev.pgbaton.observed.LookedUp;
import dev.pgbaton.tls.CertificateSecrets;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Whether the passwords that Secrets are made of are still those. Asked by requests, and only where
 * one of their Secrets has another version than the one that was looked up, or was not there: no
 * cache holds passwords.
 */
final class LookedUpPasswords {
  private static final Duration VAULT_AT_REST = Duration.ofSeconds(60);

  private final ComposedSecrets composed;
  private final DecryptedPasswords decrypted;
  private final Function<ObjectKey, Optional<Secret>> live;

  /** What moved and had the same passwords all the same is not asked for again. */
  private final Map<ObjectKey, String> known = new ConcurrentHashMap<>();

  /** When a vault was asked last. */
  private final Map<ObjectKey, Long> looked = new ConcurrentHashMap<>();

  LookedUpPasswords(
      ComposedSecrets composed,
      DecryptedPasswords decrypted,
      Function<ObjectKey, Optional<Secret>> live) {
    this.composed = composed;
    this.decrypted = decrypted;
    this.live = live;
  }

  LookedUp of(List<Secret> wanted, ClusterSnapshot snapshot) {
    var changed = new TreeMap<ObjectKey, String>();
    for (var secret : wanted) {
      var key = Trim.key(secret);
      if (CertificateSecrets.is(secret)) {
        snapshot
            .find(key)
            .flatMap(it -> due(secret, it, snapshot))
            .ifPresent(why -> changed.put(key, why));
        continue;
      }
      // One that is not there is made anyway.
      snapshot
          .find(key)
          .flatMap(it -> changed(secret, it, snapshot))
          .ifPresent(w -> changed.put(key, w));
    }
    return new LookedUp(changed);
  }

  /** All that an authority signs are made anew with it: the one would not let the other in. */
  private static Optional<String> due(
      Secret desired, HasMetadata cached, ClusterSnapshot snapshot) {
    if (CertificateSecrets.isDue(cached, Instant.now()))
      return Optional.of("the certificate, whose time is over soon");
    var by = Annotations.of(cached, Names.CERTIFICATE_BY);
    var authority =
        snapshot
            .find(
                new ObjectKey(
                    "Secret",
                    desired.getMetadata().getNamespace(),
                    CertificateSecrets.authority(desired)))
            .flatMap(it -> Annotations.of(it, Names.CERTIFICATE));
    return by.isPresent() && authority.isPresent() && !by.equals(authority)
        ? Optional.of("the certificate, which another authority has signed")
        : Optional.empty();
  }

  private Optional<String> changed(Secret desired, HasMetadata cached, ClusterSnapshot snapshot) {
    if (UserSecrets.isDecrypted(desired)) return changed(desired, cached);
    if (UserSecrets.isGenerated(desired)) return unlike(desired, cached);
    var key = Trim.key(desired);
    var missing = Annotations.of(cached, Names.PASSWORDS_MISSING).isPresent();
    var moved = moved(desired, cached, snapshot);
    if (moved.isEmpty() && !missing) return Optional.empty();
    var state =
        ComposedSecrets.version(cached)
            + moved.stream()
                .map(ComposedSecrets::version)
                .collect(Collectors.joining(",", ":", ""));
    if (!missing && state.equals(known.get(key))) return Optional.empty();
    var now = live.apply(key);
    if (now.isEmpty() || composed.isStill(desired, now.get())) {
      known.put(key, state);
      return Optional.empty();
    }
    return Optional.of(
        moved.isEmpty()
            ? "a password that was missing"
            : "a password in Secret %s (%s)"
                .formatted(
                    moved.stream()
                        .map(secret -> secret.getMetadata().getName())
                        .collect(Collectors.joining(", ")),
                    UserSecrets.gap()));
  }

  /**
   * By a request only where it is another version than the one that was looked at, and in a vault
   * each minute: nobody tells of a change there.
   */
  private Optional<String> changed(Secret desired, HasMetadata cached) {
    var key = Trim.key(desired);
    var missing = Annotations.of(cached, Names.PASSWORDS_MISSING).isPresent();
    var version = ComposedSecrets.version(cached);
    var inVault = UserSecrets.hidden(desired).filter(Hidden.InVault.class::isInstance).isPresent();
    if (inVault ? !isDue(key) : !missing && version.equals(known.get(key))) return Optional.empty();
    if (missing && decrypted.isStillMissing(desired, cached)) return Optional.empty();
    var changed = live.apply(key).flatMap(now -> decrypted.changed(desired, now));
    if (changed.isEmpty()) known.put(key, version);
    else looked.remove(key);
    return changed;
  }

  /** What is beside a password that is made here: where to find the database, most of all. */
  private Optional<String> unlike(Secret desired, HasMetadata cached) {
    var key = Trim.key(desired);
    var version = ComposedSecrets.version(cached);
    if (!AppliedHash.isOurs(cached) || version.equals(known.get(key))) return Optional.empty();
    var now = live.apply(key);
    if (now.filter(secret -> !GeneratedPasswords.isStill(desired, secret)).isPresent())
      return Optional.of("what is beside the password");
    known.put(key, version);
    return Optional.empty();
  }

  private boolean isDue(ObjectKey key) {
    var now = System.nanoTime();
    var last = looked.get(key);
    if (last != null && now - last < VAULT_AT_REST.toNanos()) return false;
    looked.put(key, now);
    return true;
  }

  /** Of a Secret without the cluster's label nothing is heard. */
  private static List<HasMetadata> moved(
      Secret desired, HasMetadata cached, ClusterSnapshot snapshot) {
    var written =
        new TreeSet<>(List.of(Annotations.of(cached, Names.COMPOSED_OF).orElse("").split(",")));
    return ComposedSecrets.names(desired).stream()
        .map(name -> new ObjectKey("Secret", desired.getMetadata().getNamespace(), name))
        .flatMap(source -> snapshot.find(source).stream())
        .filter(source -> !written.contains(ComposedSecrets.version(source)))
        .toList();
  }
}

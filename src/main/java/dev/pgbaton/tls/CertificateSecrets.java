package dev.pgbaton.tls;

import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.cluster.Sha256;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Secrets of type kubernetes.io/tls that pgbaton fills by itself. */
public final class CertificateSecrets {
  public static final String TYPE = "kubernetes.io/tls";
  public static final String CERTIFICATE = "tls.crt";
  public static final String KEY = "tls.key";
  public static final String AUTHORITY = "ca.crt";

  private static final Duration AUTHORITYS_LIFE = Duration.ofDays(3650);
  private static final Duration LIFE = Duration.ofDays(365);

  private static final Duration SHORTEST = Duration.ofDays(1);

  /** Clocks differ. */
  private static final Duration BEFORE = Duration.ofHours(1);

  private CertificateSecrets() {}

  public static boolean is(HasMetadata object) {
    return object instanceof Secret secret && TYPE.equals(secret.getType());
  }

  /** A new authority, in place. */
  public static void fillAuthority(Secret secret, Instant now) {
    try {
      var name = secret.getMetadata().getNamespace() + "/" + secret.getMetadata().getName();
      var issued = Issuing.authority(name, now.minus(BEFORE), now.plus(AUTHORITYS_LIFE));
      fill(secret, issued, SecretData.encoded(issued.certificate()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK makes such keys", e);
    }
  }

  /** The Secret of the authority that signs it. */
  public static String authority(Secret secret) {
    return Annotations.of(secret, Names.ISSUED_BY).orElseThrow();
  }

  /**
   * A server's certificate, or a client's, in place: the one that is there, as long as it is good.
   *
   * @throws IllegalArgumentException with words for a person, if the authority can't sign one
   */
  public static void fill(Secret secret, Optional<Secret> live, Secret authority, Instant now) {
    var notes = secret.getMetadata().getAnnotations();
    var kept = live.filter(it -> isGood(secret, it, authority, now));
    if (kept.isPresent()) {
      secret.setData(new TreeMap<>(kept.get().getData()));
      notes.put(Names.RENEW_AFTER, Annotations.of(kept.get(), Names.RENEW_AFTER).orElseThrow());
      return;
    }
    try {
      var signer = new Issuing.Issued(value(authority, CERTIFICATE), value(authority, KEY));
      var end = KeyPairs.certificate(signer.certificate()).getNotAfter().toInstant();
      if (end.isBefore(now.plus(SHORTEST))) throw new IllegalArgumentException("its time is over");
      var until = now.plus(LIFE).isBefore(end) ? now.plus(LIFE) : end;
      // As it is there, whatever is in it: by that it is told from another one.
      fill(
          secret,
          issued(secret, signer, now.minus(BEFORE), until),
          authority.getData().get(CERTIFICATE));
      notes.put(
          Names.RENEW_AFTER,
          now.plus(Duration.between(now, until).multipliedBy(2).dividedBy(3))
              .truncatedTo(ChronoUnit.SECONDS)
              .toString());
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException(
          "the Secret %s can't sign a certificate: its tls.crt and tls.key are not what pgbaton has made, or its time is over"
              .formatted(authority.getMetadata().getName()),
          e);
    }
  }

  private static Issuing.Issued issued(
      Secret secret, Issuing.Issued signer, Instant from, Instant until)
      throws GeneralSecurityException {
    var client = Annotations.of(secret, Names.CERTIFICATE_OF);
    if (client.isPresent()) return Issuing.client(signer, client.get(), from, until);
    var names = Annotations.of(secret, Names.CERTIFICATE_NAMES).orElseThrow().split(",");
    return Issuing.server(signer, List.of(names), from, until);
  }

  /** Whether it is time for another one. */
  public static boolean isDue(HasMetadata live, Instant now) {
    try {
      return Annotations.of(live, Names.RENEW_AFTER)
          .map(Instant::parse)
          .filter(now::isBefore)
          .isEmpty();
    } catch (DateTimeParseException e) {
      return true;
    }
  }

  /** By which one certificate is told from the next. */
  public static String fingerprint(String certificate) {
    return Sha256.hex(certificate, 16);
  }

  private static boolean isGood(Secret wanted, Secret live, Secret authority, Instant now) {
    var data = live.getData();
    return data != null
        && data.containsKey(CERTIFICATE)
        && data.containsKey(KEY)
        && authority.getData() != null
        && authority.getData().get(CERTIFICATE) != null
        && authority.getData().get(CERTIFICATE).equals(data.get(AUTHORITY))
        && Annotations.of(live, Names.CERTIFICATE_NAMES)
            .equals(Annotations.of(wanted, Names.CERTIFICATE_NAMES))
        && Annotations.of(live, Names.CERTIFICATE_OF)
            .equals(Annotations.of(wanted, Names.CERTIFICATE_OF))
        && !isDue(live, now);
  }

  private static void fill(Secret secret, Issuing.Issued issued, String authority) {
    secret.setStringData(null);
    secret.setData(
        new TreeMap<>(
            Map.of(
                CERTIFICATE, SecretData.encoded(issued.certificate()),
                KEY, SecretData.encoded(issued.key()),
                AUTHORITY, authority)));
  }

  private static String value(Secret secret, String key) {
    return SecretData.decoded(secret.getData().get(key));
  }
}

package dev.pgbaton.kube;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * For what may hold passwords, since people's templates do: it lies in a ConfigMap, which is for
 * more eyes than a Secret is. The key lies in one.
 */
final class JournalSeal {
  static final String SECRET = "pgbaton-journal-key";
  private static final String KEY = "key";
  private static final String SEALED = "sealed:";
  private static final int KEY_BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  /** Where the key lies. */
  interface Keys {
    /** Empty if there is none. */
    Optional<byte[]> read();

    /** Keeps a new one, unless somebody else was quicker; whichever is kept then. */
    byte[] keep(byte[] fresh);
  }

  private final Keys keys;
  private volatile byte[] known;

  JournalSeal(Keys keys) {
    this.keys = keys;
  }

  static JournalSeal in(KubernetesClient client, String namespace) {
    return new JournalSeal(new OfKubernetes(client, namespace));
  }

  static boolean isSealed(String text) {
    return text.startsWith(SEALED);
  }

  String seal(ClusterId id, String text) {
    var random = new SecureRandom();
    if (known == null) known = keys.read().orElse(null);
    if (known == null) {
      var fresh = new byte[KEY_BYTES];
      random.nextBytes(fresh);
      known = keys.keep(fresh);
    }
    var nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      var sealed = cipher(Cipher.ENCRYPT_MODE, known, nonce, id).doFinal(packed(text));
      var out = new ByteArrayOutputStream();
      out.writeBytes(nonce);
      out.writeBytes(sealed);
      return SEALED + Base64.getEncoder().encodeToString(out.toByteArray());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Empty where the key is gone, or was another one. */
  Optional<String> open(ClusterId id, String text) {
    if (known == null) known = keys.read().orElse(null);
    if (known == null) return Optional.empty();
    try {
      var bytes = Base64.getDecoder().decode(text.substring(SEALED.length()));
      var nonce = java.util.Arrays.copyOf(bytes, NONCE_BYTES);
      var packed =
          cipher(Cipher.DECRYPT_MODE, known, nonce, id)
              .doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
      return Optional.of(unpacked(packed));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, ClusterId id)
      throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    // What was sealed for one cluster is nothing for another.
    cipher.updateAAD(id.toString().getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static byte[] packed(String text) {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String unpacked(byte[] packed) {
    try (var zip = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return new String(zip.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record OfKubernetes(KubernetesClient client, String namespace) implements Keys {
    @Override
    public Optional<byte[]> read() {
      try {
        return Optional.ofNullable(client.secrets().inNamespace(namespace).withName(SECRET).get())
            .map(Secret::getData)
            .map(data -> data.get(KEY))
            .map(value -> Base64.getDecoder().decode(value));
      } catch (KubernetesClientException e) {
        // Who only looks at a plan need not be let in here.
        if (e.getCode() == HttpURLConnection.HTTP_FORBIDDEN) return Optional.empty();
        throw e;
      }
    }

    @Override
    public byte[] keep(byte[] fresh) {
      var secret =
          new SecretBuilder()
              .withNewMetadata()
              .withNamespace(namespace)
              .withName(SECRET)
              .addToLabels(Names.MANAGED_BY_LABEL, Names.MANAGER)
              .endMetadata()
              .withImmutable(true)
              .addToData(KEY, Base64.getEncoder().encodeToString(fresh))
              .build();
      try {
        client.resource(secret).create();
        return fresh;
      } catch (KubernetesClientException e) {
        if (!ApiError.alreadyExists(e)) throw e;
        return read().orElseThrow(() -> e);
      }
    }
  }
}

package dev.pgbaton.sops;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** {@code ENC[AES256_GCM,…]}, as SOPS writes a value that it has encrypted. */
record EncryptedValue(byte[] data, byte[] iv, byte[] tag, String type) {
  private static final String BASE64 = "[A-Za-z0-9+/=]+";
  private static final Pattern FORM =
      Pattern.compile(
          "ENC\\[AES256_GCM,data:(%s),iv:(%s),tag:(%s),type:([a-z]+)]"
              .formatted(BASE64, BASE64, BASE64));

  /** A shorter one is easier to guess. */
  private static final int TAG_BYTES = 16;

  static Optional<EncryptedValue> of(String text) {
    var match = FORM.matcher(text);
    if (!match.matches()) return Optional.empty();
    try {
      var base64 = Base64.getDecoder();
      var value =
          new EncryptedValue(
              base64.decode(match.group(1)),
              base64.decode(match.group(2)),
              base64.decode(match.group(3)),
              match.group(4));
      return Optional.of(value).filter(v -> v.tag.length == TAG_BYTES && v.iv.length > 0);
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  boolean isComment() {
    return type.equals("comment");
  }

  /**
   * @param where what the value is bound to: moved elsewhere, it is refused
   */
  byte[] decrypt(byte[] key, String where) throws GeneralSecurityException {
    var cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key, "AES"),
        new GCMParameterSpec(TAG_BYTES * Byte.SIZE, iv));
    cipher.updateAAD(where.getBytes(StandardCharsets.UTF_8));
    var sealed = Arrays.copyOf(data, data.length + tag.length);
    System.arraycopy(tag, 0, sealed, data.length, tag.length);
    return cipher.doFinal(sealed);
  }

  @Override
  public String toString() {
    return "***";
  }
}

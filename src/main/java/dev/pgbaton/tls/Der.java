package dev.pgbaton.tls;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;

/** As much of the encoding of certificates (X.690) as one of ours needs. */
final class Der {
  static final int CONTEXT = 0x80;
  static final int CONSTRUCTED = 0x20;

  private static final int SEQUENCE = 0x30;
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("yyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter GENERAL =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private Der() {}

  static byte[] of(int tag, byte[]... parts) {
    var content = joined(parts);
    var out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      var length = BigInteger.valueOf(content.length).toByteArray();
      var from = length[0] == 0 ? 1 : 0;
      out.write(0x80 | length.length - from);
      out.write(length, from, length.length - from);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  static byte[] joined(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (var part : parts) out.writeBytes(part);
    return out.toByteArray();
  }

  static byte[] sequence(byte[]... parts) {
    return of(SEQUENCE, parts);
  }

  static byte[] set(byte[]... parts) {
    return of(0x31, parts);
  }

  static byte[] integer(BigInteger value) {
    return of(0x02, value.toByteArray());
  }

  static byte[] yes() {
    return of(0x01, new byte[] {(byte) 0xff});
  }

  static byte[] octets(byte[] content) {
    return of(0x04, content);
  }

  static byte[] bits(byte[] content) {
    return of(0x03, new byte[] {0}, content);
  }

  /** The bits from the first on that are set, as for a key's usage. */
  static byte[] flags(int... set) {
    var last = Arrays.stream(set).max().orElse(0);
    var bytes = new byte[last / 8 + 1];
    for (var bit : set) bytes[bit / 8] |= (byte) (0x80 >> bit % 8);
    return of(0x03, new byte[] {(byte) (7 - last % 8)}, bytes);
  }

  static byte[] text(String text) {
    return of(0x0c, text.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] time(Instant time) {
    var soon = time.atZone(ZoneOffset.UTC).getYear() < 2050;
    return of(
        soon ? 0x17 : 0x18,
        (soon ? UTC : GENERAL).format(time).getBytes(StandardCharsets.US_ASCII));
  }

  static byte[] identifier(String dotted) {
    var parts = Arrays.stream(dotted.split("\\.")).mapToLong(Long::parseLong).toArray();
    var out = new ByteArrayOutputStream();
    out.write((int) (parts[0] * 40 + parts[1]));
    for (int i = 2; i < parts.length; i++) {
      var groups = Math.max(1, (64 - Long.numberOfLeadingZeros(parts[i]) + 6) / 7);
      for (int g = groups - 1; g >= 0; g--)
        out.write((int) (parts[i] >> 7 * g & 0x7f) | (g == 0 ? 0 : 0x80));
    }
    return of(0x06, out.toByteArray());
  }

  /** What comes first in a sequence, as it is. */
  static byte[] first(byte[] sequence) {
    var begin = content(sequence, 0);
    return Arrays.copyOfRange(sequence, begin, content(sequence, begin) + length(sequence, begin));
  }

  private static int content(byte[] der, int at) {
    var length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  private static int length(byte[] der, int at) {
    var length = der[at + 1] & 0xff;
    if (length < 0x80) return length;
    return new BigInteger(1, Arrays.copyOfRange(der, at + 2, at + 2 + (length & 0x7f)))
        .intValueExact();
  }
}

package dev.pgbaton.cluster;

/**
 * A position in PostgreSQL's write-ahead log, in bytes, printed as PostgreSQL does: {@code
 * 16/B374D848}.
 */
public record Lsn(long bytes) implements Comparable<Lsn> {
  public static final Lsn ZERO = new Lsn(0);

  /**
   * @throws IllegalArgumentException if the text is not two hexadecimal numbers of at most 32 bits
   *     with a slash between
   */
  public static Lsn parse(String text) {
    var slash = text.indexOf('/');
    if (slash < 1) throw new IllegalArgumentException("not a log position: " + text);
    return new Lsn(
        (long) Integer.parseUnsignedInt(text.substring(0, slash), 16) << 32
            | Integer.toUnsignedLong(Integer.parseUnsignedInt(text.substring(slash + 1), 16)));
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public String toString() {
    return Long.toHexString(bytes >>> 32).toUpperCase()
        + "/"
        + Long.toHexString(bytes & 0xFFFFFFFFL).toUpperCase();
  }
}

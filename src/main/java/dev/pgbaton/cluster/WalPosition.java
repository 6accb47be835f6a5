package dev.pgbaton.cluster;

/**
 * How far an instance's log reaches: a later timeline wins, then the position on it. Printed as
 * {@code 3:16/B374D848}.
 */
public record WalPosition(int timeline, Lsn lsn) implements Comparable<WalPosition> {
  /**
   * @throws IllegalArgumentException if the text is not {@code timeline:lsn}
   */
  public static WalPosition parse(String text) {
    var colon = text.indexOf(':');
    if (colon < 1) throw new IllegalArgumentException("not a timeline and log position: " + text);
    return new WalPosition(
        Integer.parseInt(text.substring(0, colon)), Lsn.parse(text.substring(colon + 1)));
  }

  /** Whether an instance that stands here has everything up to {@code floor}. */
  public boolean reaches(WalPosition floor) {
    return compareTo(floor) >= 0;
  }

  @Override
  public int compareTo(WalPosition other) {
    return timeline != other.timeline
        ? Integer.compare(timeline, other.timeline)
        : lsn.compareTo(other.lsn);
  }

  @Override
  public String toString() {
    return timeline + ":" + lsn;
  }
}

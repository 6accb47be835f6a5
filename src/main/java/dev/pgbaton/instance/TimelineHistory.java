package dev.pgbaton.instance;

import dev.pgbaton.cluster.Lsn;
import dev.pgbaton.cluster.WalPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The timelines that led to the present one.
 *
 * @param switches for each former timeline the position at which it was left, in order
 * @param epoch the Lease's epoch in which the present timeline was begun, 0 = not known. Two
 *     instances that were promoted apart from one another can give the same number to different
 *     timelines, which pg_rewind takes for one; the epochs tell them apart
 * @param formerEpochs the same for former timelines, as far as it is known
 */
public record TimelineHistory(
    List<WalPosition> switches, int epoch, Map<Integer, Integer> formerEpochs) {
  public static final TimelineHistory NONE = new TimelineHistory(List.of(), 0);

  public TimelineHistory(List<WalPosition> switches, int epoch) {
    this(switches, epoch, Map.of());
  }

  /**
   * @param present the timeline that this leads to
   * @return the epoch in which that one was begun, 0 = not known
   */
  int epochOf(int timeline, int present) {
    return timeline == present ? epoch : formerEpochs.getOrDefault(timeline, 0);
  }

  /** The same for one of the timelines that led here. */
  TimelineHistory until(int timeline, int epoch) {
    return new TimelineHistory(
        switches.stream().filter(end -> end.timeline() < timeline).toList(),
        epoch,
        formerEpochs.entrySet().stream()
            .filter(e -> e.getKey() < timeline)
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  Optional<Lsn> end(int timeline) {
    return switches.stream()
        .filter(s -> s.timeline() == timeline)
        .map(WalPosition::lsn)
        .findFirst();
  }
}

package dev.pgbaton.daemon;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.spec.SpecHistory;
import dev.pgbaton.spec.SpecHistory.SpecChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The same commits change the same: looked up once for each head, for those that are looked at. */
final class LastChanges {
  private static final int KEPT = 200;

  private record Key(ClusterId id, String path, String head) {}

  private final SpecHistory history;
  private final Map<Key, List<SpecChange>> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, List<SpecChange>> eldest) {
          return size() > KEPT;
        }
      };

  LastChanges(SpecHistory history) {
    this.history = history;
  }

  synchronized Optional<List<SpecChange>> of(ClusterId id, String path, String head) {
    var key = new Key(id, path, head);
    var before = known.get(key);
    if (before != null) return Optional.of(before);
    var now = history.changes(id, path, head);
    now.ifPresent(changes -> known.put(key, changes));
    return now;
  }
}

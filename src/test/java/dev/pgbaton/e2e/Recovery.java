package dev.pgbaton.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Waits until routes write again, each for a while without a pause. */
final class Recovery {
  private Recovery() {}

  /**
   * @return those that do
   */
  static List<WriteStream> await(List<WriteStream> streams, Duration settle, Duration patience)
      throws InterruptedException {
    var until = System.nanoTime() + patience.toNanos();
    Map<WriteStream, Long> since = new HashMap<>();
    var steady = new ArrayList<WriteStream>();
    while (steady.size() < streams.size() && System.nanoTime() < until) {
      Thread.sleep(20);
      var now = System.nanoTime();
      for (var stream : streams) {
        if (steady.contains(stream)) continue;
        if (!stream.writes()) since.remove(stream);
        else if (now - since.computeIfAbsent(stream, _ -> now) >= settle.toNanos())
          steady.add(stream);
      }
    }
    return steady;
  }
}

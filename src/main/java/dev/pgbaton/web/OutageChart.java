package dev.pgbaton.web;

import dev.pgbaton.web.ClusterDetail.RolloutView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long nobody could write in each rollout, the oldest on the left, in the units of the drawing.
 *
 * @param words the same for who can't see it
 */
record OutageChart(String words, List<Bar> bars, List<Level> levels) {
  static final int WIDTH = 480;
  static final int HEIGHT = 150;
  private static final int LEFT = 56;
  private static final int TOP = 12;
  private static final int BOTTOM = 130;
  private static final int WIDEST = 26;

  /** What is aimed at: a chart of smaller ones would make much of little. */
  private static final long LEAST_TOP = 300;

  record Bar(int x, int y, int width, int height, String style, String title) {}

  record Level(int y, String text) {}

  /**
   * @param rollouts the newest first
   */
  static OutageChart of(List<RolloutView> rollouts) {
    var all = rollouts.reversed();
    var most = Math.max(LEAST_TOP, all.stream().mapToLong(OutageChart::millis).max().orElse(0));
    var pitch = Math.min(WIDEST + 4, (WIDTH - LEFT) / Math.max(1, all.size()));
    var bars = new ArrayList<Bar>();
    for (int i = 0; i < all.size(); i++)
      bars.add(bar(all.get(i), LEFT + i * pitch, Math.max(4, pitch - 4), most));
    return new OutageChart(
        words(all),
        bars,
        List.of(
            new Level(TOP, seconds(most)),
            new Level((TOP + BOTTOM) / 2, seconds(most / 2)),
            new Level(BOTTOM, "0")));
  }

  private static Bar bar(RolloutView rollout, int x, int width, long most) {
    var known = rollout.outageMillis().isPresent();
    // Also what took no time is seen.
    var height =
        known ? Math.max(2, (int) (millis(rollout) * (BOTTOM - TOP) / most)) : (BOTTOM - TOP) / 4;
    var style = !known ? "unknown" : rollout.outcome().equals("success") ? "" : "failed";
    return new Bar(
        x,
        BOTTOM - height,
        width,
        height,
        style,
        "%s, %s: %s, %s"
            .formatted(
                ClusterSummary.brief(rollout.commit()),
                Moment.of(rollout.startedAt()).text(),
                gap(rollout),
                rollout.outcome()));
  }

  private static long millis(RolloutView rollout) {
    return rollout.outageMillis().orElse(0L);
  }

  static String gap(RolloutView rollout) {
    return rollout.outageMillis().map(OutageChart::seconds).orElse("not known");
  }

  private static String seconds(long millis) {
    return String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
  }

  private static String words(List<RolloutView> rollouts) {
    return "Longest write gap of each rollout, the oldest first: "
        + String.join(", ", rollouts.stream().map(OutageChart::gap).toList());
  }
}

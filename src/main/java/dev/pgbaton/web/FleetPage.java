package dev.pgbaton.web;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The list of clusters, in words. All of them are on it: what the search leaves out is hidden, so
 * that it can be searched again without asking.
 *
 * @param version of the rows, whatever is searched for
 */
record FleetPage(
    Head head, List<Row> rows, String version, String search, List<Choice> choices, long shown) {
  /** The condition that stands for all that need somebody. */
  private static final String ATTENTION = "attention";

  /** What concerns all clusters. */
  record Head(String commit, String subject, Moment readAt, List<String> troubles) {}

  /**
   * @param is what it can be filtered by
   */
  record Row(
      String id,
      String order,
      String is,
      String link,
      String name,
      String condition,
      String sentence,
      String ready,
      String commit,
      Moment since,
      boolean hidden) {
    static Row of(ClusterSummary cluster) {
      return new Row(
          "c:" + cluster.id(),
          cluster.order(),
          cluster.condition() + (needsSomebody(cluster) ? " " + ATTENTION : ""),
          "/clusters/" + cluster.id(),
          cluster.id(),
          cluster.condition(),
          cluster.sentence(),
          cluster.instances() == 0 ? "" : cluster.ready() + "/" + cluster.instances() + " Ready",
          cluster.shortCommit(),
          Moment.of(cluster.since()),
          false);
    }

    private Row shownIf(boolean shown) {
      return shown
          ? this
          : new Row(id, order, is, link, name, condition, sentence, ready, commit, since, true);
    }

    private boolean contains(String word) {
      return Stream.of(name, condition, sentence, commit)
          .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(word));
    }
  }

  record Choice(String value, String text, boolean selected) {}

  static FleetPage of(FleetSummary fleet, String search, String condition) {
    var words = Arrays.stream(search.toLowerCase(Locale.ROOT).split("\\s+")).toList();
    var all = rows(fleet);
    var rows =
        all.stream()
            .map(
                row ->
                    row.shownIf(
                        (condition.isEmpty() || List.of(row.is().split(" ")).contains(condition))
                            && words.stream().allMatch(row::contains)))
            .toList();
    return new FleetPage(
        head(fleet),
        rows,
        version(all),
        search,
        choices(condition),
        rows.stream().filter(row -> !row.hidden()).count());
  }

  static List<Row> rows(FleetSummary fleet) {
    return fleet.clusters().stream().map(Row::of).toList();
  }

  /** Made of nothing but texts, so that every process says the same. */
  static String version(List<Row> rows) {
    return Integer.toHexString(rows.hashCode());
  }

  static Head head(FleetSummary fleet) {
    return new Head(
        ClusterSummary.brief(fleet.commit()),
        fleet.subject(),
        Moment.of(fleet.readAt()),
        fleet.troubles());
  }

  private static boolean needsSomebody(ClusterSummary cluster) {
    return List.of("degraded", "blocked", "unwritable").contains(cluster.condition());
  }

  private static List<Choice> choices(String chosen) {
    return Stream.of(
            new Choice("", "all", false),
            new Choice(ATTENTION, "needs attention", false),
            new Choice("unwritable", "unwritable", false),
            new Choice("blocked", "blocked", false),
            new Choice("degraded", "degraded", false),
            new Choice("progressing", "progressing", false),
            new Choice("healthy", "healthy", false))
        .map(c -> new Choice(c.value(), c.text(), c.value().equals(chosen)))
        .toList();
  }
}

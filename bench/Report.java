import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Measurements of both ways, a line of JSON each, as a table, a chart and one last line. */
class Report {
  private static final List<String> WAYS = List.of("plain", "pgbaton");
  private static final List<String> ROUTES = List.of("pgpool", "service");
  private static final List<String> REPLICATIONS = List.of("async", "sync");

  record Run(
      String way,
      String by,
      String replication,
      String route,
      double gap,
      boolean recovered,
      Optional<Long> lost,
      Optional<Double> rollout) {

    static Run parse(String line) {
      return new Run(
          value(line, "way").orElseThrow(),
          value(line, "by").orElseThrow(),
          value(line, "replication").orElseThrow(),
          value(line, "route").orElseThrow(),
          value(line, "gap_s").map(Double::valueOf).orElseThrow(),
          value(line, "recovered").map(Boolean::valueOf).orElseThrow(),
          value(line, "lost").map(Long::valueOf),
          value(line, "rollout_s").map(Double::valueOf));
    }

    // One flat object; its only free text is the last field.
    private static Optional<String> value(String line, String key) {
      var matcher = Pattern.compile("\"" + key + "\":(?:\"([^\"]*)\"|([0-9.eE+-]+|true|false))").matcher(line);
      if (!matcher.find()) return Optional.empty();
      return Optional.of(matcher.group(1) != null ? matcher.group(1) : matcher.group(2));
    }
  }

  /** Runs of one kind, shortest gap first; one that never recovered is longer than any other. */
  record Sample(List<Run> runs) {
    Sample(List<Run> runs) {
      this.runs = runs.stream().sorted((a, b) -> a.recovered != b.recovered ? (a.recovered ? -1 : 1) : Double.compare(a.gap, b.gap)).toList();
    }

    /** Nearest rank: a gap that was seen. */
    Run quantile(double q) {
      return runs.get(Math.max(0, (int) Math.ceil(q * runs.size()) - 1));
    }

    double median() {
      var middle = runs.size() / 2;
      return runs.size() % 2 == 1 ? runs.get(middle).gap : (runs.get(middle - 1).gap + runs.get(middle).gap) / 2;
    }

    double p95() {
      return quantile(0.95).gap;
    }

    double worst() {
      return runs.stream().mapToDouble(Run::gap).max().orElseThrow();
    }

    long lost() {
      return runs.stream().mapToLong(run -> run.lost.orElse(0L)).sum();
    }

    long unasked() {
      return runs.stream().filter(run -> run.lost.isEmpty()).count();
    }

    long neverRecovered() {
      return runs.stream().filter(run -> !run.recovered).count();
    }

    Optional<Double> rollout() {
      var all = runs.stream().flatMap(run -> run.rollout.stream()).sorted().toList();
      return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() / 2));
    }
  }

  public static void main(String[] arguments) throws IOException {
    var chart = Path.of(arguments[0]);
    var where = arguments[1];
    var runs = new ArrayList<Run>();
    for (var file : List.of(arguments).subList(2, arguments.length))
      try (Stream<String> lines = Files.lines(Path.of(file))) {
        lines.filter(line -> line.startsWith("{")).map(Run::parse).forEach(runs::add);
      }
    if (runs.isEmpty()) {
      System.err.println("no measurements");
      System.exit(1);
    }
    table(runs, where);
    Files.writeString(chart, chart(runs, where));
    System.out.println();
    System.out.println(lastLine(runs));
  }

  private static Optional<Sample> sample(List<Run> runs, Predicate<Run> which) {
    var some = runs.stream().filter(which).toList();
    return some.isEmpty() ? Optional.empty() : Optional.of(new Sample(some));
  }

  // ---- table -----------------------------------------------------------------------------------

  private static void table(List<Run> runs, String where) {
    System.out.println("| route | replication | way | what was done | runs | median | p95 | worst | never recovered | rows lost | complete after |");
    System.out.println("|---|---|---|---|--:|--:|--:|--:|--:|--:|--:|");
    for (var route : ROUTES)
      for (var replication : REPLICATIONS)
        for (var way : WAYS)
          for (var by : new LinkedHashSet<>(runs.stream().map(Run::by).toList()))
            sample(runs, run -> run.route.equals(route) && run.replication.equals(replication) && run.way.equals(way) && run.by.equals(by))
                .ifPresent(sample -> row(route, replication, way, by, sample));
    System.out.println();
    System.out.println("Longest time without an acknowledged write. " + where);
  }

  private static void row(String route, String replication, String way, String by, Sample sample) {
    System.out.printf(
        Locale.ROOT,
        "| %s | %s | %s | %s | %d | %.2f s | %.2f s | %.2f s | %d | %s | %s |%n",
        routeInWords(route),
        replicationInWords(replication),
        way,
        by,
        sample.runs.size(),
        sample.median(),
        sample.p95(),
        sample.worst(),
        sample.neverRecovered(),
        sample.unasked() == 0 ? sample.lost() : sample.lost() + " (" + sample.unasked() + " runs not asked)",
        sample.rollout().map(seconds -> String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds)).orElse("–"));
  }

  private static String routeInWords(String route) {
    return route.equals("pgpool") ? "through pgpool" : "primary Service";
  }

  private static String replicationInWords(String replication) {
    return replication.equals("sync") ? "one synchronous standby" : "asynchronous";
  }

  // ---- last line -------------------------------------------------------------------------------

  /** Through pgpool, both kinds of replication, all that was done; lost: on both routes. */
  private static String lastLine(List<Run> runs) {
    var ours = sample(runs, run -> run.way.equals("pgbaton") && run.route.equals("pgpool"));
    var plain = sample(runs, run -> run.way.equals("plain") && run.route.equals("pgpool"));
    var ratio = ours.isPresent() && plain.isPresent() ? number("%.0f", plain.get().median() / ours.get().median()) : "-";
    return "handoff median_s=%s p95_s=%s max_s=%s plain_median_s=%s ratio=%s lost=%d"
        .formatted(
            ours.map(sample -> number("%.3f", sample.median())).orElse("-"),
            ours.map(sample -> number("%.3f", sample.p95())).orElse("-"),
            ours.map(sample -> number("%.3f", sample.worst())).orElse("-"),
            plain.map(sample -> number("%.3f", sample.median())).orElse("-"),
            ratio,
            sample(runs, run -> run.way.equals("pgbaton")).map(Sample::lost).orElse(0L));
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  // ---- chart -----------------------------------------------------------------------------------

  private static final int WIDTH = 860;
  private static final int LEFT = 270;
  private static final int RIGHT = 110;
  private static final int TOP = 64;
  private static final int ROW = 26;
  private static final int GAP = 14;

  private static String chart(List<Run> runs, String where) {
    var shortest = runs.stream().mapToDouble(Run::gap).min().orElseThrow();
    var longest = runs.stream().mapToDouble(Run::gap).max().orElseThrow();
    var low = Math.floor(Math.log10(Math.max(shortest, 0.001)) * 2) / 2;
    var high = Math.ceil(Math.log10(longest) * 2) / 2;
    var body = new StringBuilder();
    var description = new StringBuilder();
    var y = TOP;
    for (var route : ROUTES)
      for (var replication : REPLICATIONS) {
        var began = y;
        for (var way : WAYS) {
          var sample = sample(runs, run -> run.route.equals(route) && run.replication.equals(replication) && run.way.equals(way));
          if (sample.isEmpty()) continue;
          strip(body, sample.get(), way, y, low, high);
          description.append(
              "%s, %s, %s: median %s s, worst %s s in %d runs. "
                  .formatted(routeInWords(route), replicationInWords(replication), way, number("%.2f", sample.get().median()), number("%.2f", sample.get().worst()), sample.get().runs.size()));
          y += ROW;
        }
        if (y == began) continue;
        text(body, 12, began + ROW / 2.0 + 4, "start", "strong", routeInWords(route));
        if (y - began > ROW) text(body, 12, began + ROW * 1.5 + 4, "start", "", replicationInWords(replication));
        y += GAP;
      }
    text(body, WIDTH - RIGHT + 20, TOP - 12, "start", "", "median");
    var bottom = y - GAP + 4;
    var axis = new StringBuilder();
    for (var exponent = Math.floor(low); exponent <= high; exponent++)
      for (var factor : List.of(1, 2, 3, 5)) {
        var value = factor * Math.pow(10, exponent);
        if (Math.log10(value) < low - 1e-9 || Math.log10(value) > high + 1e-9) continue;
        var x = x(value, low, high);
        axis.append("<line class=\"grid\" x1=\"%s\" x2=\"%s\" y1=\"%d\" y2=\"%d\"/>\n".formatted(number("%.1f", x), number("%.1f", x), TOP - 6, bottom));
        if (factor != 5 && factor != 2 || high - low < 1.6)
          text(axis, x, bottom + 18, "middle", "", value >= 1 ? number("%.0f s", value) : number(value < 0.1 ? "%.2f s" : "%.1f s", value));
      }
    var height = bottom + 52;
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc">
        <title id="title">How long clients cannot write while the primary is replaced: the plain way and pgbaton</title>
        <desc id="desc">%s%s</desc>
        <style>
        text { font: 13px system-ui, sans-serif; fill: #59636e }
        .strong { font-weight: 600; fill: #1f2328 }
        .grid { stroke: #808890; stroke-opacity: .3 }
        .plain { fill: #bc4c00; stroke: #bc4c00 }
        .pgbaton { fill: #0969da; stroke: #0969da }
        .run { fill-opacity: .35; stroke-width: 1 }
        .median { stroke-width: 3 }
        .never { fill: none; stroke-width: 2 }
        @media (prefers-color-scheme: dark) {
          text { fill: #9198a1 }
          .strong { fill: #f0f6fc }
          .plain { fill: #f0883e; stroke: #f0883e }
          .pgbaton { fill: #58a6ff; stroke: #58a6ff }
        }
        </style>
        <text class="strong" x="12" y="24">Longest time without a write while the primary goes on purpose (logarithmic; less is better)</text>
        %s%s<text x="12" y="%d">A mark is a run, the line their median, ✕ a run that never recovered. %s</text>
        </svg>
        """
        .formatted(WIDTH, height, WIDTH, height, escaped(description.toString()), escaped(where), axis, body, height - 10, escaped(where));
  }

  private static double x(double seconds, double low, double high) {
    return LEFT + (Math.log10(Math.max(seconds, Math.pow(10, low))) - low) / (high - low) * (WIDTH - LEFT - RIGHT);
  }

  private static void strip(StringBuilder svg, Sample sample, String way, int y, double low, double high) {
    var middle = y + ROW / 2.0;
    text(svg, LEFT - 14, middle + 4, "end", "strong", way);
    for (var run : sample.runs) {
      var x = x(run.gap, low, high);
      // Told apart by their form too.
      if (!run.recovered)
        svg.append("<path class=\"never %s\" d=\"M%s %sl10 10m0 -10l-10 10\"/>\n".formatted(way, number("%.1f", x - 5), number("%.1f", middle - 5)));
      else if (way.equals("pgbaton"))
        svg.append("<circle class=\"run %s\" cx=\"%s\" cy=\"%s\" r=\"5\"/>\n".formatted(way, number("%.1f", x), number("%.1f", middle)));
      else
        svg.append("<rect class=\"run %s\" x=\"%s\" y=\"%s\" width=\"9\" height=\"9\"/>\n".formatted(way, number("%.1f", x - 4.5), number("%.1f", middle - 4.5)));
    }
    var median = x(sample.median(), low, high);
    svg.append("<line class=\"median %s\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>\n".formatted(way, number("%.1f", median), number("%.1f", median), number("%.1f", middle - 10), number("%.1f", middle + 10)));
    text(svg, WIDTH - RIGHT + 20, middle + 4, "start", "strong", number("%.2f s", sample.median()));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String kind, String words) {
    svg.append("<text%s x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n".formatted(kind.isEmpty() ? "" : " class=\"" + kind + "\"", number("%.1f", x), number("%.1f", y), anchor, escaped(words)));
  }

  private static String escaped(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}

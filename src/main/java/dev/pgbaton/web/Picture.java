package dev.pgbaton.web;

import dev.pgbaton.web.ClusterDetail.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The instances as a tree, in the units of the drawing: the primary above, and below it who follows
 * it.
 *
 * @param words the same for who can't see it
 */
record Picture(int height, String words, List<Box> boxes, List<Line> lines) {
  static final int WIDTH = 360;
  private static final int INDENT = 44;
  private static final int BOX = 66;
  private static final int STEP = BOX + 14;
  private static final int EDGE = 3;
  private static final int LONGEST_NAME = 36;

  /**
   * @param style of its border
   * @param mood of its first line: {@code is-good}, {@code is-going} or {@code is-bad}
   */
  record Box(
      int x,
      int y,
      int width,
      String style,
      String name,
      String role,
      String mood,
      String state,
      String following) {}

  /** From the primary to one that follows it. */
  record Line(String path, String style) {}

  static Picture of(List<Member> members) {
    var ordered =
        Stream.concat(
                members.stream().filter(Picture::leads), members.stream().filter(m -> !leads(m)))
            .toList();
    var one = members.stream().filter(Picture::leads).count() == 1;
    var boxes = new ArrayList<Box>();
    var lines = new ArrayList<Line>();
    for (int i = 0; i < ordered.size(); i++) {
      var member = ordered.get(i);
      var y = EDGE + i * STEP;
      boxes.add(box(member, y));
      if (one && !member.follows().isEmpty())
        lines.add(
            new Line(
                "M%d %d V%d H%d".formatted(INDENT / 2, EDGE + BOX, y + BOX / 2, INDENT - 8),
                member.synchronous() ? "" : "asynchronous"));
    }
    return new Picture(
        2 * EDGE + Math.max(1, ordered.size()) * STEP - (STEP - BOX), words(ordered), boxes, lines);
  }

  private static boolean leads(Member member) {
    return member.role().equals("primary");
  }

  private static Box box(Member member, int y) {
    var x = leads(member) ? EDGE : INDENT;
    return new Box(
        x,
        y,
        WIDTH - EDGE - x,
        style(member),
        shortened(member.name()),
        role(member),
        mood(member),
        state(member),
        following(member));
  }

  private static boolean well(Member member) {
    return member.state().equals("ready") && !member.role().equals("unknown");
  }

  private static String style(Member member) {
    return (leads(member) ? "primary" : "replica")
        + (well(member) ? "" : " unwell")
        + (member.revision().equals("outdated") ? " outdated" : "");
  }

  private static String mood(Member member) {
    if (!well(member)) return "is-bad";
    return member.revision().equals("outdated") ? "is-going" : "is-good";
  }

  static String role(Member member) {
    return member.role().equals("unknown") ? "role not known" : member.role();
  }

  static String state(Member member) {
    var state =
        switch (member.state()) {
          case "ready" -> "Ready";
          case "ending" -> "its pod is ending";
          case "missing" -> "no pod";
          default -> "not Ready";
        };
    return switch (member.revision()) {
      case "updated" -> state + ", updated";
      case "outdated" -> state + ", not updated yet";
      default -> state;
    };
  }

  static String following(Member member) {
    return switch (member.replication()) {
      case "source" -> "takes the writes";
      case "streaming" ->
          "%s, %s"
              .formatted(
                  member.synchronous() ? "confirms commits" : "streams",
                  member.lagBytes().map(Picture::behind).orElse("how far is not known"));
      case "not-streaming" -> "does not stream";
      default -> "replication not known";
    };
  }

  static String behind(long bytes) {
    if (bytes < 1024) return bytes == 0 ? "up to date" : bytes + " B behind";
    if (bytes < 1024 * 1024) return size(bytes / 1024.0, "KiB");
    if (bytes < 1024L * 1024 * 1024) return size(bytes / (1024.0 * 1024), "MiB");
    return size(bytes / (1024.0 * 1024 * 1024), "GiB");
  }

  private static String size(double size, String unit) {
    return String.format(Locale.ROOT, "%.1f %s behind", size, unit);
  }

  private static String shortened(String name) {
    return name.length() <= LONGEST_NAME
        ? name
        : "…" + name.substring(name.length() - LONGEST_NAME);
  }

  private static String words(List<Member> members) {
    return String.join(
        "; ",
        members.stream()
            .map(
                m ->
                    "%s: %s, %s, %s".formatted(m.name(), role(m), state(m), following(m))
                        + (m.follows().isEmpty() ? "" : " " + m.follows()))
            .toList());
  }
}

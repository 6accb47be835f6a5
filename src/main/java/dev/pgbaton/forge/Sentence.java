package dev.pgbaton.forge;

final class Sentence {
  private static final String MORE = "…";

  private Sentence() {}

  /** On one line, and where it is too long cut after a word. */
  static String cut(String text, int most) {
    var line = text.strip().replaceAll("\\s+", " ");
    if (line.length() <= most) {
      return line;
    }
    var room = most - MORE.length();
    var space = line.lastIndexOf(' ', room);
    // A first word longer than half the room (a path, an image) is better cut than left out.
    var end = space > room / 2 ? space : room;
    if (Character.isHighSurrogate(line.charAt(end - 1))) {
      end--;
    }
    return line.substring(0, end).replaceFirst("[\\s,;:]+$", "") + MORE;
  }
}

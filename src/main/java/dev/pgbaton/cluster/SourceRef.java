package dev.pgbaton.cluster;

/** A place in the repository; line and column count from 1, 0 where a whole file is meant. */
public record SourceRef(String file, int line, int column) {
  public static SourceRef file(String file) {
    return new SourceRef(file, 0, 0);
  }

  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line + ":" + column;
  }
}

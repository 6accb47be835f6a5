package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ClusterId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Lines that somebody appends to a file, such as {@code kill-postgres shop/orders orders-0}. */
final class FaultRequests {
  static final String KNOWN =
      "kill-postgres, kill-container, delete-pod, isolate, lag CLUSTER POD; drain, power-cut NODE; "
          + "scale CLUSTER NUMBER; edit-image CLUSTER IMAGE; move-primary CLUSTER POD; api-away; api-conflicts";

  private static final Duration WHILE = Duration.ofSeconds(30);

  private final Path file;
  private final Faults faults;
  private final Consumer<String> log;
  private int seen;
  private long size;

  FaultRequests(Path file, Faults faults, Consumer<String> log) {
    this.file = file;
    this.faults = faults;
    this.log = log;
    this.seen = lines().size();
  }

  Path file() {
    return file;
  }

  void look() {
    if (file.toFile().length() == size) return;
    size = file.toFile().length();
    var lines = lines();
    for (var line : lines.subList(Math.min(seen, lines.size()), lines.size()))
      carryOut(line.strip());
    seen = lines.size();
  }

  private List<String> lines() {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  private void carryOut(String line) {
    if (line.isEmpty()) return;
    try {
      carryOut(line.split("\\s+"));
    } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
      log.accept("not understood: " + line + "; known are " + KNOWN);
    }
  }

  private void carryOut(String[] words) {
    switch (words[0]) {
      case "kill-postgres" -> faults.killPostgres(cluster(words), words[2]);
      case "kill-container" -> faults.killContainer(cluster(words), words[2]);
      case "delete-pod" -> faults.deletePod(cluster(words), words[2]);
      case "isolate" -> faults.isolateFromApi(cluster(words), words[2], WHILE);
      case "lag" -> faults.lag(cluster(words), words[2], Duration.ofSeconds(5), WHILE);
      case "drain" -> faults.drain(words[1], WHILE);
      case "power-cut" -> faults.powerCut(words[1], WHILE);
      case "scale" -> faults.scale(cluster(words), Integer.parseInt(words[2]));
      case "edit-image" -> faults.editImage(cluster(words), words[2]);
      case "move-primary" -> faults.movePrimary(cluster(words), words[2]);
      case "api-away" -> faults.apiAway(WHILE);
      case "api-conflicts" -> faults.apiConflicts(3);
      default -> throw new IllegalArgumentException(words[0]);
    }
  }

  private static ClusterId cluster(String[] words) {
    var slash = words[1].indexOf('/');
    return new ClusterId(words[1].substring(0, slash), words[1].substring(slash + 1));
  }
}

package dev.pgbaton.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What one user asked the API server for, by its audit log. Leases and events are not in it. */
final class Quiet {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path log;
  private final long from;

  private Quiet(Path log, long from) {
    this.log = log;
    this.from = from;
  }

  static Quiet since(Path log) throws IOException {
    return new Quiet(log, Files.size(log));
  }

  /** Every request but watches, as {@code verb URI}. */
  List<String> requestsBut(String user, String verb) throws IOException {
    return tail()
        .lines()
        .filter(line -> line.endsWith("}"))
        .map(Quiet::parse)
        .filter(entry -> entry.path("user").path("username").asText().equals(user))
        .filter(entry -> !entry.path("verb").asText().equals(verb))
        .map(entry -> entry.path("verb").asText() + " " + entry.path("requestURI").asText())
        .toList();
  }

  /** Every request that changes something elsewhere than in one namespace. */
  List<String> writesBut(String user, String namespace) throws IOException {
    var reads = Set.of("get", "list", "watch");
    return tail()
        .lines()
        .filter(line -> line.endsWith("}"))
        .map(Quiet::parse)
        .filter(entry -> entry.path("user").path("username").asText().equals(user))
        .filter(entry -> !reads.contains(entry.path("verb").asText()))
        .filter(entry -> !entry.path("objectRef").path("namespace").asText().equals(namespace))
        .map(entry -> entry.path("verb").asText() + " " + entry.path("requestURI").asText())
        .toList();
  }

  private String tail() throws IOException {
    try (var file = new RandomAccessFile(log.toFile(), "r")) {
      var bytes = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

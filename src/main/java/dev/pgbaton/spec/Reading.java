package dev.pgbaton.spec;

import dev.pgbaton.cluster.SourceRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;

/** What reading one document brings to light: its problems, and where each field stands. */
final class Reading {
  private final String file;
  private final List<Problem> problems = new ArrayList<>();
  private final Map<String, SourceRef> places = new LinkedHashMap<>();

  Reading(String file) {
    this.file = file;
  }

  void at(String field, Node node) {
    places.putIfAbsent(field, place(node));
  }

  void problem(String field, Node node, String message) {
    problems.add(new Problem(place(node), field, message));
  }

  SourceRef place(Node node) {
    return node.getStartMark()
        .map(mark -> new SourceRef(file, mark.getLine() + 1, mark.getColumn() + 1))
        .orElse(SourceRef.file(file));
  }

  List<Problem> problems() {
    return List.copyOf(problems);
  }

  Map<String, SourceRef> places() {
    return Map.copyOf(places);
  }
}

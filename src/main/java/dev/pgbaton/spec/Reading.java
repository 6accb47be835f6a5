package dev.pgbaton.spec;

import dev.pgbaton.cluster.SourceRef;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;

/** What reading one document brings to light: its problems, and where each field stands. */
final class Reading {
  /** Nobody reads more, and a file made to have millions should not fill the memory. */
  private static final int MOST = 100;

  private final String file;
  private final SourceRef document;
  private final List<Problem> problems = new ArrayList<>();
  private final Set<String> unsound = new HashSet<>();
  private final SortedMap<String, SourceRef> places = new TreeMap<>();

  Reading(String file, Node document) {
    this.file = file;
    this.document = place(document);
  }

  void at(String field, Node node) {
    places.putIfAbsent(field, place(node));
  }

  void problem(String field, Node node, String message) {
    problem(new Problem(place(node), field, message));
  }

  /** About a field that has been read, or is absent. */
  void problem(String field, String message) {
    problem(new Problem(places.getOrDefault(field, document), field, message));
  }

  /** About a field that stands nowhere: shown where another one is. */
  void problem(String field, String place, String message) {
    problem(new Problem(places.getOrDefault(place, document), field, message));
  }

  private void problem(Problem problem) {
    if (problems.size() < MOST) problems.add(problem);
    if (problems.size() == MOST) {
      problems.add(new Problem(document, "", "has more problems than these. Mend these first."));
    }
  }

  /** Nothing more is kept: what is costly to word need not be worded. */
  boolean full() {
    return problems.size() > MOST;
  }

  /** A field that is not what it seems, because of a problem elsewhere. */
  void unsound(String field) {
    unsound.add(field);
  }

  /** Whether none of the fields, nor one below them, has a problem. */
  boolean sound(String... fields) {
    for (var field : fields) {
      if (Stream.concat(problems.stream().map(Problem::field), unsound.stream())
          .anyMatch(bad -> isWithin(bad, field) || isWithin(field, bad))) return false;
    }
    return true;
  }

  private static boolean isWithin(String field, String outer) {
    return field.equals(outer) || field.startsWith(outer + ".") || field.startsWith(outer + "[");
  }

  SourceRef document() {
    return document;
  }

  SourceRef place(Node node) {
    return node.getStartMark()
        .map(mark -> new SourceRef(file, mark.getLine() + 1, mark.getColumn() + 1))
        .orElse(SourceRef.file(file));
  }

  /** In the order of the lines. */
  List<Problem> problems() {
    return problems.stream().sorted(Problem.BY_PLACE).toList();
  }

  Map<String, SourceRef> places() {
    return Collections.unmodifiableSortedMap(places);
  }
}

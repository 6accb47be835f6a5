package dev.pgbaton.spec;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A document as the values that kubectl would send: anchors and merge keys resolved, within bounds,
 * since a few lines of them can stand for more than any memory holds.
 */
final class PlainYaml {
  /** Deeper than any Kubernetes object. */
  private static final int DEEPEST = 64;

  private static final int LONGEST_PATH = 500;

  private final Reading reading;
  private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ManifestBudget budget;
  private boolean told;

  private PlainYaml(Reading reading, ManifestBudget budget) {
    this.reading = reading;
    this.budget = budget;
  }

  /** Empty for a document that has a problem, which the reading then holds. */
  static Optional<Map<String, Object>> object(
      MappingNode document, Reading reading, ManifestBudget budget) {
    var yaml = new PlainYaml(reading, budget);
    var value = budget.spent() ? yaml.value(document, "", 0) : yaml.mapping(document, "", 0);
    return reading.problems().isEmpty() && value instanceof Map<?, ?>
        ? Optional.of(ManifestDocument.mapping(value))
        : Optional.empty();
  }

  private Object value(Node node, String path, int depth) {
    budget.take(node instanceof ScalarNode scalar ? scalar.getValue().length() : 0);
    if (budget.spent()) {
      if (!told)
        reading.problem(
            path,
            node,
            "is where the manifests, aliases counted as what they stand for, get more than one cluster can have. Write less.");
      told = true;
      return "";
    }
    if (depth > DEEPEST) {
      reading.problem(path, node, "is nested too deeply to be part of a Kubernetes object.");
      return "";
    }
    if (node instanceof ScalarNode scalar) return scalar(scalar, path);
    if (!open.add(node)) {
      reading.problem(path, node, "contains itself by an alias. Write it out.");
      return "";
    }
    try {
      if (node instanceof MappingNode mapping) return mapping(mapping, path, depth);
      if (node instanceof SequenceNode sequence) return sequence(sequence, path, depth);
      reading.problem(path, node, "is of no kind that Kubernetes knows.");
      return "";
    } finally {
      open.remove(node);
    }
  }

  private List<Object> sequence(SequenceNode node, String path, int depth) {
    plain(node, Tag.SEQ, path);
    var list = new ArrayList<Object>();
    for (var item : node.getValue()) {
      if (budget.spent()) break;
      list.add(value(item, path + "[" + list.size() + "]", depth + 1));
    }
    return list;
  }

  private Map<String, Object> mapping(MappingNode node, String path, int depth) {
    plain(node, Tag.MAP, path);
    var map = new LinkedHashMap<String, Object>();
    var places = new LinkedHashMap<String, Node>();
    var merged = new ArrayList<Node>();
    for (var tuple : node.getValue()) {
      if (budget.spent()) break;
      if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) merged.add(tuple.getValueNode());
      else put(tuple, map, places, path, depth);
    }
    for (var source : merged) merge(source, map, path, depth);
    return map;
  }

  private void put(
      NodeTuple tuple, Map<String, Object> map, Map<String, Node> places, String path, int depth) {
    var key = key(tuple.getKeyNode(), path);
    if (key.isEmpty()) return;
    var field = below(path, key.get());
    var first = places.putIfAbsent(key.get(), tuple.getKeyNode());
    if (first != null) {
      reading.problem(
          field,
          tuple.getKeyNode(),
          "is here a second time; the first is on line %d. Remove one of them."
              .formatted(reading.place(first).line()));
      return;
    }
    map.put(key.get(), value(tuple.getValueNode(), field, depth + 1));
  }

  /** A path is for a person: nobody reads a long one, and building it takes time. */
  private static String below(String path, String key) {
    if (path.isEmpty() && key.length() <= LONGEST_PATH) return key;
    return path.length() + key.length() > LONGEST_PATH ? path : path + "." + key;
  }

  /** What is merged never replaces what is written beside it, or was merged before. */
  private void merge(Node source, Map<String, Object> into, String path, int depth) {
    switch (source) {
      case MappingNode mapping -> {
        if (value(mapping, path, depth + 1) instanceof Map<?, ?> map)
          map.forEach((key, value) -> into.putIfAbsent((String) key, value));
      }
      case SequenceNode several
          when several.getValue().stream().allMatch(MappingNode.class::isInstance) ->
          several.getValue().forEach(one -> merge(one, into, path, depth));
      default ->
          reading.problem(path, source, "can't be merged: << takes a mapping, or a list of them.");
    }
  }

  private Optional<String> key(Node node, String path) {
    if (node instanceof ScalarNode scalar) {
      budget.take(scalar.getValue().length());
      var tag = scalar.getTag();
      if (tag.equals(Tag.STR)) return Optional.of(scalar.getValue());
      if (tag.equals(Tag.BOOL) || tag.equals(Tag.INT))
        return Optional.of(String.valueOf(scalar(scalar, path)));
    }
    reading.problem(path, node, "has a field whose name is no text. Put it in quotes.");
    return Optional.empty();
  }

  private Object scalar(ScalarNode node, String path) {
    var text = node.getValue();
    var tag = node.getTag();
    if (tag.equals(Tag.STR) || tag.equals(Tag.MERGE)) return text;
    if (tag.equals(Tag.NULL)) return null;
    var value =
        tag.equals(Tag.BOOL)
            ? KubectlScalars.bool(text).map(Object.class::cast)
            : tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)
                ? KubectlScalars.number(text).map(PlainYaml::asJson)
                : tag.equals(Tag.BINARY) ? binary(text) : Optional.empty();
    // Never the text itself: it may be a password.
    if (value.isEmpty())
      reading.problem(
          path, node, "is a value that JSON, and so Kubernetes, does not have. Put it in quotes.");
    return value.orElse("");
  }

  private static Optional<Object> binary(String text) {
    try {
      return Optional.of(new String(Base64.getMimeDecoder().decode(text), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** JSON has no 1.0 beside 1. */
  private static Object asJson(Number number) {
    return number instanceof Double d && d == Math.rint(d) && Math.abs(d) < 1L << 53
        ? d.longValue()
        : number;
  }

  private void plain(Node node, Tag tag, String path) {
    if (!node.getTag().equals(tag))
      reading.problem(path, node, "has a type tag that Kubernetes does not know. Remove it.");
  }
}

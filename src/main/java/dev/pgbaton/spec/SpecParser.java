package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.SourceRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Text from Git → valid intent, or every reason why not. */
public final class SpecParser {
  /** A spec is some hundred lines; what is longer is not one. */
  private static final int MAX_CHARACTERS = 1 << 20;

  private final Map<ClusterId, List<ParsedSpec>> found = new TreeMap<>();
  private final List<Problem> problems = new ArrayList<>();

  private SpecParser() {}

  public static ParsedSpecs parse(List<SpecFile> files) {
    var parser = new SpecParser();
    files.stream().sorted(Comparator.comparing(SpecFile::path)).forEach(parser::parse);
    return parser.result();
  }

  private void parse(SpecFile file) {
    var ofFile = new ArrayList<ParsedSpec>();
    try {
      for (var document : new Compose(settings(file)).composeAllFromString(file.text())) {
        parse(document, file.path()).ifPresent(ofFile::add);
      }
    } catch (YamlEngineException e) {
      var broken = notYaml(file, e);
      problems.add(broken);
      ofFile.replaceAll(
          parsed -> new ParsedSpec.Invalid(parsed.id(), parsed.source(), List.of(broken)));
    }
    ofFile.forEach(
        parsed -> found.computeIfAbsent(parsed.id(), _ -> new ArrayList<>()).add(parsed));
  }

  private Optional<ParsedSpec> parse(Node document, String file) {
    var reading = new Reading(file);
    if (!(document instanceof MappingNode mapping)) return Optional.empty();
    var apiVersion = text(mapping, "apiVersion").orElse("");
    if (!apiVersion.startsWith("pgbaton.dev/")) return Optional.empty();

    var spec = FieldType.object(ClusterSpec::read).read(mapping, "", reading);
    if (reading.problems().isEmpty()) {
      return Optional.of(new ParsedSpec.Valid(spec, reading.place(document), reading.places()));
    }
    var id = id(mapping);
    if (id.isEmpty()) problems.addAll(reading.problems());
    return id.map(
        known -> new ParsedSpec.Invalid(known, reading.place(document), reading.problems()));
  }

  private ParsedSpecs result() {
    var clusters = new TreeMap<ClusterId, ParsedSpec>();
    found.forEach(
        (id, claims) ->
            clusters.put(id, claims.size() == 1 ? claims.getFirst() : claimedTwice(id, claims)));
    return new ParsedSpecs(clusters, problems);
  }

  private static ParsedSpec claimedTwice(ClusterId id, List<ParsedSpec> claims) {
    var all = new LinkedHashSet<Problem>();
    for (var claim : claims) {
      var others =
          claims.stream()
              .filter(other -> other != claim)
              .map(other -> other.source().toString())
              .toList();
      all.add(
          new Problem(
              claim.source(),
              "metadata.name",
              "%s is claimed by %s too. Remove all but one."
                  .formatted(id, String.join(" and ", others))));
      if (claim instanceof ParsedSpec.Invalid invalid) all.addAll(invalid.problems());
    }
    return new ParsedSpec.Invalid(id, claims.getFirst().source(), List.copyOf(all));
  }

  /** The cluster that a document with problems is about, if its name can be read. */
  private static Optional<ClusterId> id(MappingNode document) {
    return child(document, "metadata")
        .filter(MappingNode.class::isInstance)
        .map(MappingNode.class::cast)
        .flatMap(
            metadata ->
                text(metadata, "namespace")
                    .flatMap(
                        namespace ->
                            text(metadata, "name").map(name -> new ClusterId(namespace, name))));
  }

  private static Optional<String> text(MappingNode mapping, String key) {
    return child(mapping, key)
        .filter(ScalarNode.class::isInstance)
        .map(node -> ((ScalarNode) node).getValue())
        .filter(text -> !text.isBlank());
  }

  private static Optional<Node> child(MappingNode mapping, String key) {
    return mapping.getValue().stream()
        .filter(
            tuple -> tuple.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key))
        .map(tuple -> tuple.getValueNode())
        .findFirst();
  }

  private static Problem notYaml(SpecFile file, YamlEngineException e) {
    return switch (e) {
      case MarkedYamlEngineException marked -> {
        var place =
            marked
                .getProblemMark()
                .or(marked::getContextMark)
                .map(mark -> new SourceRef(file.path(), mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(SourceRef.file(file.path()));
        yield new Problem(
            place, "", "is not YAML: %s. Mend the file.".formatted(marked.getProblem()));
      }
      default ->
          new Problem(
              SourceRef.file(file.path()),
              "",
              "is not YAML: %s. Mend the file.".formatted(e.getMessage()));
    };
  }

  private static LoadSettings settings(SpecFile file) {
    return LoadSettings.builder()
        .setLabel(file.path())
        .setUseMarks(true)
        .setCodePointLimit(MAX_CHARACTERS)
        .build();
  }
}

package dev.pgbaton.spec;

import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A file with one YAML document, as kubectl reads it: merge keys resolved, nothing twice. */
public final class KubectlYaml {
  private KubectlYaml() {}

  public sealed interface Document {
    record Values(Map<String, Object> values) implements Document {}

    record Refused(List<Problem> problems) implements Document {}
  }

  /** An empty file has no values. */
  public static Document only(SpecFile file) {
    return switch (YamlDocuments.of(file, new KubectlScalars())) {
      case YamlDocuments.Broken(_, var problem) -> new Document.Refused(List.of(problem));
      case YamlDocuments.Read(var documents) -> {
        var some = documents.stream().filter(d -> !d.getTag().equals(Tag.NULL)).toList();
        if (some.isEmpty()) yield new Document.Values(Map.of());
        var reading = new Reading(file.path(), some.getFirst());
        var budget = new ManifestBudget(new ManifestBudget.Repository());
        if (some.size() > 1 || !(some.getFirst() instanceof MappingNode mapping)) {
          reading.problem("", some.getLast(), "is not one mapping, as this file must be.");
          yield new Document.Refused(reading.problems());
        }
        yield PlainYaml.object(mapping, reading, budget)
            .<Document>map(Document.Values::new)
            .orElseGet(() -> new Document.Refused(reading.problems()));
      }
    };
  }
}

package dev.pgbaton.spec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.snakeyaml.engine.v2.nodes.Node;

/** Text from Git → valid intent, or every reason why not. */
public final class SpecParser {
  private final List<ParsedSpec> found = new ArrayList<>();
  private final List<Problem> problems = new ArrayList<>();
  private final List<Problem> notices = new ArrayList<>();

  private final EncryptedFiles encrypted;

  private SpecParser(EncryptedFiles encrypted) {
    this.encrypted = encrypted;
  }

  public static ParsedSpecs parse(List<SpecFile> files) {
    return parse(files, List.of(), EncryptedFiles.NONE);
  }

  /**
   * @param directories those that may be clusters in plain manifests
   */
  public static ParsedSpecs parse(List<SpecFile> files, List<ManifestDirectory> directories) {
    return parse(files, directories, EncryptedFiles.NONE);
  }

  public static ParsedSpecs parse(
      List<SpecFile> files, List<ManifestDirectory> directories, EncryptedFiles encrypted) {
    var parser = new SpecParser(encrypted);
    files.stream().sorted(Comparator.comparing(SpecFile::path)).forEach(parser::parse);
    var left = new ManifestBudget.Repository();
    for (var directory : directories) {
      var parsed = ManifestParser.parse(directory, left);
      parser.found.addAll(parsed.clusters());
      parser.problems.addAll(parsed.problems());
    }
    return new ParsedSpecs(Claims.settle(parser.found), parser.problems, parser.notices);
  }

  private void parse(SpecFile file) {
    switch (YamlDocuments.of(file)) {
      case YamlDocuments.Read(var documents) ->
          documents.forEach(document -> parse(document, file.path()));
      case YamlDocuments.Broken(var readable, var problem) -> {
        problems.add(problem);
        // What stands before the broken line may be cut off there: none of the file's clusters is
        // touched.
        for (var document : readable) {
          var reading = new Reading(file.path(), document);
          Envelope.of(document)
              .flatMap(Envelope::cluster)
              .ifPresent(
                  id ->
                      found.add(new ParsedSpec.Invalid(id, reading.document(), List.of(problem))));
        }
      }
    }
  }

  private void parse(Node document, String file) {
    Envelope.neighbours(document, new Reading(file, document)).ifPresent(notices::add);
    Envelope.of(document)
        .ifPresent(
            envelope -> {
              var reading = new Reading(file, document);
              var spec = envelope.read(reading);
              if (spec.isPresent() && reading.problems().isEmpty()) {
                found.add(
                    new ParsedSpec.Valid(
                        spec.get(),
                        reading.document(),
                        reading.places(),
                        encrypted.passwords(spec.get(), reading)));
              } else {
                envelope
                    .cluster()
                    .ifPresentOrElse(
                        id ->
                            found.add(
                                new ParsedSpec.Invalid(id, reading.document(), reading.problems())),
                        () -> problems.addAll(reading.problems()));
              }
            });
  }
}

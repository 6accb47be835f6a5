package dev.pgbaton.spec;

import dev.pgbaton.cluster.SourceRef;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** The YAML documents of a file, with their places. */
sealed interface YamlDocuments {
  record Read(List<Node> documents) implements YamlDocuments {}

  /**
   * @param readable the documents before the place where it broke
   */
  record Broken(List<Node> readable, Problem problem) implements YamlDocuments {}

  /** A spec has some hundred lines. */
  int MOST_CHARACTERS = 1 << 20;

  static YamlDocuments of(SpecFile file) {
    var documents = new ArrayList<Node>();
    try {
      var text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file.content())).toString();
      new Compose(settings(file)).composeAllFromString(text).forEach(documents::add);
      return new Read(List.copyOf(documents));
    } catch (CharacterCodingException e) {
      return broken(documents, file, "is not UTF-8 text. Save it as UTF-8.");
    } catch (MarkedYamlEngineException e) {
      var place =
          e.getProblemMark()
              .or(e::getContextMark)
              .map(mark -> new SourceRef(file.path(), mark.getLine() + 1, mark.getColumn() + 1))
              .orElse(SourceRef.file(file.path()));
      var message = "is not YAML: %s. Mend the file.".formatted(e.getProblem());
      return new Broken(List.copyOf(documents), new Problem(place, "", message));
    } catch (YamlEngineException e) {
      var message = FieldType.shown(e.getMessage());
      return broken(documents, file, "is not YAML: %s. Mend the file.".formatted(message));
    } catch (StackOverflowError e) {
      return broken(documents, file, "is nested too deeply to be a spec. Mend the file.");
    }
  }

  private static Broken broken(List<Node> readable, SpecFile file, String message) {
    return new Broken(List.copyOf(readable), new Problem(SourceRef.file(file.path()), "", message));
  }

  private static LoadSettings settings(SpecFile file) {
    return LoadSettings.builder()
        .setLabel(file.path())
        .setUseMarks(true)
        .setCodePointLimit(MOST_CHARACTERS)
        .build();
  }
}

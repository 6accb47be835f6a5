package dev.pgbaton.spec;

import dev.pgbaton.cluster.SourceRef;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.JsonSchema;
import org.snakeyaml.engine.v2.schema.Schema;

/** The YAML documents of a file, with their places. */
sealed interface YamlDocuments {
  record Read(List<Node> documents) implements YamlDocuments {}

  /**
   * @param readable the documents before the place where it broke
   */
  record Broken(List<Node> readable, Problem problem) implements YamlDocuments {}

  /** A spec has some hundred lines. */
  int MOST_CHARACTERS = 1 << 20;

  /** Whatever is in it, its nodes are some megabytes. */
  int SURELY_SMALL = 1 << 16;

  int MOST_NODES = 50_000;
  int DEEPEST = 256;

  static YamlDocuments of(SpecFile file) {
    return of(file, new JsonSchema());
  }

  /**
   * @param words what a word without quotes means
   */
  static YamlDocuments of(SpecFile file, Schema words) {
    var documents = new ArrayList<Node>();
    try {
      var text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file.content())).toString();
      var settings = settings(file, words);
      if (text.length() > SURELY_SMALL) refuseTooMuch(new Parse(settings).parseString(text));
      new Compose(settings).composeAllFromString(text).forEach(documents::add);
      return new Read(List.copyOf(documents));
    } catch (CharacterCodingException e) {
      var place = file.firstNoText().orElse(SourceRef.file(file.path()));
      return new Broken(List.of(), new Problem(place, "", "is not UTF-8 text. Save it as UTF-8."));
    } catch (MarkedYamlEngineException e) {
      var place = place(e, file);
      var message = "is not YAML: %s. Mend the file.".formatted(problem(e));
      return new Broken(List.copyOf(documents), new Problem(place, "", message));
    } catch (YamlEngineException e) {
      var message = "is not YAML: %s. Mend the file.".formatted(FieldType.shown(e.getMessage()));
      var place = tooManyAliases(file, settings(file, words));
      return new Broken(List.copyOf(documents), new Problem(place, "", message));
    } catch (StackOverflowError e) {
      var place = tooDeep(file, settings(file, words));
      return new Broken(
          List.copyOf(documents),
          new Problem(place, "", "is nested too deeply to be a spec. Mend the file."));
    }
  }

  private static SourceRef tooDeep(SpecFile file, LoadSettings settings) {
    try {
      refuseTooMuch(new Parse(settings).parseString(file.text()));
    } catch (MarkedYamlEngineException e) {
      return place(e, file);
    }
    return SourceRef.file(file.path());
  }

  private static SourceRef tooManyAliases(SpecFile file, LoadSettings settings) {
    try {
      int aliases = 0;
      for (var event : new Parse(settings).parseString(file.text()))
        if (event instanceof AliasEvent && ++aliases > settings.getMaxAliasesForCollections())
          return event
              .getStartMark()
              .map(m -> new SourceRef(file.path(), m.getLine() + 1, m.getColumn() + 1))
              .orElse(SourceRef.file(file.path()));
    } catch (YamlEngineException otherwise) {
      // Then it was not for its aliases.
    }
    return SourceRef.file(file.path());
  }

  private static SourceRef place(MarkedYamlEngineException e, SpecFile file) {
    return e.getProblemMark()
        .or(e::getContextMark)
        .map(mark -> new SourceRef(file.path(), mark.getLine() + 1, mark.getColumn() + 1))
        .orElse(SourceRef.file(file.path()));
  }

  /** Nodes take a hundred times the memory of their text; events come one by one. */
  private static void refuseTooMuch(Iterable<Event> events) {
    int nodes = 0;
    int depth = 0;
    for (var event : events) {
      switch (event) {
        case CollectionStartEvent _ -> {
          nodes++;
          depth++;
        }
        case CollectionEndEvent _ -> depth--;
        case NodeEvent _ -> nodes++;
        default -> {}
      }
      if (nodes > MOST_NODES || depth > DEEPEST)
        throw new ParserException(
            nodes > MOST_NODES
                ? "it has more than %,d values".formatted(MOST_NODES)
                : "it is nested too deeply",
            event.getStartMark());
    }
  }

  /** An alias' name may be a password that begins with an asterisk. */
  private static String problem(MarkedYamlEngineException e) {
    return e.getProblem().startsWith("found undefined alias")
        ? "found an alias of an anchor that is not there"
        : e.getProblem();
  }

  private static LoadSettings settings(SpecFile file, Schema words) {
    return LoadSettings.builder()
        .setLabel(file.path())
        .setSchema(words)
        .setUseMarks(true)
        .setCodePointLimit(MOST_CHARACTERS)
        .build();
  }
}

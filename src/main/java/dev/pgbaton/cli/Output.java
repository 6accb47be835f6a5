package dev.pgbaton.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** How an answer is written; {@code json} and {@code yaml} keep their fields. */
enum Output {
  text,
  json,
  yaml;

  /** For a program. */
  String of(JsonNode answer) {
    return switch (this) {
      case text -> throw new IllegalStateException("a person reads no JSON");
      case json -> answer.toPrettyString() + "\n";
      case yaml ->
          new Dump(DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build())
              .dumpToString(new ObjectMapper().convertValue(answer, Object.class));
    };
  }
}

package dev.pgbaton.desired;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Objects as YAML that a person can read and kubectl can apply. */
public final class Manifests {
  private static final String GENERATED = "<generated when the Secret is created>";
  private static final String NOT_SHOWN = "<not shown>";

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Manifests() {}

  /** In the order in which they are applied. */
  public static String yaml(DesiredCluster cluster) {
    return cluster.objects().stream()
        .map(desired -> yaml(desired.object()))
        .collect(Collectors.joining());
  }

  /** Without passwords. */
  public static String yaml(HasMetadata object) {
    return yaml(plain(printable(object)));
  }

  static String yaml(Object plain) {
    return new Dump(SETTINGS).dumpToString(plain);
  }

  /** As maps, lists and scalars. */
  static Object plain(Object value) {
    return MAPPER.convertValue(value, Object.class);
  }

  private static HasMetadata printable(HasMetadata object) {
    return object instanceof Secret secret ? printable(secret) : object;
  }

  private static Secret printable(Secret secret) {
    var copy = secret.edit().build();
    copy.setData(hidden(secret.getData(), NOT_SHOWN));
    copy.setStringData(hidden(secret.getStringData(), GENERATED));
    return copy;
  }

  private static Map<String, String> hidden(Map<String, String> values, String ifEmpty) {
    if (values == null) return null;
    var hidden = new TreeMap<>(values);
    hidden.replaceAll((_, value) -> value.isEmpty() ? ifEmpty : NOT_SHOWN);
    return hidden;
  }

  private static final DumpSettings SETTINGS =
      DumpSettings.builder()
          .setDefaultFlowStyle(FlowStyle.BLOCK)
          .setExplicitStart(true)
          .setIndent(2)
          .setWidth(160)
          .setSplitLines(false)
          .setDereferenceAliases(true)
          .setSchema(new ForOldReaders())
          .build();

  /**
   * kubectl reads YAML 1.1: there {@code on}, {@code 0777} and {@code 1:30} are no texts unless
   * they are quoted.
   */
  private static final class ForOldReaders extends CoreSchema {
    private static final Pattern NOT_A_TEXT =
        Pattern.compile("(?i)y|n|yes|no|on|off|<<|=|[-+.]?[0-9][-0-9_,:.+a-fxot ]*z?");

    private static final Tag AMBIGUOUS = new Tag("ambiguous");

    @Override
    public ScalarResolver getScalarResolver() {
      var resolver = super.getScalarResolver();
      return (value, implicit) -> {
        var tag = resolver.resolve(value, implicit);
        return implicit && tag.equals(Tag.STR) && NOT_A_TEXT.matcher(value).matches()
            ? AMBIGUOUS
            : tag;
      };
    }
  }
}

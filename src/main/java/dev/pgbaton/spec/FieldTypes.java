package dev.pgbaton.spec;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Kubernetes' own types, by its own rules. */
final class FieldTypes {
  static final String ANYTHING = "(?s).*";
  private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String VALUE_PATTERN = "([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?";
  private static final String PATH_PART = "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*";
  private static final String NUMBER = "([0-9]+(\\.[0-9]*)?|\\.[0-9]+)";

  static final FieldType<String> TEXT = text(ANYTHING, Integer.MAX_VALUE, "text", "");

  /**
   * Services begin with a letter; 40 leaves room for what is appended to the names of pods and
   * objects.
   */
  static final TextType<String> CLUSTER_NAME =
      text(
          "[a-z]([-a-z0-9]*[a-z0-9])?",
          40,
          "a name of at most 40 lower-case letters, digits and dashes that begins with a letter and does not end with a dash",
          "name");

  static final TextType<String> LABEL_NAME =
      text(
          DNS_LABEL,
          63,
          "a name of at most 63 lower-case letters, digits and dashes that neither begins nor ends with a dash",
          "name");

  static final TextType<String> SUBDOMAIN_NAME =
      text(
          DNS_LABEL + "(\\." + DNS_LABEL + ")*",
          253,
          "a name of lower-case letters, digits, dashes and dots",
          "name");

  static final TextType<String> QUALIFIED_NAME =
      text(
          "("
              + DNS_LABEL
              + "(\\."
              + DNS_LABEL
              + ")*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?",
          317,
          "a label's name such as topology.kubernetes.io/zone",
          "name");

  static final FieldType<String> PATH =
      text(
          "(/[-A-Za-z0-9_.]*[-A-Za-z0-9_])+",
          4096,
          "an absolute path such as /var/lib/postgresql/data",
          "/data");

  static final FieldType<String> VERSION =
      text("[0-9A-Za-z][-0-9A-Za-z.+~]*", 63, "a version such as \"2.41\"", "2.41");

  static final FieldType<String> WORD =
      text("[0-9A-Za-z][-0-9A-Za-z._]*", 63, "a word such as 2026-11", "2026-11");

  static final FieldType<String> KEY = text("(?s).+", 317, "a key", "key");

  static final FieldType<String> LABEL_VALUE =
      text(
          VALUE_PATTERN,
          63,
          "a label's value: at most 63 letters, digits, dashes, dots and underscores",
          "value");

  static final FieldType<Map<String, String>> LABELS = new MapType<>(QUALIFIED_NAME, LABEL_VALUE);

  static final FieldType<Map<String, String>> ANNOTATIONS = new MapType<>(QUALIFIED_NAME, TEXT);

  /**
   * The grammar of the registries: a bad name would only be found out by a pod that can't start.
   */
  static final FieldType<String> IMAGE =
      text(
          "([a-zA-Z0-9]([-a-zA-Z0-9.]*[a-zA-Z0-9])?(:[0-9]{1,5})?/)?"
              + PATH_PART
              + "(/"
              + PATH_PART
              + ")*(:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(@sha256:[0-9a-f]{64})?",
          1024,
          "an image's name such as registry.example.com/pgbaton/postgres:17",
          "registry.example.com/pgbaton/postgres:17");

  static final FieldType<Quantity> QUANTITY =
      new TextType<>(
          Pattern.compile(NUMBER + "([KMGTPE]i|[numkMGTPE]|[eE][-+]?[0-9]+)?"),
          64,
          true,
          "a quantity such as 250m, 2 or 512Mi",
          new Quantity("1"),
          Quantity::new);

  static final FieldType<Quantity> SIZE =
      new TextType<>(
          Pattern.compile("[0-9]*[1-9][0-9]*([KMGTPE]i|[kMGTPE])?"),
          32,
          true,
          "a size such as 10Gi",
          new Quantity("1Gi"),
          Quantity::new);

  static final FieldType<Long> BYTES =
      new TextType<>(
          Pattern.compile("[0-9]{1,9}(Ki|Mi|Gi|k|M|G)?"),
          32,
          true,
          "a size such as 16Mi",
          16L << 20,
          text -> Quantities.amount(text).longValueExact());

  /** Go's way of writing one, which is Kubernetes' way. */
  static final FieldType<Duration> DURATION =
      new TextType<>(
          Pattern.compile("([0-9]{1,9}(\\.[0-9]{1,9})?(h|m|s|ms))+"),
          64,
          false,
          "a duration such as 90s, 10m or 1h30m",
          Duration.ofMinutes(1),
          FieldTypes::duration);

  static final FieldType<String> NAME_REFERENCE =
      FieldType.object(
          reference ->
              reference.required(
                  "name", SUBDOMAIN_NAME, "The object's name, in the cluster's namespace."));

  private static final FieldType<Map<String, Quantity>> AMOUNTS =
      new MapType<>(new ResourceNameType(), QUANTITY);

  static final FieldType<ResourceRequirements> RESOURCES =
      FieldType.object(
          resources ->
              new ResourceRequirementsBuilder()
                  .withRequests(
                      resources.optional(
                          "requests", AMOUNTS, Map.of(), "What the scheduler sets aside."))
                  .withLimits(
                      resources.optional(
                          "limits", AMOUNTS, Map.of(), "What the container can't exceed."))
                  .build());

  private FieldTypes() {}

  private static TextType<String> text(
      String pattern, int maxLength, String expected, String example) {
    return new TextType<>(
        Pattern.compile(pattern), maxLength, false, expected, example, Function.identity());
  }

  private static Duration duration(String text) {
    var part = Pattern.compile("([0-9.]+)(h|ms|m|s)").matcher(text);
    var millis = BigDecimal.ZERO;
    while (part.find()) {
      var unit =
          switch (part.group(2)) {
            case "h" -> 3_600_000;
            case "m" -> 60_000;
            case "s" -> 1_000;
            default -> 1;
          };
      millis = millis.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
    }
    return Duration.ofMillis(millis.longValue());
  }
}

package dev.pgbaton.spec;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * What a word without quotes means to kubectl, which reads YAML 1.1 in a dialect of its own: {@code
 * yes} is true, {@code 0755} is 493, {@code 1:30} is a text.
 */
final class KubectlScalars extends CoreSchema {
  private static final Set<String> TRUE =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
  private static final Set<String> FALSE =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
  private static final Set<String> NULL = Set.of("", "~", "null", "Null", "NULL");
  private static final Set<String> NO_JSON_NUMBER =
      Set.of(
          ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
          "-.Inf", "-.INF");
  private static final Pattern FLOAT =
      Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

  /** Longer ones are texts to everybody. */
  private static final int LONGEST_NUMBER = 400;

  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final Map<Character, Integer> BASES = Map.of('x', 16, 'o', 8, 'b', 2);

  @Override
  public ScalarResolver getScalarResolver() {
    return (text, plain) -> plain ? tag(text) : Tag.STR;
  }

  private static Tag tag(String text) {
    if (TRUE.contains(text) || FALSE.contains(text)) return Tag.BOOL;
    if (NULL.contains(text)) return Tag.NULL;
    if (text.equals("<<")) return Tag.MERGE;
    if (NO_JSON_NUMBER.contains(text)) return Tag.FLOAT;
    return number(text).map(n -> n instanceof Double ? Tag.FLOAT : Tag.INT).orElse(Tag.STR);
  }

  static Optional<Boolean> bool(String text) {
    return TRUE.contains(text)
        ? Optional.of(true)
        : FALSE.contains(text) ? Optional.of(false) : Optional.empty();
  }

  /** A Long, a BigInteger or a Double. */
  static Optional<Number> number(String text) {
    if (text.isEmpty()
        || text.length() > LONGEST_NUMBER
        || "+-.0123456789".indexOf(text.charAt(0)) < 0) return Optional.empty();
    var digits = text.replace("_", "");
    return integer(digits).or(() -> decimal(digits));
  }

  private static Optional<Number> integer(String text) {
    var signed = !text.isEmpty() && "+-".indexOf(text.charAt(0)) >= 0;
    var digits = signed ? text.substring(1) : text;
    var base = 10;
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      var prefix = BASES.get(Character.toLowerCase(digits.charAt(1)));
      base = prefix == null ? 8 : prefix;
      digits = digits.substring(prefix == null ? 1 : 2);
    }
    if (digits.isEmpty() || !isAlphanumeric(digits)) return Optional.empty();
    try {
      var value = new BigInteger(text.startsWith("-") ? "-" + digits : digits, base);
      if (value.bitLength() < Long.SIZE) return Optional.of(value.longValue());
      // Beyond 64 bits Go goes on with a float.
      return signed || value.compareTo(LEAST) < 0 || value.compareTo(MOST) > 0
          ? Optional.empty()
          : Optional.of(value);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static boolean isAlphanumeric(String digits) {
    return digits.chars().allMatch(c -> c < 128 && Character.isLetterOrDigit(c));
  }

  private static Optional<Number> decimal(String text) {
    if (!FLOAT.matcher(text).matches()) return Optional.empty();
    var value = Double.parseDouble(text);
    return Double.isInfinite(value) ? Optional.empty() : Optional.of(value);
  }
}

package dev.pgbaton.spec;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Pattern;

/** Kubernetes' quantities as numbers. */
final class Quantities {
  private static final Pattern PARTS =
      Pattern.compile("([0-9.]+(?:[eE][-+]?[0-9]+)?)([numkMGTPE]?i?)");

  private static final Map<String, BigDecimal> FACTORS =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("n", BigDecimal.ONE.movePointLeft(9)),
          Map.entry("u", BigDecimal.ONE.movePointLeft(6)),
          Map.entry("m", BigDecimal.ONE.movePointLeft(3)),
          Map.entry("k", BigDecimal.ONE.movePointRight(3)),
          Map.entry("M", BigDecimal.ONE.movePointRight(6)),
          Map.entry("G", BigDecimal.ONE.movePointRight(9)),
          Map.entry("T", BigDecimal.ONE.movePointRight(12)),
          Map.entry("P", BigDecimal.ONE.movePointRight(15)),
          Map.entry("E", BigDecimal.ONE.movePointRight(18)),
          Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
          Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
          Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
          Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
          Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
          Map.entry("Ei", BigDecimal.valueOf(1L << 60)));

  private Quantities() {}

  static BigDecimal amount(Quantity quantity) {
    return amount(quantity.toString());
  }

  /** Of a text that one of the {@link FieldTypes} has let through. */
  static BigDecimal amount(String text) {
    var parts = PARTS.matcher(text);
    if (!parts.matches()) throw new IllegalArgumentException("not a quantity: " + text);
    return new BigDecimal(parts.group(1)).multiply(FACTORS.get(parts.group(2)));
  }
}

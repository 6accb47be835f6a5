package dev.pgbaton.spec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A setting's value by PostgreSQL's own rules (guc.c): units, rounding, synonyms of on and off. */
sealed interface SettingValue {
  /**
   * @param text as {@code pg_settings} shows it
   */
  record Good(String text) implements SettingValue {}

  /**
   * @param why goes on after the value: "lots … is not a whole number"
   */
  record Bad(String why) implements SettingValue {}

  default Optional<String> normalised() {
    return switch (this) {
      case Good(var text) -> Optional.of(text);
      case Bad _ -> Optional.empty();
    };
  }

  Map<String, BigDecimal> BYTES =
      Map.of(
          "B", BigDecimal.ONE,
          "kB", BigDecimal.valueOf(1L << 10),
          "8kB", BigDecimal.valueOf(8L << 10),
          "MB", BigDecimal.valueOf(1L << 20),
          "GB", BigDecimal.valueOf(1L << 30),
          "TB", BigDecimal.valueOf(1L << 40));

  Map<String, BigDecimal> MICROSECONDS =
      Map.of(
          "us", BigDecimal.ONE,
          "ms", BigDecimal.valueOf(1_000),
          "s", BigDecimal.valueOf(1_000_000),
          "min", BigDecimal.valueOf(60_000_000),
          "h", BigDecimal.valueOf(3_600_000_000L),
          "d", BigDecimal.valueOf(86_400_000_000L));

  Pattern NUMBER =
      Pattern.compile(
          "\\s*([-+]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?))\\s*([a-zA-Z]*)\\s*");

  BigDecimal ENDLESS = new BigDecimal("1e100");

  static SettingValue parse(Setting setting, String text) {
    return switch (setting.type()) {
      case bool ->
          bool(text)
              .<SettingValue>map(on -> new Good(on ? "on" : "off"))
              .orElseGet(() -> new Bad("is neither on nor off. Put one of them"));
      case integer, real -> number(setting, text);
      case enumeration -> enumeration(setting, text);
      case string -> new Good(text);
    };
  }

  /** For a setting of an extension: of what kind it is, only its values tell. */
  static boolean sameWhateverItIs(String one, String other, String unit) {
    if (one.equals(other)) return true;
    var asBool = bool(one);
    if (asBool.isPresent() && asBool.equals(bool(other))) return true;
    var counted = Optional.ofNullable(unit).filter(u -> !u.isEmpty());
    var first = amount(one, Setting.Type.real, counted);
    var second = amount(other, Setting.Type.real, counted);
    return first.isPresent() && second.isPresent() && first.get().compareTo(second.get()) == 0;
  }

  private static Optional<Boolean> bool(String text) {
    var word = text.strip().toLowerCase(Locale.ROOT);
    if (word.isEmpty()) return Optional.empty();
    if (word.equals("on")
        || word.equals("1")
        || "true".startsWith(word)
        || "yes".startsWith(word)) {
      return Optional.of(true);
    }
    var off = word.equals("of") || word.equals("off") || word.equals("0");
    return off || "false".startsWith(word) || "no".startsWith(word)
        ? Optional.of(false)
        : Optional.empty();
  }

  private static SettingValue enumeration(Setting setting, String text) {
    for (var value : setting.values()) {
      // "on" is another word for the method that was there first.
      if (value.equalsIgnoreCase(text.strip()))
        return new Good(
            setting.name().equals("wal_compression") && value.equals("on") ? "pglz" : value);
    }
    var synonym = bool(text).map(on -> on ? "on" : "off").filter(setting.values()::contains);
    if (synonym.isPresent()) return enumeration(setting, synonym.get());
    var nearest = Suggestion.nearest(text, setting.values());
    return new Bad(
        "is none of "
            + String.join(", ", setting.values())
            + nearest.map(". Did you mean %s?"::formatted).orElse(""));
  }

  private static SettingValue number(Setting setting, String text) {
    var whole = setting.type() == Setting.Type.integer;
    var amount = amount(text, setting.type(), setting.unit());
    if (amount.isEmpty()) {
      return new Bad(
          "is not %s%s. Put one %s"
              .formatted(whole ? "a whole number" : "a number", units(setting), range(setting)));
    }
    var value = whole ? amount.get().setScale(0, RoundingMode.HALF_EVEN) : amount.get();
    var min = new BigDecimal(setting.min().orElseThrow());
    var max = new BigDecimal(setting.max().orElseThrow());
    return value.compareTo(min) < 0 || value.compareTo(max) > 0
        ? new Bad("is out of range. Put one " + range(setting))
        : new Good(whole ? value.toBigInteger().toString() : shown(value));
  }

  /** In the setting's own unit; empty where it is no number, or in a unit of something else. */
  private static Optional<BigDecimal> amount(
      String text, Setting.Type type, Optional<String> counted) {
    var match = NUMBER.matcher(text);
    if (!match.matches()) return Optional.empty();
    var number = decimal(match.group(1), type);
    if (match.group(2).isEmpty()) return number;
    var factors = factors(counted);
    var factor = factors.get(match.group(2));
    var base = counted.map(factors::get);
    if (factor == null || base.isEmpty()) return Optional.empty();
    return number.map(n -> n.multiply(factor).divide(base.get(), 9, RoundingMode.HALF_EVEN));
  }

  private static String range(Setting setting) {
    var min = setting.min().map(BigDecimal::new).orElseThrow();
    var max = setting.max().map(BigDecimal::new).orElseThrow();
    return max.compareTo(ENDLESS) > 0
        ? "of %s or more".formatted(inUnits(min, setting))
        : "from %s to %s".formatted(inUnits(min, setting), inUnits(max, setting));
  }

  /** In the largest unit that leaves no fraction; what is 0 or less has a meaning of its own. */
  private static String inUnits(BigDecimal value, Setting setting) {
    if (setting.unit().isEmpty() || value.signum() <= 0) return value.toPlainString();
    var factors = factors(setting.unit());
    var amount = value.multiply(factors.get(setting.unit().get()));
    return factors.entrySet().stream()
        .filter(unit -> !unit.getKey().equals("8kB"))
        .sorted(Map.Entry.<String, BigDecimal>comparingByValue().reversed())
        .filter(unit -> amount.remainder(unit.getValue()).signum() == 0)
        .findFirst()
        .map(unit -> amount.divide(unit.getValue()).toPlainString() + unit.getKey())
        .orElse(value.toPlainString());
  }

  /**
   * As C's strtol with base 0 reads it, and strtod what that one can't: a leading zero means octal.
   */
  private static Optional<BigDecimal> decimal(String number, Setting.Type type) {
    var negative = number.startsWith("-");
    var digits = negative || number.startsWith("+") ? number.substring(1) : number;
    var octal = type == Setting.Type.integer && digits.matches("0[0-9]+");
    if (octal && !digits.matches("[0-7]+")) return Optional.empty();
    var value =
        digits.matches("0[xX].*")
            ? new BigDecimal(new BigInteger(digits.substring(2), 16))
            : octal ? new BigDecimal(new BigInteger(digits, 8)) : new BigDecimal(digits);
    return Optional.of(negative ? value.negate() : value);
  }

  /** As C's %g prints it. */
  private static String shown(BigDecimal value) {
    if (value.signum() == 0) return "0";
    var rounded = value.round(new MathContext(6, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    var exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < 6) return rounded.toPlainString();
    var mantissa = rounded.scaleByPowerOfTen(-exponent).stripTrailingZeros().toPlainString();
    return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static Map<String, BigDecimal> factors(Optional<String> counted) {
    return counted.map(unit -> BYTES.containsKey(unit) ? BYTES : MICROSECONDS).orElse(Map.of());
  }

  private static String units(Setting setting) {
    return setting
        .unit()
        .map(unit -> BYTES.containsKey(unit) ? "B, kB, MB, GB or TB" : "us, ms, s, min, h or d")
        .map(", with or without one of the units %s"::formatted)
        .orElse("");
  }
}

package dev.pgbaton.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Names and values as PostgreSQL reads them, whatever is in them. */
final class Sql {
  /** Whose values are lists of names: in quotes as a whole, such a list would be one name. */
  private static final Set<String> LISTS =
      Set.of(
          "search_path",
          "temp_tablespaces",
          "session_preload_libraries",
          "local_preload_libraries");

  private Sql() {}

  static String name(String name) {
    if (name.indexOf('\0') >= 0) throw new IllegalArgumentException("no name has a zero byte");
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** With a backslash the escaping form, which no setting of the session reads otherwise. */
  static String value(String value) {
    if (value.indexOf('\0') >= 0) throw new IllegalArgumentException("no value has a zero byte");
    var quoted = "'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    return value.indexOf('\\') >= 0 ? " E" + quoted : quoted;
  }

  /** {@code extension.setting} has two parts. */
  static String setting(String name) {
    return List.of(name.split("\\.")).stream().map(Sql::name).collect(Collectors.joining("."));
  }

  static String settingValue(String name, String value) {
    if (!LISTS.contains(name)) return value(value);
    var elements = elements(value);
    return elements.isEmpty()
        ? "''"
        : elements.stream().map(Sql::value).collect(Collectors.joining(", "));
  }

  static boolean sameSetting(String name, String one, String other) {
    return LISTS.contains(name) ? names(one).equals(names(other)) : one.equals(other);
  }

  /** PostgreSQL keeps an empty list as one empty name. */
  private static List<String> names(String list) {
    return elements(list).stream().filter(name -> !name.isEmpty()).toList();
  }

  /** As SplitIdentifierString reads them: what is not in quotes is in lower case. */
  private static List<String> elements(String list) {
    var elements = new ArrayList<String>();
    var element = new StringBuilder();
    var quoted = false;
    var wasQuoted = false;
    for (int i = 0; i < list.length(); i++) {
      var c = list.charAt(i);
      if (c == '"') {
        if (quoted && i + 1 < list.length() && list.charAt(i + 1) == '"') {
          element.append('"');
          i++;
        } else {
          quoted = !quoted;
          wasQuoted = true;
        }
      } else if (c == ',' && !quoted) {
        add(elements, element, wasQuoted);
        wasQuoted = false;
      } else if (quoted || !Character.isWhitespace(c)) {
        element.append(quoted ? c : Character.toLowerCase(c));
      }
    }
    add(elements, element, wasQuoted);
    return elements;
  }

  private static void add(List<String> elements, StringBuilder element, boolean evenIfEmpty) {
    if (!element.isEmpty() || evenIfEmpty) elements.add(element.toString());
    element.setLength(0);
  }
}

package dev.pgbaton.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Columns as wide as they have to be. */
final class Table {
  private static final int APART = 2;

  private final List<List<String>> rows = new ArrayList<>();
  private final List<UnaryOperator<String>> paints = new ArrayList<>();

  Table(String... heads) {
    row(heads);
  }

  Table row(String... cells) {
    return row(UnaryOperator.identity(), cells);
  }

  /**
   * @param paint what is done to the whole line, which is as wide as before afterwards
   */
  Table row(UnaryOperator<String> paint, String... cells) {
    rows.add(List.of(cells));
    paints.add(paint);
    return this;
  }

  String text(String indent) {
    var widths = new int[rows.getFirst().size()];
    for (var row : rows)
      for (int i = 0; i < widths.length; i++)
        widths[i] = Math.max(widths[i], row.get(i).length() + APART);
    var text = new StringBuilder();
    for (int number = 0; number < rows.size(); number++) {
      var line = new StringBuilder();
      for (int i = 0; i < widths.length; i++)
        line.append(("%-" + widths[i] + "s").formatted(rows.get(number).get(i)));
      text.append(indent).append(paints.get(number).apply(line.toString().stripTrailing()));
      text.append('\n');
    }
    return text.toString();
  }
}

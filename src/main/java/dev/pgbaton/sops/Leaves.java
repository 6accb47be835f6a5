package dev.pgbaton.sops;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The values of a tree in the order of the file, which the MAC is made over. */
final class Leaves {
  private static final int DEEPEST = 64;
  private static final int MOST = 20_000;

  private final String file;
  private final List<Leaf> found = new ArrayList<>();

  private Leaves(String file) {
    this.file = file;
  }

  /** All but what SOPS itself put there. */
  static List<Leaf> of(String file, MappingNode root) throws Refused {
    var leaves = new Leaves(file);
    for (var entry : root.getValue())
      if (!key(entry.getKeyNode()).equals(SopsFile.METADATA))
        leaves.add(entry.getValueNode(), List.of(key(entry.getKeyNode())));
    return leaves.found;
  }

  private void add(Node node, List<String> path) throws Refused {
    // An alias is the same node again: a few lines of them stand for more than any memory holds.
    if (path.size() > DEEPEST || found.size() >= MOST)
      throw new Refused(file + " is nested too deeply, or has too many values. Split it.");
    switch (node) {
      case MappingNode mapping -> {
        for (var entry : mapping.getValue()) {
          var below = new ArrayList<>(path);
          below.add(key(entry.getKeyNode()));
          add(entry.getValueNode(), below);
        }
      }
      case SequenceNode list -> {
        for (var item : list.getValue()) add(item, path);
      }
      case ScalarNode scalar when !scalar.getTag().equals(Tag.NULL) ->
          found.add(leaf(scalar, path));
      default -> {}
    }
  }

  private static Leaf leaf(ScalarNode scalar, List<String> path) {
    var text = scalar.getValue();
    var encrypted =
        scalar.getTag().equals(Tag.STR)
            ? EncryptedValue.of(text)
            : Optional.<EncryptedValue>empty();
    return new Leaf(path, encrypted.isPresent() ? "" : counted(scalar.getTag(), text), encrypted);
  }

  /**
   * As SOPS counts what it left as it was. What it would not have written itself is counted
   * otherwise there, and the MAC does not fit.
   */
  private static String counted(Tag tag, String text) {
    if (tag.equals(Tag.BOOL)) return text.equals("true") ? "True" : "False";
    if (!tag.equals(Tag.FLOAT)) return text;
    try {
      var number = BigDecimal.valueOf(Double.parseDouble(text));
      return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    } catch (NumberFormatException _) {
      return text;
    }
  }

  static String key(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }
}

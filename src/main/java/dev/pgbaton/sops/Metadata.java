package dev.pgbaton.sops;

import dev.pgbaton.sops.DataKeys.Wrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What SOPS put into the file beside its values.
 *
 * @param onlyEncrypted whether the MAC leaves out what was not encrypted
 */
record Metadata(List<Wrapped> keys, String mac, String lastModified, boolean onlyEncrypted) {
  private static final int MOST_KEYS = 100;

  static Metadata of(String file, MappingNode root) throws Refused {
    var node =
        field(root, SopsFile.METADATA)
            .filter(MappingNode.class::isInstance)
            .map(MappingNode.class::cast)
            .orElseThrow(
                () ->
                    new Refused(
                        file
                            + " was not encrypted by SOPS: it has no field sops. Never commit it in clear; sops encrypt -i makes it what it has to be."));
    var groups = field(node, "key_groups").map(Metadata::mappings).orElse(List.of());
    if (groups.size() > 1)
      throw new Refused(
          file
              + " needs keys of several groups (shamir_threshold), which pgbaton can't put together. Encrypt it with one group.");
    var keys = new ArrayList<Wrapped>();
    addKeys(node, keys);
    if (!groups.isEmpty()) addKeys(groups.getFirst(), keys);
    if (keys.isEmpty())
      throw new Refused(
          file + " is encrypted for no age key, which is the only kind that pgbaton has. Add one.");
    if (keys.size() > MOST_KEYS)
      throw new Refused("%s is encrypted for more than %d age keys.".formatted(file, MOST_KEYS));
    var mac = text(node, "mac");
    var lastModified = text(node, "lastmodified");
    if (mac.isEmpty() || lastModified.isEmpty())
      throw new Refused(
          file + " has no MAC, or no time of its last change. Encrypt it anew by SOPS.");
    return new Metadata(
        List.copyOf(keys), mac, lastModified, text(node, "mac_only_encrypted").equals("true"));
  }

  private static void addKeys(MappingNode node, List<Wrapped> keys) {
    for (var key : field(node, "age").map(Metadata::mappings).orElse(List.of()))
      keys.add(new Wrapped(text(key, "recipient"), text(key, "enc")));
  }

  private static List<MappingNode> mappings(Node node) {
    return node instanceof SequenceNode list
        ? list.getValue().stream()
            .filter(MappingNode.class::isInstance)
            .map(MappingNode.class::cast)
            .toList()
        : List.of();
  }

  private static String text(MappingNode node, String name) {
    return field(node, name)
        .filter(ScalarNode.class::isInstance)
        .map(scalar -> ((ScalarNode) scalar).getValue())
        .orElse("");
  }

  private static Optional<Node> field(MappingNode node, String name) {
    return node.getValue().stream()
        .filter(entry -> Leaves.key(entry.getKeyNode()).equals(name))
        .findFirst()
        .map(NodeTuple::getValueNode);
  }
}

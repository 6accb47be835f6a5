package dev.pgbaton.spec;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pgbaton.cluster.ClientRule;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Addresses as {@code 10.0.0.0/8}. No host name: PostgreSQL would ask for it at each connection.
 *
 * @param all whether the word is possible, too
 */
record AddressType(boolean all) implements FieldType<String> {
  private static final TextType<String> TEXT =
      new TextType<>(
          Pattern.compile("all|[0-9a-fA-F:.]+(/[0-9]{1,3})?"),
          64,
          false,
          "addresses such as 10.0.0.0/8 or 2001:db8::/32",
          "10.0.0.0/8",
          text -> text);

  @Override
  public String read(Node node, String path, Reading reading) {
    var text = TEXT.read(node, path, reading);
    if (!reading.sound(path)) return example();
    if (text.equals(ClientRule.ALL)) {
      if (all) return text;
      reading.problem(path, node, "all is not %s. Put 0.0.0.0/0.".formatted(expected()));
      return example();
    }
    var slash = text.indexOf('/');
    var literal = slash < 0 ? text : text.substring(0, slash);
    try {
      // As every program counts them: 10.1 is none.
      if (!literal.contains(":") && !literal.matches("[0-9]+(\\.[0-9]+){3}"))
        throw new IllegalArgumentException("not four numbers");
      var address = InetAddress.ofLiteral(literal);
      var bits = address.getAddress().length * 8;
      var prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
      if (prefix > bits) {
        reading.problem(
            path,
            node,
            "%s has more than the %d bits of such an address. Put at most /%d."
                .formatted(text, bits, bits));
        return example();
      }
      var network = network(address, prefix, bits);
      if (network.equals(address)) return address.getHostAddress() + "/" + prefix;
      reading.problem(
          path,
          node,
          "%s has bits behind the first %d, which nobody looks at. Put %s/%d."
              .formatted(text, prefix, network.getHostAddress(), prefix));
    } catch (IllegalArgumentException | java.net.UnknownHostException e) {
      reading.problem(path, node, "%s is not %s.".formatted(FieldType.shown(text), expected()));
    }
    return example();
  }

  private static InetAddress network(InetAddress address, int prefix, int bits)
      throws java.net.UnknownHostException {
    var mask =
        BigInteger.ONE
            .shiftLeft(prefix)
            .subtract(BigInteger.ONE)
            .shiftLeft(bits - prefix)
            .and(new BigInteger(1, address.getAddress()));
    var bytes = new byte[bits / 8];
    var value = mask.toByteArray();
    // A number may have a byte more for its sign, or fewer.
    for (int i = 0; i < bytes.length && i < value.length; i++)
      bytes[bytes.length - 1 - i] = value[value.length - 1 - i];
    return InetAddress.getByAddress(bytes);
  }

  @Override
  public String example() {
    return TEXT.example();
  }

  @Override
  public String expected() {
    return all ? TEXT.expected() + ", or all" : TEXT.expected();
  }

  @Override
  public ObjectNode schema() {
    return TEXT.schema();
  }
}

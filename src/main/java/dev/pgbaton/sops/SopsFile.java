package dev.pgbaton.sops;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/**
 * A file that SOPS encrypted for age keys: YAML, or JSON, which is YAML as well. Which values are
 * encrypted is told by their form; that none was put in, taken out or changed, by the MAC.
 */
public final class SopsFile {
  /** Nobody has so many passwords in one file. */
  public static final int LARGEST = 1 << 18;

  static final String METADATA = "sops";

  private static final int KEY_BYTES = 32;

  /** So that a MAC over some of the values never fits as one over all: SHA-256 of "sops". */
  private static final byte[] ONLY_ENCRYPTED =
      HexFormat.of().parseHex("8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69");

  private final String name;
  private final List<Leaf> leaves;
  private final Metadata metadata;

  private SopsFile(String name, List<Leaf> leaves, Metadata metadata) {
    this.name = name;
    this.leaves = leaves;
    this.metadata = metadata;
  }

  public static SopsFile read(String name, byte[] content) throws Refused {
    if (content.length > LARGEST)
      throw new Refused(
          "%s has %,d bytes; one with passwords has at most %,d."
              .formatted(name, content.length, LARGEST));
    var root = root(name, content);
    return new SopsFile(name, Leaves.of(name, root), Metadata.of(name, root));
  }

  private static MappingNode root(String name, byte[] content) throws Refused {
    var settings =
        LoadSettings.builder().setSchema(new JsonSchema()).setCodePointLimit(LARGEST).build();
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      // SOPS indents JSON by tabs, which YAML has no room for; in a string they are written \\t.
      if (name.endsWith(".json")) text = text.replace('\t', ' ');
      Optional<Node> only = Optional.empty();
      for (var document : new Compose(settings).composeAllFromString(text)) {
        if (only.isPresent())
          throw new Refused(name + " has more than one document. Put one file for each.");
        only = Optional.of(document);
      }
      return only.filter(MappingNode.class::isInstance)
          .map(MappingNode.class::cast)
          .orElseThrow(() -> new Refused(name + " is no mapping of keys to values."));
    } catch (MarkedYamlEngineException e) {
      // Its own message shows the lines, and they may be clear text.
      var line = e.getProblemMark().map(mark -> " (line %d)".formatted(mark.getLine() + 1));
      throw new Refused(
          "%s is neither YAML nor JSON%s. Mend the file.".formatted(name, line.orElse("")));
    } catch (YamlEngineException | CharacterCodingException | StackOverflowError _) {
      throw new Refused(name + " is neither YAML nor JSON in UTF-8. Mend the file.");
    }
  }

  /** All that can be told of it without its key. */
  public void mustEncrypt(String key) throws Refused {
    leaf(key);
  }

  private Leaf leaf(String key) throws Refused {
    var found = leaves.stream().filter(leaf -> leaf.key().equals(key)).toList();
    if (found.isEmpty())
      throw new Refused("%s has no %s. Its keys are: %s.".formatted(name, key, shown(leaves)));
    if (found.size() > 1) throw new Refused("%s has %s more than once.".formatted(name, key));
    if (found.getFirst().encrypted().filter(value -> !value.isComment()).isEmpty())
      throw new Refused(
          "%s has %s in clear, for everyone who reads the repository. Take that password out of use, and encrypt another one."
              .formatted(name, key));
    return found.getFirst();
  }

  private static String shown(List<Leaf> leaves) {
    var most = 8;
    var keys = leaves.stream().map(Leaf::key).distinct().toList();
    return keys.isEmpty()
        ? "none"
        : String.join(", ", keys.subList(0, Math.min(most, keys.size())))
            + (keys.size() > most ? ", …" : "");
  }

  /** The value, once the MAC has shown that all of the file is as SOPS wrote it. */
  public Cleartext decrypt(String key, DataKeys keys) throws Refused {
    var leaf = leaf(key);
    var dataKey = keys.unwrap(name, metadata.keys());
    try {
      if (dataKey.length != KEY_BYTES)
        throw new Refused(name + " has a data key of the wrong length. Encrypt it anew by SOPS.");
      verify(dataKey);
      return cleartext(key, decrypted(leaf, dataKey));
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  private Cleartext cleartext(String key, byte[] value) throws Refused {
    try {
      return new Cleartext(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString());
    } catch (CharacterCodingException _) {
      throw new Refused("%s in %s is no text.".formatted(key, name));
    } finally {
      Arrays.fill(value, (byte) 0);
    }
  }

  private void verify(byte[] dataKey) throws Refused {
    try {
      var hash = MessageDigest.getInstance("SHA-512");
      if (metadata.onlyEncrypted()) hash.update(ONLY_ENCRYPTED);
      for (var leaf : leaves) {
        if (leaf.encrypted().isEmpty() && !metadata.onlyEncrypted())
          hash.update(leaf.text().getBytes(StandardCharsets.UTF_8));
        if (leaf.encrypted().isEmpty()) continue;
        var value = decrypted(leaf, dataKey);
        if (!leaf.encrypted().get().isComment()) hash.update(value);
        Arrays.fill(value, (byte) 0);
      }
      var mac = EncryptedValue.of(metadata.mac());
      if (mac.isPresent()
          && MessageDigest.isEqual(
              mac.get().decrypt(dataKey, metadata.lastModified()),
              HexFormat.of()
                  .withUpperCase()
                  .formatHex(hash.digest())
                  .getBytes(StandardCharsets.US_ASCII))) return;
    } catch (GeneralSecurityException _) {
      // Of the MAC itself: then it is not the file's.
    }
    throw new Refused(
        name
            + " is not as SOPS left it: its MAC does not fit. Something was changed, put in or taken out by hand; put it back, or change it by sops.");
  }

  private byte[] decrypted(Leaf leaf, byte[] dataKey) throws Refused {
    try {
      return leaf.encrypted().orElseThrow().decrypt(dataKey, leaf.where());
    } catch (GeneralSecurityException _) {
      throw new Refused(
          "%s in %s was changed, or comes from another place or file: it can't be decrypted there. Put it back, or change it by sops."
              .formatted(leaf.key(), name));
    }
  }
}

package dev.pgbaton.age;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.framework.armor.ArmoredDecryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import dev.pgbaton.sops.DataKeys;
import dev.pgbaton.sops.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * age's private keys in a mounted file, as age-keygen writes it: one a line, with comments. Read
 * each time, since a Secret's volume changes under us; nothing of it is kept.
 */
public final class AgeKeyFile implements DataKeys {
  private static final int LARGEST = 1 << 16;
  private static final int LONGEST_DATA_KEY = 64;
  private static final String BEGINNING = "AGE-SECRET-KEY-1";

  private final Path path;

  public AgeKeyFile(Path path) {
    this.path = path;
  }

  @Override
  public byte[] unwrap(String file, List<Wrapped> keys) throws Refused {
    var identities = identities();
    for (var identity : identities)
      for (var key : keys) {
        var opened = open(key, identity);
        if (opened.isPresent()) return opened.get();
      }
    throw new Refused(
        "%s can't be decrypted: none of the %d keys in %s is one of those that it is encrypted for (%s). Mount the private key of one of these, or run sops updatekeys."
            .formatted(
                file,
                identities.size(),
                path,
                keys.stream().map(Wrapped::recipient).collect(Collectors.joining(", "))));
  }

  private static Optional<byte[]> open(Wrapped key, RecipientStanzaReader identity) {
    var text = new ByteArrayInputStream(key.text().getBytes(StandardCharsets.UTF_8));
    var opened = ByteBuffer.allocate(LONGEST_DATA_KEY);
    try (var channel =
        new ArmoredDecryptingChannelFactory()
            .newDecryptingChannel(Channels.newChannel(text), List.of(identity))) {
      while (opened.hasRemaining() && channel.read(opened) >= 0) {}
      return Optional.of(Arrays.copyOf(opened.array(), opened.position()));
    } catch (GeneralSecurityException | IOException | RuntimeException _) {
      // Another one's, or no such thing at all.
      return Optional.empty();
    } finally {
      Arrays.fill(opened.array(), (byte) 0);
    }
  }

  private List<RecipientStanzaReader> identities() throws Refused {
    var text = text();
    try {
      var identities = new ArrayList<RecipientStanzaReader>();
      int line = 0;
      for (int start = 0; start < text.length; ) {
        int end = start;
        while (end < text.length && text[end] != '\n') end++;
        line++;
        var word = CharBuffer.wrap(text, start, end - start);
        if (isKey(word)) identities.add(identity(word, line));
        start = end + 1;
      }
      if (identities.isEmpty())
        throw new Refused("%s has no private age key (%s…).".formatted(path, BEGINNING));
      return identities;
    } finally {
      Arrays.fill(text, '\0');
    }
  }

  /** Comments, blank lines, and keys of other kinds (of plugins) are passed over. */
  private static boolean isKey(CharBuffer line) {
    return line.length() >= BEGINNING.length()
        && CharBuffer.wrap(BEGINNING)
            .equals(line.duplicate().limit(line.position() + BEGINNING.length()));
  }

  private RecipientStanzaReader identity(CharBuffer line, int number) throws Refused {
    while (line.hasRemaining() && line.get(line.limit() - 1) <= ' ') line.limit(line.limit() - 1);
    try {
      return X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(line);
    } catch (GeneralSecurityException | RuntimeException _) {
      throw new Refused("%s:%d is no private age key.".formatted(path, number));
    }
  }

  private char[] text() throws Refused {
    byte[] bytes;
    try {
      if (Files.size(path) > LARGEST)
        throw new Refused(path + " is too large to be a file of age keys.");
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException _) {
      throw new Refused(
          "%s (PGBATON_SOPS_AGE_KEY_FILE) is not there: without a private age key nothing can be decrypted."
              .formatted(path));
    } catch (IOException e) {
      throw new Refused(
          "%s (PGBATON_SOPS_AGE_KEY_FILE) can't be read: %s."
              .formatted(path, e.getClass().getSimpleName()));
    }
    var chars = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
    var text = new char[chars.remaining()];
    chars.get(text);
    Arrays.fill(chars.array(), '\0');
    Arrays.fill(bytes, (byte) 0);
    return text;
  }
}

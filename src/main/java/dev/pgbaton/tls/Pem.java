package dev.pgbaton.tls;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Base64 between two lines. */
record Pem(String kind, byte[] content) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** The first whose kind ends so; what stands around it counts for nothing. */
  static Optional<Pem> first(String text, String ending) {
    return all(text, ending).stream().findFirst();
  }

  static List<Pem> all(String text, String ending) {
    return BLOCK
        .matcher(text)
        .results()
        .filter(found -> found.group(1).endsWith(ending))
        .map(
            found ->
                new Pem(
                    found.group(1),
                    Base64.getMimeDecoder()
                        .decode(found.group(2).getBytes(StandardCharsets.US_ASCII))))
        .toList();
  }

  String text() {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(
            kind,
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(content),
            kind);
  }
}

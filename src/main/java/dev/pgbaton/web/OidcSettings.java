package dev.pgbaton.web;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An issuer at which visitors sign in (OpenID Connect).
 *
 * @param issuer its URL, letter for letter as it stands in its tokens
 * @param clientSecretFile empty for a client that has none
 * @param claims who somebody is
 * @param scopes asked for beside {@code openid}
 * @param caFile PEM; replaces the system's authorities for the issuer
 */
public record OidcSettings(
    String issuer,
    String clientId,
    Optional<Path> clientSecretFile,
    OidcClaims claims,
    List<String> scopes,
    Optional<Path> caFile) {

  /** Everything that is wrong with these settings, in words that name the variable. */
  public List<String> problems() {
    var problems = new ArrayList<String>();
    if (!isIssuer(issuer))
      problems.add(
          "PGBATON_OIDC_ISSUER_URL: expected an https:// URL without a user, a query or a fragment, such as https://git.example.com");
    if (clientId.isEmpty())
      problems.add("PGBATON_OIDC_CLIENT_ID is not set: the issuer knows pgbaton by it");
    clientSecretFile.ifPresent(
        file -> {
          try {
            if (secret(file).isEmpty())
              problems.add("PGBATON_OIDC_CLIENT_SECRET_FILE: %s is empty".formatted(file));
          } catch (IOException e) {
            problems.add(
                "PGBATON_OIDC_CLIENT_SECRET_FILE: %s does not exist or can't be read"
                    .formatted(file));
          }
        });
    return List.copyOf(problems);
  }

  /** The API server takes no other, either: who answers there says who everybody is. */
  private static boolean isIssuer(String url) {
    try {
      var uri = URI.create(url);
      return "https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static String secret(Path file) throws IOException {
    return Files.readString(file).strip();
  }

  /** For a person; empty where there is no issuer. */
  static String host(Optional<OidcSettings> issuer) {
    return issuer.map(settings -> URI.create(settings.issuer()).getHost()).orElse("");
  }
}

package dev.pgbaton.forge;

import dev.pgbaton.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where commit statuses go.
 *
 * @param gitUrl the repository's URL for Git; what is not said below is derived from it
 * @param api such as {@code https://git.example.com/api/v1}
 * @param repository {@code owner/name}
 * @param tokenFile read for every status, so that a rotated token needs no restart
 * @param caFile PEM; replaces the system's authorities for the forge
 * @param proxy {@code http://host:port}
 * @param timeout for a whole request and its answer
 */
public record ForgeSettings(
    ForgeKind kind,
    String gitUrl,
    Optional<URI> api,
    Optional<String> repository,
    Optional<Path> tokenFile,
    Optional<Path> caFile,
    Optional<URI> proxy,
    Duration timeout) {
  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(2);

  /** No forge: nothing else is looked at. */
  public static ForgeSettings none() {
    return new ForgeSettings(
        ForgeKind.NONE,
        "",
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Duration.ofSeconds(1));
  }

  /** Everything that is wrong with these settings, in words that name the variable. */
  public List<String> problems() {
    return switch (kind) {
      case NONE -> List.of();
      case GITEA, GITHUB -> problemsOfAForge();
    };
  }

  private List<String> problemsOfAForge() {
    var problems = new ArrayList<String>();
    checkToken(problems);
    checkAddress(problems);
    caFile.ifPresent(file -> checkCertificates(file, problems));
    proxy.ifPresent(uri -> checkProxy(uri, problems));
    if (!timeout.isPositive() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      problems.add(
          "PGBATON_FORGE_TIMEOUT: expected more than 0 and at most 2 minutes, such as 10s");
    }
    return List.copyOf(problems);
  }

  private void checkToken(List<String> problems) {
    if (tokenFile.isEmpty()) {
      problems.add(
          "PGBATON_FORGE_TOKEN_FILE is not set: name a file with a token that may write commit"
              + " statuses, or set PGBATON_FORGE_KIND to none");
    } else if (!Files.isReadable(tokenFile.get()) || !Files.isRegularFile(tokenFile.get())) {
      problems.add(
          "PGBATON_FORGE_TOKEN_FILE: " + tokenFile.get() + " does not exist or can't be read");
    }
  }

  private void checkAddress(List<String> problems) {
    if (api.isPresent() && !isHttp(api.get())) {
      problems.add(
          "PGBATON_FORGE_API: expected an https:// or http:// URL without a user, such as"
              + " https://git.example.com/api/v1");
    } else if (repository.isPresent() && !ForgeAddress.isRepository(repository.get())) {
      problems.add("PGBATON_FORGE_REPOSITORY: expected owner/name, found " + repository.get());
    } else if (address().isEmpty()) {
      problems.add(
          "PGBATON_FORGE_API and PGBATON_FORGE_REPOSITORY are not both set, and can't be derived"
              + " from PGBATON_GIT_URL");
    }
  }

  private static boolean isHttp(URI uri) {
    return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
        && uri.getHost() != null
        && uri.getRawUserInfo() == null
        && uri.getRawQuery() == null;
  }

  private static void checkCertificates(Path file, List<String> problems) {
    try {
      TrustedAuthorities.read(file);
    } catch (IOException e) {
      problems.add("PGBATON_FORGE_CA_FILE: " + file + " can't be read as PEM certificates");
    }
  }

  private static void checkProxy(URI proxy, List<String> problems) {
    if (proxy.getRawUserInfo() != null) {
      problems.add(
          "PGBATON_FORGE_PROXY: a user in the proxy's URL is refused, it would end up in logs");
    } else if (!"http".equals(proxy.getScheme())
        || proxy.getHost() == null
        || proxy.getPort() < 1) {
      problems.add("PGBATON_FORGE_PROXY: expected http://host:port");
    }
  }

  /** What is set, and for the rest what the Git URL says. */
  Optional<ForgeAddress> address() {
    var derived = ForgeAddress.derive(kind, gitUrl);
    return api.or(() -> derived.map(ForgeAddress::api))
        .flatMap(
            base ->
                repository
                    .or(() -> derived.map(ForgeAddress::repository))
                    .map(name -> new ForgeAddress(base, name)));
  }
}

package dev.pgbaton.forge;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.jgit.transport.URIish;

/** A repository at a forge's API. */
record ForgeAddress(URI api, String repository) {
  private static final Pattern REPOSITORY = Pattern.compile("[\\w.-]+/[\\w.-]+");
  private static final Pattern PATH = Pattern.compile("(?<prefix>.*?)(?<repository>[^/]+/[^/]+)");

  static boolean isRepository(String name) {
    return REPOSITORY.matcher(name).matches();
  }

  /**
   * From {@code https://host/prefix/owner/name.git}, {@code git@host:owner/name.git} and the like.
   */
  static Optional<ForgeAddress> derive(ForgeKind kind, String gitUrl) {
    try {
      var git = new URIish(gitUrl.strip());
      var path =
          PATH.matcher(
              git.getPath()
                  .replaceFirst("/+$", "")
                  .replaceFirst("\\.git$", "")
                  .replaceFirst("^/+", ""));
      if (git.getHost() == null || !path.matches() || !isRepository(path.group("repository"))) {
        return Optional.empty();
      }
      return Optional.of(
          new ForgeAddress(
              URI.create(api(kind, git, path.group("prefix"))), path.group("repository")));
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String api(ForgeKind kind, URIish git, String prefix) {
    return switch (kind) {
      case GITHUB -> gitHubApi(git);
      case GITEA, NONE -> origin(git) + "/" + prefix + "api/v1";
    };
  }

  private static String gitHubApi(URIish git) {
    var host = git.getHost();
    if (host.equals("github.com") || host.equals("ssh.github.com")) {
      return "https://api.github.com";
    }
    // GitHub's cloud with data residency; anything else is a GitHub Enterprise Server.
    return host.endsWith(".ghe.com") ? "https://api." + host : origin(git) + "/api/v3";
  }

  /** The port of an SSH URL says nothing about the one of the API. */
  private static String origin(URIish git) {
    var isHttp = "http".equals(git.getScheme()) || "https".equals(git.getScheme());
    var port = isHttp && git.getPort() > 0 ? ":" + git.getPort() : "";
    return (isHttp ? git.getScheme() : "https") + "://" + git.getHost() + port;
  }

  URI statuses(String commit) {
    var base = api.toString().replaceFirst("/+$", "");
    return URI.create(base + "/repos/" + repository + "/statuses/" + commit);
  }
}

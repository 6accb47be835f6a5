package dev.pgbaton.git;

import dev.pgbaton.tls.TrustedAuthorities;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.URIish;

/**
 * Where the specs are, and how to get at them.
 *
 * @param url https, http, ssh ({@code git@host:path} too) or file; never with a password in it
 * @param path the directory below which YAML files are read; empty for the whole repository
 * @param username sent with the token; most forges ignore it
 * @param tokenFile read for every fetch, so that a rotated token needs no restart
 * @param caFile PEM; replaces the system's authorities for this repository
 * @param proxy {@code http://host:port}, for https, http and ssh
 * @param timeout for each answer of the server; a whole look may take ten times as long
 * @param cacheDir holds nothing that can't be fetched again
 */
public record GitSettings(
    String url,
    String branch,
    String path,
    String username,
    Optional<Path> tokenFile,
    Optional<Path> sshKeyFile,
    Optional<Path> knownHostsFile,
    Optional<Path> caFile,
    Optional<URI> proxy,
    Duration timeout,
    Path cacheDir) {
  /** Works with GitHub's tokens of every kind; Gitea, Forgejo and GitLab take any name. */
  public static final String DEFAULT_USERNAME = "x-access-token";

  private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(10);

  public GitSettings {
    url = url.strip();
    path = path.strip().replaceFirst("^(\\./)+", "").replaceFirst("/+$", "");
    path = path.equals(".") ? "" : path;
  }

  /** The same, for another repository and directory, whose clone lies elsewhere. */
  public GitSettings at(String otherUrl, String otherPath, Path otherCache) {
    return new GitSettings(
        otherUrl,
        branch,
        otherPath,
        username,
        tokenFile,
        sshKeyFile,
        knownHostsFile,
        caFile,
        proxy,
        timeout,
        otherCache);
  }

  /**
   * Everything that is wrong with these settings, in words that name the variable; empty when they
   * can be used.
   */
  public List<String> problems() {
    var problems = new ArrayList<String>();
    checkUrl(problems);
    checkBranch(problems);
    checkPath(problems);
    tokenFile.ifPresent(file -> checkReadable("PGBATON_GIT_TOKEN_FILE", file, problems));
    sshKeyFile.ifPresent(file -> checkReadable("PGBATON_GIT_SSH_KEY_FILE", file, problems));
    knownHostsFile.ifPresent(file -> checkReadable("PGBATON_GIT_KNOWN_HOSTS_FILE", file, problems));
    caFile.ifPresent(file -> checkCertificates(file, problems));
    proxy.ifPresent(uri -> checkProxy(uri, problems));
    if (!timeout.isPositive() || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
      problems.add("PGBATON_GIT_TIMEOUT: expected more than 0 and at most 10 minutes, such as 30s");
    }
    return List.copyOf(problems);
  }

  private void checkUrl(List<String> problems) {
    if (url.isEmpty()) {
      problems.add(
          "PGBATON_GIT_URL is not set: put the repository's URL, such as"
              + " https://git.example.com/team/clusters.git");
      return;
    }
    switch (remote().map(RemoteKind::of).orElse(RemoteKind.UNSUPPORTED)) {
      case HTTP -> checkHttpUrl(problems);
      case SSH -> checkSshUrl(problems);
      case FILE -> {}
      case UNSUPPORTED ->
          problems.add(
              "PGBATON_GIT_URL: expected a URL that starts with https://, http://, ssh:// or file://, or"
                  + " user@host:path");
    }
  }

  private void checkHttpUrl(List<String> problems) {
    // The URL is part of log lines and of error messages, its userinfo or query would be, too:
    // neither is echoed here.
    if (url.contains("@")) {
      problems.add(
          "PGBATON_GIT_URL: a user or token in the URL is refused, it would end up in logs; put the token"
              + " into a file and name it in PGBATON_GIT_TOKEN_FILE");
    }
    if (url.contains("?") || url.contains("#")) {
      problems.add("PGBATON_GIT_URL: a query or fragment in the URL is refused");
    }
  }

  private void checkSshUrl(List<String> problems) {
    if (remote().map(URIish::getPass).isPresent()) {
      problems.add(
          "PGBATON_GIT_URL: a password in the URL is refused; use a key, PGBATON_GIT_SSH_KEY_FILE");
    }
    if (sshKeyFile.isEmpty()) {
      problems.add(
          "PGBATON_GIT_SSH_KEY_FILE is not set: an SSH URL needs a private key without a passphrase");
    }
    if (knownHostsFile.isEmpty()) {
      problems.add(
          "PGBATON_GIT_KNOWN_HOSTS_FILE is not set: host keys are checked strictly; make the file with"
              + " ssh-keyscan HOST and compare it with what the forge publishes");
    }
  }

  private void checkBranch(List<String> problems) {
    if (branch.startsWith(Constants.R_REFS)) {
      problems.add(
          "PGBATON_GIT_BRANCH: expected a branch's name without refs/heads/, found " + branch);
    } else if (!Repository.isValidRefName(ref())) {
      problems.add("PGBATON_GIT_BRANCH: '" + branch + "' is no name that a branch can have");
    }
  }

  private void checkPath(List<String> problems) {
    if (path.startsWith("/")
        || path.contains("//")
        || Stream.of(path.split("/")).anyMatch(it -> it.equals("..") || it.equals("."))) {
      problems.add(
          "PGBATON_GIT_PATH: expected a directory of the repository such as clusters/production, found "
              + path);
    }
  }

  private static void checkReadable(String variable, Path file, List<String> problems) {
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      problems.add(variable + ": " + file + " does not exist or can't be read");
    }
  }

  private static void checkCertificates(Path file, List<String> problems) {
    try {
      TrustedAuthorities.read(file);
    } catch (IOException e) {
      problems.add("PGBATON_GIT_CA_FILE: " + file + " can't be read as PEM certificates");
    }
  }

  private static void checkProxy(URI proxy, List<String> problems) {
    if (proxy.getRawUserInfo() != null) {
      problems.add(
          "PGBATON_GIT_PROXY: a user in the proxy's URL is refused, it would end up in logs");
    } else if (!"http".equals(proxy.getScheme())
        || proxy.getHost() == null
        || proxy.getPort() < 1) {
      problems.add("PGBATON_GIT_PROXY: expected http://host:port");
    }
  }

  /**
   * The URL as JGit understands it; an SSH URL without a user means {@code git}, as forges have it.
   */
  Optional<URIish> remote() {
    try {
      var uri = new URIish(url);
      return Optional.of(
          RemoteKind.of(uri) == RemoteKind.SSH && uri.getUser() == null ? uri.setUser("git") : uri);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  String ref() {
    return Constants.R_HEADS + branch;
  }
}

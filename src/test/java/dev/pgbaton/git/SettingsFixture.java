package dev.pgbaton.git;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Settings with one thing changed at a time. */
record SettingsFixture(GitSettings settings) {
  static SettingsFixture of(String url, Path cache) {
    return new SettingsFixture(
        new GitSettings(
            url,
            "main",
            "",
            GitSettings.DEFAULT_USERNAME,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(10),
            cache));
  }

  SettingsFixture path(String path) {
    var s = settings;
    return new SettingsFixture(
        new GitSettings(
            s.url(),
            s.branch(),
            path,
            s.username(),
            s.tokenFile(),
            s.sshKeyFile(),
            s.knownHostsFile(),
            s.caFile(),
            s.proxy(),
            s.timeout(),
            s.cacheDir()));
  }

  SettingsFixture branch(String branch) {
    var s = settings;
    return new SettingsFixture(
        new GitSettings(
            s.url(),
            branch,
            s.path(),
            s.username(),
            s.tokenFile(),
            s.sshKeyFile(),
            s.knownHostsFile(),
            s.caFile(),
            s.proxy(),
            s.timeout(),
            s.cacheDir()));
  }

  SettingsFixture token(Path file) {
    var s = settings;
    return new SettingsFixture(
        new GitSettings(
            s.url(),
            s.branch(),
            s.path(),
            s.username(),
            Optional.of(file),
            s.sshKeyFile(),
            s.knownHostsFile(),
            s.caFile(),
            s.proxy(),
            s.timeout(),
            s.cacheDir()));
  }

  SettingsFixture ssh(Path key, Path knownHosts) {
    var s = settings;
    return new SettingsFixture(
        new GitSettings(
            s.url(),
            s.branch(),
            s.path(),
            s.username(),
            s.tokenFile(),
            Optional.of(key),
            Optional.of(knownHosts),
            s.caFile(),
            s.proxy(),
            s.timeout(),
            s.cacheDir()));
  }

  SettingsFixture ca(Path file) {
    var s = settings;
    return new SettingsFixture(
        new GitSettings(
            s.url(),
            s.branch(),
            s.path(),
            s.username(),
            s.tokenFile(),
            s.sshKeyFile(),
            s.knownHostsFile(),
            Optional.of(file),
            s.proxy(),
            s.timeout(),
            s.cacheDir()));
  }

  SettingsFixture proxy(String uri) {
    var s = settings;
    return new SettingsFixture(
        new GitSettings(
            s.url(),
            s.branch(),
            s.path(),
            s.username(),
            s.tokenFile(),
            s.sshKeyFile(),
            s.knownHostsFile(),
            s.caFile(),
            Optional.of(URI.create(uri)),
            s.timeout(),
            s.cacheDir()));
  }

  SettingsFixture timeout(Duration timeout) {
    var s = settings;
    return new SettingsFixture(
        new GitSettings(
            s.url(),
            s.branch(),
            s.path(),
            s.username(),
            s.tokenFile(),
            s.sshKeyFile(),
            s.knownHostsFile(),
            s.caFile(),
            s.proxy(),
            timeout,
            s.cacheDir()));
  }

  JGitSpecSource source() {
    return new JGitSpecSource(settings);
  }
}

package dev.pgbaton.git;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/**
 * Git without {@code /etc/gitconfig} and {@code ~/.gitconfig}: what pgbaton trusts is in its own
 * settings alone ({@code http.sslVerify=false} in a base image must not weaken it), no git program
 * is looked for, and nothing is written to a read-only home.
 */
final class NoUserConfiguration extends SystemReader.Delegate {
  private NoUserConfiguration(SystemReader system) {
    super(system);
  }

  static synchronized void install() {
    var current = SystemReader.getInstance();
    if (!(current instanceof NoUserConfiguration)) {
      SystemReader.setInstance(new NoUserConfiguration(current));
    }
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return new Empty(parent, fs);
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return new Empty(parent, fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return new Empty(parent, fs);
  }

  private static final class Empty extends FileBasedConfig {
    Empty(Config parent, FS fs) {
      super(parent, null, fs);
    }

    @Override
    public void load() {}

    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}

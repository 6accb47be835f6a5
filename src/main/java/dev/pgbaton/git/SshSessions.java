package dev.pgbaton.git;

import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.ProxyHTTP;
import com.jcraft.jsch.Session;
import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jgit.transport.ssh.jsch.JschConfigSessionFactory;
import org.eclipse.jgit.transport.ssh.jsch.OpenSshConfig;
import org.eclipse.jgit.util.FS;

/**
 * SSH with one key and one known hosts file; whatever lies in {@code ~/.ssh} counts for nothing.
 */
final class SshSessions extends JschConfigSessionFactory {
  private static final File NOWHERE = new File("/nonexistent");

  private final Path key;
  private final Path knownHosts;
  private final Optional<URI> proxy;

  SshSessions(Path key, Path knownHosts, Optional<URI> proxy) {
    this.key = key;
    this.knownHosts = knownHosts;
    this.proxy = proxy;
    setConfig(new OpenSshConfig(NOWHERE, new File(NOWHERE, "config")));
  }

  @Override
  protected JSch createDefaultJSch(FS fs) throws JSchException {
    var jsch = new JSch();
    jsch.setKnownHosts(knownHosts.toString());
    jsch.addIdentity(key.toString());
    return jsch;
  }

  @Override
  protected void configure(OpenSshConfig.Host host, Session session) {
    session.setConfig("StrictHostKeyChecking", "yes");
    session.setConfig("PreferredAuthentications", "publickey");
    proxy.ifPresent(uri -> session.setProxy(new ProxyHTTP(uri.getHost(), uri.getPort())));
  }
}

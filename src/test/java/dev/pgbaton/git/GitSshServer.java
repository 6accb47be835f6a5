package dev.pgbaton.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.UploadPack;

/** {@code git-upload-pack} behind a real SSH server, for one repository and one client key. */
final class GitSshServer implements AutoCloseable {
  private final SshServer server = SshServer.setUpDefaultServer();
  private final KeyPair hostKey = newKey();
  private final KeyPair clientKey = newKey();

  private GitSshServer(Repository repository) throws IOException, GeneralSecurityException {
    server.setHost("127.0.0.1");
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setPublickeyAuthenticator(
        (user, key, session) ->
            user.equals("git") && KeyUtils.compareKeys(key, clientKey.getPublic()));
    server.setCommandFactory((session, command) -> new UploadCommand(repository, command));
    server.start();
  }

  /** Takes the command, and says nothing more. */
  GitSshServer stalls() {
    server.setCommandFactory((session, command) -> new SilentCommand());
    return this;
  }

  static GitSshServer of(Repository repository) throws IOException, GeneralSecurityException {
    return new GitSshServer(repository);
  }

  static KeyPair newKey() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(256);
    return generator.generateKeyPair();
  }

  String url() {
    return "ssh://127.0.0.1:" + server.getPort() + "/team/clusters.git";
  }

  Path clientKey(Path directory) throws IOException, GeneralSecurityException {
    return privateKey(directory, clientKey);
  }

  Path knownHosts(Path directory) throws IOException {
    return knownHosts(directory, hostKey);
  }

  Path knownHosts(Path directory, KeyPair key) throws IOException {
    return Files.writeString(
        Files.createTempFile(directory, "known_hosts", ""),
        "[127.0.0.1]:%d %s%n"
            .formatted(server.getPort(), PublicKeyEntry.toString(key.getPublic())));
  }

  /** In the format of ssh-keygen. */
  static Path privateKey(Path directory, KeyPair key) throws IOException, GeneralSecurityException {
    var file = Files.createTempFile(directory, "id", "");
    try (var out = Files.newOutputStream(file)) {
      OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "pgbaton", null, out);
    }
    return file;
  }

  @Override
  public void close() throws IOException {
    server.stop(true);
  }

  private static final class SilentCommand implements Command {
    @Override
    public void setInputStream(InputStream stream) {}

    @Override
    public void setOutputStream(OutputStream stream) {}

    @Override
    public void setErrorStream(OutputStream stream) {}

    @Override
    public void setExitCallback(ExitCallback callback) {}

    @Override
    public void start(ChannelSession channel, Environment environment) {}

    @Override
    public void destroy(ChannelSession channel) {}
  }

  private static final class UploadCommand implements Command {
    private final Repository repository;
    private final String command;
    private InputStream in;
    private OutputStream out;
    private OutputStream err;
    private ExitCallback exit;

    UploadCommand(Repository repository, String command) {
      this.repository = repository;
      this.command = command;
    }

    @Override
    public void setInputStream(InputStream stream) {
      in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
      out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
      err = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
      exit = callback;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
      Thread.ofVirtual().start(this::upload);
    }

    private void upload() {
      try {
        if (!command.equals("git-upload-pack '/team/clusters.git'")) {
          err.write("ERROR: Repository not found.\n".getBytes(StandardCharsets.UTF_8));
          err.flush();
          exit.onExit(1);
          return;
        }
        var upload = new UploadPack(repository);
        upload.setExtraParameters(List.of());
        upload.upload(in, out, err);
        exit.onExit(0);
      } catch (IOException e) {
        exit.onExit(1, e.toString());
      }
    }

    @Override
    public void destroy(ChannelSession channel) {}
  }
}

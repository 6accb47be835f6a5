package dev.pgbaton.git;

import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.JSchHostKeyException;
import com.jcraft.jsch.JSchUnknownHostKeyException;
import java.io.EOFException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.TransportException;

/** What an exception of JGit means for the person who has to act on it. */
final class Trouble {
  private final GitSettings settings;

  Trouble(GitSettings settings) {
    this.settings = settings;
  }

  String words(Throwable thrown) {
    return words(causes(thrown))
        + "; "
        + settings.url()
        + " was not read, what was read before stays in force";
  }

  private String words(List<Throwable> causes) {
    // The innermost cause is the most exact one; the kind of trouble is looked for there first.
    for (var cause : causes.reversed()) {
      switch (cause) {
        case UnknownHostException _ -> {
          return "the name "
              + target()
              + " can't be resolved: check PGBATON_GIT_URL"
              + settings.proxy().map(_ -> ", PGBATON_GIT_PROXY").orElse("")
              + " and DNS";
        }
        case InterruptedIOException _, TimeoutException _ -> {
          return noAnswer();
        }
        case SocketException e -> {
          return target() + " can't be reached (" + e.getMessage() + ")";
        }
        case CertificateException e -> {
          return untrusted(e);
        }
        case SSLException e -> {
          return "TLS with " + target() + " failed (" + e.getMessage() + ")";
        }
        case JSchUnknownHostKeyException _ -> {
          return target()
              + " has a host key that is not in "
              + file(settings.knownHostsFile())
              + ": compare it with what the forge publishes and add it (PGBATON_GIT_KNOWN_HOSTS_FILE)";
        }
        case JSchHostKeyException _ -> {
          return target()
              + " shows another host key than the one in "
              + file(settings.knownHostsFile())
              + ": somebody may stand in between; compare it with what the forge publishes"
              + " (PGBATON_GIT_KNOWN_HOSTS_FILE)";
        }
        case JSchException e -> {
          return ssh(e);
        }
        case NoRemoteRepositoryException _ -> {
          return "there is no such repository, or "
              + (settings.tokenFile().isPresent()
                  ? "the token may not read it"
                  : "it is not public")
              + ": check PGBATON_GIT_URL and the rights of what pgbaton signs in with";
        }
        case FileSystemException e -> {
          return e.getFile() + " can't be used (" + e.getClass().getSimpleName() + ")";
        }
        default -> {}
      }
    }
    return other(causes);
  }

  /** Whether the network is to blame, so that the clone on disk is not. */
  static boolean isOfTheNetwork(Throwable thrown) {
    var causes = causes(thrown);
    // Without the transport it is the clone: a pack cut short ends in an EOFException, too.
    return causes.stream().anyMatch(TransportException.class::isInstance)
        && causes.stream()
            .anyMatch(
                cause ->
                    cause instanceof UnknownHostException
                        || cause instanceof InterruptedIOException
                        || cause instanceof SocketException
                        || cause instanceof EOFException
                        || cause instanceof SSLException
                        || cause instanceof JSchException);
  }

  private String untrusted(CertificateException e) {
    return settings.caFile().isPresent()
        ? "the certificate of %s is not trusted by %s (%s): put its CA's certificate there (PGBATON_GIT_CA_FILE)"
            .formatted(target(), file(settings.caFile()), e.getMessage())
        : "the certificate of %s is not trusted (%s): name its CA's certificate in PGBATON_GIT_CA_FILE"
            .formatted(target(), e.getMessage());
  }

  private String ssh(JSchException e) {
    var message = Objects.toString(e.getMessage(), "").toLowerCase(Locale.ROOT);
    if (message.startsWith("auth")) {
      return target()
          + " refuses the key in "
          + file(settings.sshKeyFile())
          + ": add its public half to the forge as a deploy key";
    }
    if (message.contains("privatekey")) {
      return file(settings.sshKeyFile())
          + " is no private key that can be used (PGBATON_GIT_SSH_KEY_FILE)";
    }
    return message.contains("timeout")
        ? noAnswer()
        : "SSH with " + target() + " failed (" + e.getMessage() + ")";
  }

  private String other(List<Throwable> causes) {
    var message =
        causes.stream()
            .map(Throwable::getMessage)
            .filter(Objects::nonNull)
            .findFirst()
            .orElseGet(() -> causes.getFirst().getClass().getSimpleName());
    // Gitea's second 401 names no scheme: "authentication not supported".
    if (message.endsWith("not authorized")
        || message.endsWith("authentication not supported")
        || message.contains("no CredentialsProvider")) {
      return settings.tokenFile().isPresent()
          ? target()
              + " refuses the token in "
              + file(settings.tokenFile())
              + ": put a valid one there that may read the repository"
          : target() + " asks who we are: name a file with a token in PGBATON_GIT_TOKEN_FILE";
    }
    if (message.contains("not permitted")) {
      return target() + " lets the token in but not at this repository: give it the right to read";
    }
    if (message.contains("timed out")) {
      return noAnswer();
    }
    return "Git says: " + message.replaceAll("//[^/@\\s]*@", "//");
  }

  private String noAnswer() {
    return "%s did not answer in time (PGBATON_GIT_TIMEOUT is %d s)"
        .formatted(target(), settings.timeout().toSeconds());
  }

  private String target() {
    return settings.remote().map(uri -> uri.getHost()).orElse("the repository");
  }

  private static String file(Optional<Path> path) {
    return path.map(Object::toString).orElse("(no file)");
  }

  private static List<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(20).toList();
  }
}

package dev.pgbaton.cli;

import io.quarkus.runtime.Quarkus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "try",
    description =
        "Runs the daemon over real PostgreSQL processes on this machine: a Git repository to commit to, two clusters, a page. Needs no Kubernetes and no root; leaves nothing running.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "1:it could not start, or may not work on; the last lines of its log say why",
      "2:the configuration is wrong; every mistake is said",
      "64:the command line is wrong",
      "130:it was told to end (SIGINT, Ctrl-C), and has",
      "143:it was told to end (SIGTERM), and has"
    })
class Try implements Runnable {
  private static final int FIRST_PORT = 8080;
  private static final int LAST_PORT = 8180;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Where the repository and the databases are; by default ${DEFAULT-VALUE}, or one beside it where that is in use.",
      defaultValue = "${sys:java.io.tmpdir}/pgbaton-sandbox")
  Path directory;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Of the page; by default the first free one from 8080 on.")
  int port;

  @Override
  public void run() {
    Map.of(
            "pgbaton.sandbox", "true",
            "pgbaton.sandbox-databases", "true",
            "pgbaton.sandbox-dir", directory.toString(),
            "pgbaton.git.interval", "1s",
            "quarkus.http.host", "127.0.0.1",
            "quarkus.http.port", Integer.toString(port == 0 ? free() : port),
            "quarkus.banner.enabled", "false",
            "quarkus.log.console.format", "%d{HH:mm:ss.SSS} %s%e%n",
            "quarkus.log.category.\"io.quarkus\".level", "WARN")
        .forEach(System::setProperty);
    Quarkus.run();
  }

  private static int free() {
    for (var candidate = FIRST_PORT; candidate <= LAST_PORT; candidate++) {
      try (var socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), candidate));
        return candidate;
      } catch (IOException e) {
        // somebody else's
      }
    }
    return FIRST_PORT;
  }
}

package dev.pgbaton.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * A certificate authority of the test's own, with a server certificate for 127.0.0.1 signed by it.
 */
public record TestAuthority(Path caFile, SSLContext server) {
  private static final String PASSWORD = "changeit";

  public static TestAuthority in(Path directory) throws IOException, GeneralSecurityException {
    var ca = directory.resolve("ca.p12");
    var server = directory.resolve("server.p12");
    var caFile = directory.resolve("ca.pem");
    var request = directory.resolve("server.csr");
    var chain = directory.resolve("server.pem");
    keytool(
        ca, "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=Test CA", "-ext", "bc:c");
    keytool(ca, "-exportcert", "-alias", "ca", "-rfc", "-file", caFile.toString());
    keytool(server, "-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=127.0.0.1");
    keytool(server, "-certreq", "-alias", "server", "-file", request.toString());
    keytool(
        ca,
        "-gencert",
        "-alias",
        "ca",
        "-rfc",
        "-ext",
        "san=ip:127.0.0.1",
        "-infile",
        request.toString(),
        "-outfile",
        chain.toString());
    Files.writeString(chain, Files.readString(chain) + Files.readString(caFile));
    keytool(server, "-importcert", "-alias", "server", "-noprompt", "-file", chain.toString());
    return new TestAuthority(caFile, context(server));
  }

  /** A client's certificate, and those by which it is signed, in PEM. */
  record Chain(String client, String between, String root) {}

  static Chain chain(Path directory, String name) throws IOException {
    var store = directory.resolve("chain.p12");
    for (var alias : List.of("root", "between", "client"))
      keytool(
          store,
          "-genkeypair",
          "-alias",
          alias,
          "-keyalg",
          "EC",
          "-dname",
          "CN=" + (alias.equals("client") ? name : alias),
          "-ext",
          "bc:c");
    return new Chain(
        signed(directory, store, "client", "between", "eku=clientAuth"),
        signed(directory, store, "between", "root", "bc:c"),
        exported(directory, store, "root"));
  }

  private static String signed(
      Path directory, Path store, String alias, String by, String extension) throws IOException {
    var request = directory.resolve(alias + ".csr").toString();
    var file = directory.resolve(alias + ".pem");
    keytool(store, "-certreq", "-alias", alias, "-file", request);
    keytool(
        store,
        "-gencert",
        "-alias",
        by,
        "-rfc",
        "-ext",
        extension,
        "-infile",
        request,
        "-outfile",
        file.toString());
    return Files.readString(file);
  }

  private static String exported(Path directory, Path store, String alias) throws IOException {
    var file = directory.resolve(alias + ".pem");
    keytool(store, "-exportcert", "-alias", alias, "-rfc", "-file", file.toString());
    return Files.readString(file);
  }

  private static SSLContext context(Path keys) throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray());
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, PASSWORD.toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static void keytool(Path store, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of("-keystore", store.toString(), "-storepass", PASSWORD, "-storetype", "PKCS12"));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = process.getInputStream()) {
      var said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}

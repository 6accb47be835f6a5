package dev.pgbaton.local;

import dev.pgbaton.catalog.Declaration;
import dev.pgbaton.catalog.Declaration.User;
import dev.pgbaton.catalog.Declaration.Verifier;
import dev.pgbaton.catalog.DeclarationJson;
import dev.pgbaton.catalog.ScramSecret;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.SecretData;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.UserSecrets;
import dev.pgbaton.postgres.Credentials;
import dev.pgbaton.postgres.Password;
import io.fabric8.kubernetes.api.model.Secret;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Each cluster's passwords: they live no longer than the sandbox. */
final class Logins {
  private final Map<ClusterId, Credentials> known = new ConcurrentHashMap<>();
  private final Map<ClusterId, SortedMap<String, Login>> users = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();

  /** The same password keeps its salt: to take it again changes nothing. */
  private record Login(Password password, Verifier verifier) {}

  Credentials of(ClusterId cluster) {
    return known.computeIfAbsent(cluster, _ -> new Credentials(password(), password(), password()));
  }

  /** Of the declared users that log in, by name. */
  SortedMap<String, Password> ofUsers(ClusterId cluster) {
    var passwords = new TreeMap<String, Password>();
    var logins = usersOf(cluster);
    synchronized (logins) {
      logins.forEach((name, login) -> passwords.put(name, login.password()));
    }
    return passwords;
  }

  /**
   * Completes what a primary is told, in place. Every password is made up here, wherever its spec
   * has it from: nobody has the key of a file, or a vault, for a sandbox.
   */
  void complete(ClusterId cluster, Secret declared) {
    // Before there are passwords in it.
    var hash = AppliedHash.of(declared);
    var told = DeclarationJson.read(declared.getStringData().get(UserSecrets.DECLARATION));
    var logins = usersOf(cluster);
    synchronized (logins) {
      var names = UserSecrets.sources(declared).keySet();
      logins.keySet().retainAll(names);
      names.forEach(name -> logins.computeIfAbsent(name, _ -> login()));
      var complete =
          new Declaration(
              told.users().stream().map(user -> verified(user, logins)).toList(), told.databases());
      declared.setData(
          Map.of(UserSecrets.DECLARATION, SecretData.encoded(DeclarationJson.write(complete))));
    }
    declared.setStringData(null);
    var annotations = new TreeMap<>(Annotations.all(declared));
    annotations.put(Names.USERS, hash);
    declared.getMetadata().setAnnotations(annotations);
  }

  private static User verified(User user, Map<String, Login> logins) {
    var login = logins.get(user.name());
    return login == null ? user : user.with(login.verifier());
  }

  private SortedMap<String, Login> usersOf(ClusterId cluster) {
    return users.computeIfAbsent(cluster, _ -> new TreeMap<>());
  }

  private Login login() {
    var password = password();
    return new Login(password, new Verifier(ScramSecret.of(password.value(), random)));
  }

  private Password password() {
    var bytes = new byte[12];
    random.nextBytes(bytes);
    return new Password(HexFormat.of().formatHex(bytes));
  }
}

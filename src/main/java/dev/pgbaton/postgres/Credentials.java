package dev.pgbaton.postgres;

import dev.pgbaton.cluster.Login;
import dev.pgbaton.cluster.LoginTurn;
import dev.pgbaton.cluster.LoginTurn.Which;
import dev.pgbaton.cluster.ServiceRole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The passwords of the roles that every cluster has.
 *
 * @param logins of pgbaton's own roles, by their names; who has none is not to log in
 * @param turn empty where they have never changed
 */
public record Credentials(
    Password superuser, Map<String, Password> logins, Optional<LoginTurn> turn) {

  /** Of a cluster whose passwords have never changed. */
  public Credentials(Password superuser, Password repmgr, Password monitor) {
    this(
        superuser,
        Map.of(
            ServiceRole.REPMGR.login(Which.first), repmgr,
            ServiceRole.MONITOR.login(Which.first), monitor),
        Optional.empty());
  }

  /** With which login everybody comes now. */
  public Login inUse(ServiceRole role) {
    var login = role.login(turn.orElse(LoginTurn.AT_FIRST).inUse());
    return new Login(login, logins.get(login).value());
  }

  public Optional<Password> of(String login) {
    return Optional.ofNullable(logins.get(login));
  }

  /** All of the role that work. */
  List<Login> all(ServiceRole role) {
    var all = new ArrayList<Login>();
    for (var login : role.logins())
      of(login).ifPresent(password -> all.add(new Login(login, password.value())));
    return all;
  }
}

package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClientRule;
import dev.pgbaton.cluster.ClientRule.Method;
import dev.pgbaton.cluster.ClientRule.Type;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.spec.AccessSpec.Superuser;
import dev.pgbaton.spec.TlsSpec.Clients;
import java.util.List;

/** What the rules of access must be to each other, and to pgbaton's own. */
final class AccessRules {
  private static final String RULES = "spec.access.rules";

  private static final String SUPERUSER = "spec.access.superuser";

  private static final String CLIENTS = "spec.access.networkPolicy.clients";

  private final ClusterSpec spec;
  private final Reading reading;

  private AccessRules(ClusterSpec spec, Reading reading) {
    this.spec = spec;
    this.reading = reading;
  }

  static void check(ClusterSpec spec, Reading reading) {
    var rules = new AccessRules(spec, reading);
    if (reading.sound(RULES)) spec.access().rules().ifPresent(rules::check);
    rules.rulesKeepTheSuperuserOff();
    if (reading.sound(CLIENTS))
      spec.access().networkPolicy().ifPresent(policy -> rules.clients(policy.clients()));
  }

  private void rulesKeepTheSuperuserOff() {
    if (!reading.sound(SUPERUSER, RULES, "spec.tls")
        || spec.access().superuser().filter(Superuser.network::equals).isEmpty()) return;
    if (spec.access().rules().isPresent() || required())
      reading.problem(
          SUPERUSER,
          "with %s no superuser gets in over the network. Put local, or remove it; kubectl exec leads to psql in the pod."
              .formatted(spec.access().rules().isPresent() ? RULES : "spec.tls.clients: required"));
  }

  private boolean required() {
    return spec.tls().map(TlsSpec::clients).filter(Clients.required::equals).isPresent();
  }

  private void clients(List<NetworkPolicySpec.Client> clients) {
    for (int i = 0; i < clients.size(); i++) {
      var client = clients.get(i);
      if (client.addresses().isPresent()
          && (client.namespace().isPresent() || !client.pods().isEmpty()))
        reading.problem(
            "%s[%d].addresses".formatted(CLIENTS, i),
            "an entry is about pods or about addresses. Put the addresses into one of their own.");
    }
  }

  private void check(List<ClientRule> rules) {
    if (rules.isEmpty())
      reading.problem(
          RULES,
          "is empty: nobody could connect. Put a rule, or remove it, and everybody with a password can.");
    for (int i = 0; i < rules.size(); i++) {
      var at = "%s[%d]".formatted(RULES, i);
      complete(rules.get(i), at);
      pgbatonsOwn(rules.get(i), at);
      withTls(rules.get(i), at);
      reached(rules, i, at);
    }
  }

  private void complete(ClientRule rule, String at) {
    if (rule.databases().isEmpty()) empty(at, "databases");
    if (rule.users().isEmpty()) empty(at, "users");
    if (rule.addresses().isEmpty()) empty(at, "addresses");
  }

  private void empty(String at, String field) {
    reading.problem(
        "%s.%s".formatted(at, field), at + ".type", field + " is empty. Put all, or remove it.");
  }

  /** Rules for them stand before all others, and are no one else's. */
  private void pgbatonsOwn(ClientRule rule, String at) {
    for (int i = 0; i < rule.users().size(); i++) {
      var name = rule.users().get(i);
      var role = name.startsWith("+") ? name.substring(1) : name;
      if (!Names.OWN_ROLES.contains(role)) continue;
      var here = "%s.users[%d]".formatted(at, i);
      reading.problem(
          here,
          at + ".users",
          rule.method() == Method.REJECT
              ? "%s is pgbaton's own: without it %s. Remove it."
                  .formatted(
                      role,
                      role.startsWith(Names.MONITOR_USER)
                          ? "nobody would look after the cluster"
                          : "no instance could follow the primary")
              : role.startsWith(Names.MONITOR_USER)
                  ? "%s is the daemon's login, which has rules of its own. Remove it."
                      .formatted(role)
                  : "%s is a superuser, and no rule lets one in over the network (replication and repmgr have pgbaton's own); kubectl exec leads to psql in the pod. Remove it."
                      .formatted(role));
    }
  }

  private void withTls(ClientRule rule, String at) {
    if (rule.method() == Method.CERT && rule.type() == Type.host)
      reading.problem(
          at + ".method", "there is a client's certificate only with TLS. Put type: hostssl.");
    if (rule.type() == Type.hostssl && spec.tls().isEmpty() && reading.sound("spec.tls"))
      reading.problem(
          at + ".type", "no connection has TLS: there is no spec.tls. Put that, or host.");
    if (required() && rule.type() == Type.host && rule.method() != Method.REJECT)
      reading.problem(
          at + ".type",
          "lets clients in without TLS, though spec.tls.clients is required. Put hostssl.");
  }

  private void reached(List<ClientRule> rules, int i, String at) {
    for (int j = 0; j < i; j++) {
      if (!rules.get(j).covers(rules.get(i))) continue;
      reading.problem(
          at,
          at + ".type",
          "is never reached: %s[%d] is about all of it already. Put it before that one, or remove it."
              .formatted(RULES, j));
      return;
    }
  }
}

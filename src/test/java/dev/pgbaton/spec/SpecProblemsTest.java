package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to get a spec wrong, and what the person who did reads. */
class SpecProblemsTest {
  private static final String SPEC =
      """
      apiVersion: pgbaton.dev/v1alpha1
      kind: PostgresCluster
      metadata: {name: orders, namespace: shop, labels: {team: orders}}
      spec:
        instances: 3
        image: registry.example.com/pgbaton/postgres:17
        storage: {size: 10Gi}
        resources: {requests: {memory: 512Mi}, limits: {memory: 1Gi}}
        postgresql:
          parameters:
            max_connections: "200"
        replication: {synchronousStandbys: 1}
        pgpool:
          image: registry.example.com/pgbaton/pgpool:4.6
          service: {type: NodePort, nodePort: 32000}
        scheduling: {tolerations: [{key: db, operator: Exists}]}
        rollout: {maxReplicaLag: 16Mi, instanceTimeout: 10m}
      """;

  record Mistake(String written, String insteadOf, List<String> problems) {
    @Override
    public String toString() {
      return written.isEmpty() ? "no " + insteadOf : written;
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        write(
            "instanses: 3",
            "instances: 3",
            "5:3 spec.instanses: is not a field here. Did you mean instances?"),
        write(
            "instances: three",
            "instances: 3",
            "5:14 spec.instances: three is not a whole number from 1 to 9."),
        write(
            "instances: \"3\"",
            "instances: 3",
            "5:14 spec.instances: \"3\" is a text because of its quotes. Put a whole number "
                + "from 1 to 9 without them."),
        write(
            "instances: 0",
            "instances: 3",
            "5:14 spec.instances: 0 is not a whole number from 1 to 9."),
        write(
            "instances: 3.5",
            "instances: 3",
            "5:14 spec.instances: 3.5 is not a whole number from 1 to 9."),
        write(
            "instances: 3\n  instances: 2",
            "instances: 3",
            "6:3 spec.instances: is here a second time; the first is on line 5. Remove one "
                + "of them."),
        write(
            "instances: [3]",
            "instances: 3",
            "5:14 spec.instances: a list is not a whole number from 1 to 9."),
        write(
            "",
            "  instances: 3\n",
            "5:3 spec.instances: is missing. Put a whole number from 1 to 9."),
        write(
            "  storage: 10Gi\n",
            "  storage: {size: 10Gi}\n",
            "7:12 spec.storage: 10Gi is not a mapping with the fields size, "
                + "storageClassName."),
        write(
            "storage: {}",
            "storage: {size: 10Gi}",
            "7:12 spec.storage.size: is missing. Put a size such as 10Gi."),
        write(
            "colour: blue\nspec:",
            "spec:",
            "4:1 colour: is not a field here. Fields are: apiVersion, kind, metadata, spec."),
        write(
            "pgbaton.dev/v1",
            "pgbaton.dev/v1alpha1",
            "1:13 apiVersion: pgbaton.dev/v1 is not known. Put pgbaton.dev/v1alpha1."),
        write(
            "pgbatn.dev/v1alpha1",
            "pgbaton.dev/v1alpha1",
            "1:13 apiVersion: pgbatn.dev/v1alpha1 is not known. Put pgbaton.dev/v1alpha1."),
        write(
            "",
            "apiVersion: pgbaton.dev/v1alpha1\n",
            "1:1 apiVersion: is missing. Put pgbaton.dev/v1alpha1."),
        write(
            "kind: PostgressCluster",
            "kind: PostgresCluster",
            "2:7 kind: PostgressCluster is not known. Put PostgresCluster."),
        write("", "kind: PostgresCluster\n", "1:1 kind: is missing. Put PostgresCluster."),
        write(
            "name: Orders",
            "name: orders",
            "3:18 metadata.name: Orders is not a name of at most 40 lower-case letters, "
                + "digits and dashes that begins with a letter and does not end with a dash."),
        write(
            "name: 7orders",
            "name: orders",
            "3:18 metadata.name: 7orders is not a name of at most 40 lower-case letters, "
                + "digits and dashes that begins with a letter and does not end with a dash."),
        write(
            "name: orders-of-the-whole-company-and-its-daughters",
            "name: orders",
            "3:18 metadata.name: orders-of-the-whole-company-and-its-daughters has 45 "
                + "characters; 40 are possible."),
        write(
            "namespace: Shop_1",
            "namespace: shop",
            "3:37 metadata.namespace: Shop_1 is not a name of at most 63 lower-case "
                + "letters, digits and dashes that neither begins nor ends with a dash."),
        write(
            "",
            "namespace: shop, ",
            "3:11 metadata.namespace: is missing. Put a name of at most 63 lower-case "
                + "letters, digits and dashes that neither begins nor ends with a dash."),
        write(
            "name: 7",
            "name: orders",
            "3:18 metadata.name: 7 is not a name of at most 40 lower-case letters, digits "
                + "and dashes that begins with a letter and does not end with a dash."),
        write(
            "{team: a team}",
            "{team: orders}",
            "3:58 metadata.labels.team: a team is not a label's value: at most 63 letters, "
                + "digits, dashes, dots and underscores."),
        write(
            "{-team: a}",
            "{team: orders}",
            "3:52 metadata.labels.-team: -team is not a label's name such as "
                + "topology.kubernetes.io/zone."),
        write(
            "{team: yes, pgbaton.dev/cluster: x}",
            "{team: orders}",
            "3:84 metadata.labels.pgbaton.dev/cluster: is set by pgbaton itself, to find "
                + "its objects again. Remove it."),
        write(
            "{team: 7}",
            "{team: orders}",
            "3:58 metadata.labels.team: 7 is not text unless it is in quotes. Put \"7\"."),
        write(
            "image: Registry/Postgres:17 beta",
            "image: registry.example.com/pgbaton/postgres:17",
            "6:10 spec.image: Registry/Postgres:17 beta is not an image's name such as "
                + "registry.example.com/pgbaton/postgres:17."),
        write(
            "image:",
            "image: registry.example.com/pgbaton/postgres:17",
            "6:3 spec.image: is missing. Put an image's name such as "
                + "registry.example.com/pgbaton/postgres:17."),
        write(
            "size: 10GB", "size: 10Gi", "7:19 spec.storage.size: 10GB is not a size such as 10Gi."),
        write("size: 0", "size: 10Gi", "7:19 spec.storage.size: 0 is not a size such as 10Gi."),
        write("size: ten", "size: 10Gi", "7:19 spec.storage.size: ten is not a size such as 10Gi."),
        write(
            "size: 10Gi, storageClassName: Fast!",
            "size: 10Gi",
            "7:43 spec.storage.storageClassName: Fast! is not a name of lower-case "
                + "letters, digits, dashes and dots."),
        write(
            "size: 10Gi, class: fast",
            "size: 10Gi",
            "7:25 spec.storage.class: is not a field here. Fields are: size, "
                + "storageClassName."),
        write(
            "requests: {memroy: 512Mi}",
            "requests: {memory: 512Mi}",
            "8:26 spec.resources.requests.memroy: is not a resource. Did you mean memory?"),
        write(
            "requests: {memory: 512M i}",
            "requests: {memory: 512Mi}",
            "8:34 spec.resources.requests.memory: 512M i is not a quantity such as 250m, 2 "
                + "or 512Mi."),
        write(
            "requests: {memory: 2Gi}",
            "requests: {memory: 512Mi}",
            "8:34 spec.resources.requests.memory: 2Gi is more than the limit of 1Gi. Put "
                + "at most that, or raise the limit."),
        write(
            "operator: Exist",
            "operator: Exists",
            "16:50 spec.scheduling.tolerations[0].operator: Exist is not one of Equal, "
                + "Exists. Did you mean Exists?"),
        write(
            "operator: Exists, value: x",
            "operator: Exists",
            "16:65 spec.scheduling.tolerations[0].value: operator Exists looks at no "
                + "value. Remove it, or put operator: Equal."),
        write(
            "{operator: Equal}",
            "{key: db, operator: Exists}",
            "16:30 spec.scheduling.tolerations[0]: without a key only operator Exists is "
                + "possible. Put a key, or that."),
        write(
            "operator: Exists, tolerationSeconds: 5",
            "operator: Exists",
            "16:77 spec.scheduling.tolerations[0].tolerationSeconds: counts only with "
                + "effect NoExecute. Put that, or remove it."),
        write(
            "tolerations: {key: db}",
            "tolerations: [{key: db, operator: Exists}]",
            "16:29 spec.scheduling.tolerations: a mapping is not a list, each entry a "
                + "mapping with the fields key, operator, value, effect, tolerationSeconds."),
        write(
            "antiAffinity: require, tolerations",
            "tolerations",
            "16:30 spec.scheduling.antiAffinity: require is not one of required, "
                + "preferred, none. Did you mean required?"),
        write(
            "type: ClusterIP",
            "type: NodePort",
            "15:42 spec.pgpool.service.nodePort: a Service of type ClusterIP has no node "
                + "port. Put type: NodePort, or remove nodePort."),
        write(
            "type: Nodeport",
            "type: NodePort",
            "15:21 spec.pgpool.service.type: Nodeport is not one of ClusterIP, NodePort, "
                + "LoadBalancer. Did you mean NodePort?"),
        write(
            "nodePort: 80000",
            "nodePort: 32000",
            "15:41 spec.pgpool.service.nodePort: 80000 is not a whole number from 1 to "
                + "65535."),
        write(
            "maxReplicaLag: 16 Mi",
            "maxReplicaLag: 16Mi",
            "17:28 spec.rollout.maxReplicaLag: 16 Mi is not a size such as 16Mi."),
        write(
            "instanceTimeout: 10 minutes",
            "instanceTimeout: 10m",
            "17:51 spec.rollout.instanceTimeout: 10 minutes is not a duration such as 90s, "
                + "10m or 1h30m."),
        write(
            "instanceTimeout: 10",
            "instanceTimeout: 10m",
            "17:51 spec.rollout.instanceTimeout: 10 is not a duration such as 90s, 10m or "
                + "1h30m."),
        write(
            "instanceTimeout: 0s",
            "instanceTimeout: 10m",
            "17:51 spec.rollout.instanceTimeout: is how long a rollout waits for one "
                + "instance to start and catch up. Put from 10s to 48h."),
        write(
            "synchronousStandbys: 3",
            "synchronousStandbys: 1",
            "12:38 spec.replication.synchronousStandbys: 3 can't confirm a commit: 3 "
                + "instances have only 2 standbys. Put at most 2, or more instances."),
        write(
            "synchronousStandbys: -1",
            "synchronousStandbys: 1",
            "12:38 spec.replication.synchronousStandbys: -1 is not a whole number from 0 "
                + "to 8."),
        write(
            "max_connections: lots",
            "max_connections: \"200\"",
            "11:24 spec.postgresql.parameters.max_connections: lots is not a whole number. "
                + "Put one from 1 to 262143."),
        write(
            "max_connections: 0",
            "max_connections: \"200\"",
            "11:24 spec.postgresql.parameters.max_connections: 0 is out of range. Put one "
                + "from 1 to 262143."),
        write(
            "max_connections: 5",
            "max_connections: \"200\"",
            "11:24 spec.postgresql.parameters.max_connections: 5 are too few: 3 are "
                + "reserved for superusers and up to 10 are used by pgbaton and repmgr. Put 13 "
                + "or more."),
        write(
            "max_connections: [200]",
            "max_connections: \"200\"",
            "11:24 spec.postgresql.parameters.max_connections: a list is not a value. Put "
                + "one word, or a text in quotes."),
        write(
            "max_connections:",
            "max_connections: \"200\"",
            "11:23 spec.postgresql.parameters.max_connections: has no value. Put one, or "
                + "remove it."),
        write(
            "max_conections: 200",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.max_conections: is not a setting of "
                + "PostgreSQL 17. Did you mean max_connections?"),
        write(
            "Max_Connections: 200\n      max_connections: 200",
            "max_connections: \"200\"",
            "12:7 spec.postgresql.parameters.max_connections: is here a second time. "
                + "Remove one of them."),
        write(
            "shared_buffers: 256mb",
            "max_connections: \"200\"",
            "11:23 spec.postgresql.parameters.shared_buffers: 256mb is not a whole number, "
                + "with or without one of the units B, kB, MB, GB or TB. Put one from 128kB to "
                + "8589934584kB."),
        write(
            "shared_buffers: 2GB",
            "max_connections: \"200\"",
            "11:23 spec.postgresql.parameters.shared_buffers: 2GB does not fit into the "
                + "container's memory limit of 1Gi. Put a quarter of the limit, or raise "
                + "spec.resources.limits.memory."),
        write(
            "wal_level: minimal",
            "max_connections: \"200\"",
            "11:18 spec.postgresql.parameters.wal_level: minimal can't be replicated. Put "
                + "replica or logical."),
        write(
            "wal_level: logicl",
            "max_connections: \"200\"",
            "11:18 spec.postgresql.parameters.wal_level: logicl is none of minimal, "
                + "replica, logical. Did you mean logical?"),
        write(
            "jit: sometimes",
            "max_connections: \"200\"",
            "11:12 spec.postgresql.parameters.jit: sometimes is neither on nor off. Put "
                + "one of them."),
        write(
            "random_page_cost: cheap",
            "max_connections: \"200\"",
            "11:25 spec.postgresql.parameters.random_page_cost: cheap is not a number. Put "
                + "one of 0 or more."),
        write(
            "max_wal_senders: 3",
            "max_connections: \"200\"",
            "11:24 spec.postgresql.parameters.max_wal_senders: 3 are too few: 3 instances "
                + "may need 6 while standbys are cloned. Put 6 or more, or remove it."),
        write(
            "primary_conninfo: host=x",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.primary_conninfo: is pgbaton's: every "
                + "instance finds its primary by the Lease. Remove it."),
        write(
            "listen_addresses: localhost",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.listen_addresses: is pgbaton's: probes, "
                + "Services and peers count on where PostgreSQL listens. Remove it."),
        write(
            "synchronous_standby_names: \"*\"",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.synchronous_standby_names: is pgbaton's: it "
                + "follows from spec.replication.synchronousStandbys. Set that one."),
        write(
            "archive_command: cp %p /backup",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.archive_command: can't be set: pgbaton does "
                + "not archive WAL yet. Remove it."),
        write(
            "recovery_target_time: \"2026-01-01\"",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.recovery_target_time: is pgbaton's: it "
                + "decides how an instance comes back. Remove it."),
        write(
            "fsync: off",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.fsync: is pgbaton's: without it an old "
                + "primary could not be rewound safely. Remove it."),
        write(
            "ssl: on",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.ssl: is pgbaton's: it follows from spec.tls. "
                + "Set that one."),
        write(
            "server_version: \"17\"",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.server_version: can't be set: it says how "
                + "PostgreSQL was built or initialised. Remove it."),
        write(
            "include: extra.conf",
            "max_connections: \"200\"",
            "11:7 spec.postgresql.parameters.include: is not a setting of PostgreSQL 17. "
                + "Remove it, or write extension.setting if it belongs to an extension."),
        write(
            "image: registry.example.com/pgbaton/pgpool:4.6\n    parameters: {failover_command: x}",
            "image: registry.example.com/pgbaton/pgpool:4.6",
            "15:18 spec.pgpool.parameters.failover_command: failover_command is not a "
                + "setting of pgpool that is yours to make (how it listens, logs, finds and "
                + "checks its backends is pgbaton's)."),
        write(
            "image: registry.example.com/pgbaton/pgpool:4.6\n    usersSecret: orders-users",
            "image: registry.example.com/pgbaton/pgpool:4.6",
            "15:18 spec.pgpool.usersSecret: orders-users is not a mapping with the field "
                + "name."),
        write(
            "statement_timeout: 3 weeks",
            "max_connections: \"200\"",
            "11:26 spec.postgresql.parameters.statement_timeout: 3 weeks is not a whole "
                + "number, with or without one of the units us, ms, s, min, h or d. Put one from "
                + "0 to 2147483647ms."),
        write(
            "imagePullSecrets: [registry]\n  instances: 3",
            "instances: 3",
            "5:22 spec.imagePullSecrets[0]: registry is not a mapping with the field name."),
        write(
            "size: *big",
            "size: 10Gi",
            "7:19 is not YAML: found an alias of an anchor that is not there. Mend the file."),
        write(
            "size: 10Gi}}",
            "size: 10Gi}",
            "7:24 is not YAML: expected <block end>, but found '}'. Mend the file."),
        write(
            "instances: 3\n  imag: x\n  replicas: 3",
            "instances: 3\n  image: registry.example.com/pgbaton/postgres:17",
            "6:3 spec.imag: is not a field here. Did you mean image?",
            "7:3 spec.replicas: is not a field here. Fields are: access, credentials, databases, failover, image, "
                + "imagePullSecrets, instances, mode, pgpool, postgresql, replication, resources, "
                + "rollout, scheduling, storage, takenOver, tls, users."),
        write(
            "rollout: {maxReplicaLag: 16Mi, instanceTimeout: 10m}\n"
                + "  takenOver:\n"
                + "    headlessService: orders-headless\n"
                + "    selector: {app: orders}\n"
                + "    data: {mountPath: /bitnami/postgresql, directory: /var/lib/postgresql}\n"
                + "    credentials: {name: orders, superuserKey: password, repmgrKey: repmgr}",
            "rollout: {maxReplicaLag: 16Mi, instanceTimeout: 10m}",
            "21:55 spec.takenOver.data.directory: /var/lib/postgresql is not below"
                + " /bitnami/postgresql, where the volume is: the data would be lost with the"
                + " container."));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeIsExplained(Mistake mistake) {
    assertThat(SPEC).contains(mistake.insteadOf());

    assertThat(problems(SPEC.replace(mistake.insteadOf(), mistake.written())))
        .containsExactlyElementsOf(mistake.problems());
  }

  private static Mistake write(String written, String insteadOf, String... problems) {
    return new Mistake(written, insteadOf, List.of(problems));
  }

  private static List<String> problems(String text) {
    return SpecParser.parse(
            List.of(new SpecFile("orders.yaml", "", text.getBytes(StandardCharsets.UTF_8))))
        .allProblems()
        .stream()
        .map(Problem::toString)
        .map(problem -> problem.replaceFirst("^orders.yaml:", ""))
        .toList();
  }
}

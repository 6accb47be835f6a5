package dev.pgbaton.desired;

import static dev.pgbaton.desired.Tutorial.manifests;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.desired.OwnersClusters.Result;
import dev.pgbaton.spec.Problem;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Somebody's own manifests, and what pgbaton adds to them. */
class OwnersClustersTest {
  private static final String BEFORE_ENV =
      "          securityContext:\n            runAsUser: 1001\n";
  private static final String FROM = "          envFrom: [{%s: {name: %s}}]\n";

  private static Result.Made made(Tutorial manifests) {
    return (Result.Made) OwnersClusters.of(manifests.parsed());
  }

  private static String refused(Tutorial manifests) {
    return ((Result.Refused) OwnersClusters.of(manifests.parsed()))
        .problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
  }

  private static List<String> advice(Tutorial manifests) {
    return made(manifests).advice().stream().map(Problem::toString).toList();
  }

  private static List<String> keys(DesiredCluster cluster) {
    return cluster.objects().stream().map(o -> o.key().toString()).toList();
  }

  @Test
  void everyNameComesFromTheManifests() {
    var layout = made(manifests()).cluster().layout();

    assertThat(layout.podNames())
        .containsExactly("postgres-sts-0", "postgres-sts-1", "postgres-sts-2");
    assertThat(layout.headlessService()).isEqualTo("postgres-headless-svc");
    assertThat(layout.pgpoolDeployment()).contains("pgpool-deployment");
    assertThat(layout.credentialsSecret()).isEqualTo("postgres-secrets");
    assertThat(layout.superuserKey()).contains("postgresql-password");
    assertThat(layout.isGenerated()).isFalse();
  }

  @Test
  void variablesMayComeFromAConfigMapAsAWhole() {
    var manifests =
        manifests()
            .with(
                "            - {name: REPMGR_USERNAME, value: repmgr}\n",
                "            - name: REPMGR_USERNAME\n"
                    + "              valueFrom: {configMapKeyRef: {name: names, key: user}}\n")
            .with("            - {name: REPMGR_DATABASE, value: repmgr}\n", "")
            .with(BEFORE_ENV, BEFORE_ENV + FROM.formatted("prefix: REPMGR_, configMapRef", "names"))
            .and(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: names, namespace: database}
                data: {user: repmgr, DATABASE: repmgr, RECONNECT_ATTEMPTS: "not this one"}
                """);

    assertThat(made(manifests).cluster().layout().podNames())
        .isEqualTo(made(manifests()).cluster().layout().podNames());
    assertThat(Conversion.of(manifests.parsed()).notCarriedOver())
        .anyMatch(line -> line.contains("the variable REPMGR_RECONNECT_ATTEMPTS = 3 ("))
        .noneMatch(line -> line.contains("the container"));
  }

  @Test
  void passwordsMayComeFromASecretAsAWhole() {
    var manifests =
        manifests()
            .with(
                "            - name: POSTGRES_PASSWORD\n"
                    + "              valueFrom: {secretKeyRef: {name: postgres-secrets, key: postgresql-password}}\n",
                "")
            .with(BEFORE_ENV, BEFORE_ENV + FROM.formatted("secretRef", "logins"))
            .and(
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: logins, namespace: database}
                stringData: {POSTGRES_PASSWORD: s3cret}
                """);

    var layout = made(manifests).cluster().layout();

    assertThat(layout.credentialsSecret()).isEqualTo("logins");
    assertThat(layout.superuserKey()).contains("POSTGRES_PASSWORD");
  }

  @Test
  void thePodTemplateIsTheOwnersAndOnlyTheOrderOfRestartsIsNot() {
    var manifests = manifests();
    var theirs =
        (StatefulSet)
            manifests.objects().stream()
                .map(o -> o.object())
                .filter(StatefulSet.class::isInstance)
                .findFirst()
                .orElseThrow();
    var wanted = made(manifests).cluster().statefulSet();

    assertThat(wanted.getSpec().getTemplate()).isEqualTo(theirs.getSpec().getTemplate());
    assertThat(wanted.getSpec().getUpdateStrategy().getType()).isEqualTo("OnDelete");
    assertThat(theirs.getMetadata().getLabels()).isNullOrEmpty();
    assertThat(wanted.getMetadata().getLabels())
        .containsEntry("pgbaton.dev/cluster", "postgres-sts");
  }

  @Test
  void whatTheInstancesNeedLiesBesideTheOwnersObjectsAndBeforeTheWorkloads() {
    assertThat(keys(made(manifests()).cluster()))
        .containsExactly(
            "Namespace database",
            "Role database/postgres-sts-pgbaton",
            "RoleBinding database/postgres-sts-pgbaton",
            "Secret database/pgpool-secrets",
            "Secret database/postgres-secrets",
            "ConfigMap database/postgres-configmap",
            "Lease database/postgres-sts",
            "EndpointSlice database/postgres-sts-primary",
            "EndpointSlice database/postgres-sts-replicas",
            "Service database/pgpool-svc",
            "Service database/pgpool-svc-nodeport",
            "Service database/postgres-headless-svc",
            "Service database/postgres-sts-primary",
            "Service database/postgres-sts-replicas",
            "PodDisruptionBudget database/postgres-sts-pgbaton",
            "StatefulSet database/postgres-sts",
            "Deployment database/pgpool-deployment",
            "Pod database/pg-client");
  }

  @Test
  void theRightsGoToThePodsOwnServiceAccount() {
    var withAccount =
        made(
            manifests()
                .with(
                    "          env:\n            - {name: BITNAMI_DEBUG",
                    "          env:\n            - {name: BITNAMI_DEBUG")
                .with("      volumes:\n", "      serviceAccountName: databases\n      volumes:\n"));

    assertThat(subject(made(manifests()))).isEqualTo("default");
    assertThat(subject(withAccount)).isEqualTo("databases");
  }

  private static String subject(Result.Made made) {
    return made.cluster().objects().stream()
        .map(DesiredObject::object)
        .filter(RoleBinding.class::isInstance)
        .map(b -> ((RoleBinding) b).getSubjects().getFirst().getName())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aBudgetOfTheOwnersIsTheOnlyOne() {
    var theirs =
        manifests()
            .and(
                """
                apiVersion: policy/v1
                kind: PodDisruptionBudget
                metadata: {name: theirs}
                spec: {maxUnavailable: 1, selector: {matchLabels: {app: postgres}}}
                """);

    assertThat(keys(made(theirs).cluster()))
        .contains("PodDisruptionBudget database/theirs")
        .doesNotContain("PodDisruptionBudget database/postgres-sts-pgbaton");
  }

  @Test
  void aNameThatPgbatonNeedsIsNotTakenFromItsOwner() {
    assertThat(
            refused(
                manifests()
                    .and(
                        """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: postgres-sts-primary}
                        spec: {ports: [{port: 5432}]}
                        """)))
        .contains("more.yaml:2:1 metadata.name: Service database/postgres-sts-primary");
  }

  @Test
  void somebodyElsesImageHasItsOwnWayAndIsToldWhatItCosts() {
    var theirs =
        manifests()
            .with(
                "registry.example.com/pgbaton/postgres:17",
                "docker.io/bitnami/postgresql-repmgr:16.3.0")
            .with("registry.example.com/pgbaton/pgpool:4.6", "docker.io/bitnami/pgpool:4.5.2");

    var cluster = made(theirs).cluster();
    assertThat(cluster.layout().capabilities().instanceProgram()).isFalse();
    assertThat(cluster.layout().monitorUser()).isEqualTo("postgres");
    assertThat(keys(cluster))
        .contains("PodDisruptionBudget database/postgres-sts-pgbaton")
        .noneMatch(key -> key.startsWith("Lease") || key.startsWith("Role"))
        .doesNotContain("Service database/postgres-sts-primary");
    assertThat(advice(theirs))
        .anyMatch(a -> a.contains("15 s of failed writes or more") && a.contains("3 × "));
    assertThat(
            made(theirs.with(
                    "  name: postgres-sts\n",
                    "  name: postgres-sts\n  annotations: {pgbaton.dev/instance-program: \"true\"}\n"))
                .cluster()
                .layout()
                .capabilities()
                .instanceProgram())
        .isTrue();
  }

  @Test
  void whatTheImageCantDoIsRefusedAndNotIgnored() {
    assertThat(
            refused(
                manifests()
                    .with(
                        "{name: POSTGRESQL_ENABLE_TLS, value: \"no\"}",
                        "{name: POSTGRESQL_ENABLE_TLS, value: \"yes\"}")
                    .with(
                        "{name: POSTGRES_DB, value: postgres}",
                        "{name: POSTGRES_DB, value: shop}")))
        .contains("POSTGRESQL_ENABLE_TLS is yes: pgbaton's image knows only no")
        .contains("POSTGRES_DB is shop: pgbaton's image knows only postgres");
  }

  @Test
  void aPrimaryThatIsNoPartnerIsAContradiction() {
    assertThat(
            refused(
                manifests()
                    .with(
                        "REPMGR_PRIMARY_HOST, value: \"postgres-sts-0",
                        "REPMGR_PRIMARY_HOST, value: \"postgres-sts-7")))
        .contains("names postgres-sts-7, which REPMGR_PARTNER_NODES does not list");
  }

  @Test
  void moreReplicasThanPartnersAreAContradiction() {
    assertThat(refused(manifests().with("  replicas: 3", "  replicas: 4")))
        .contains("lists 3 instances, but replicas is 4: postgres-sts-3 is missing");
  }

  @Test
  void aNumberThatNobodySaysIsNotTakenForOne() {
    assertThat(refused(manifests().with("  replicas: 3\n", "")))
        .contains("StatefulSet database/postgres-sts is missing, so that it is not known how many");
  }

  @Test
  void fewerReplicasThanPartnersAreAllowed() {
    assertThat(advice(manifests().with("  replicas: 3", "  replicas: 2")))
        .anySatisfy(text -> assertThat(text).contains("lists 3 instances, but replicas is 2"));
  }

  @Test
  void aClusterScaledToNothingContradictsNothing() {
    assertThat(
            made(manifests().with("  replicas: 3", "  replicas: 0")).cluster().layout().instances())
        .isZero();
  }

  @Test
  void hostsOfAnotherServiceOrSetAreNoInstances() {
    assertThat(
            refused(
                manifests()
                    .with(
                        "0:postgres-sts-0.postgres-headless-svc:",
                        "0:pg-0.postgres-headless-svc:")))
        .contains("pgpool/pgpool-deployment.yaml:2:1")
        .contains(
            "'0:pg-0.postgres-headless-svc:5432', but the instances are postgres-sts-0 and so on");
    assertThat(
            refused(
                manifests()
                    .with("1:postgres-sts-1.postgres-headless-svc:", "1:postgres-sts-1.other:")))
        .contains("but the StatefulSet's serviceName is postgres-headless-svc");
    assertThat(refused(manifests().with("1:postgres-sts-1.", "1:postgres-sts-0.")))
        .contains("lists postgres-sts-0 twice");
  }

  @Test
  void adviceNamesTheLinesThatWouldMakeItBetter() {
    assertThat(advice(manifests()))
        .anySatisfy(text -> assertThat(text).contains("terminationGracePeriodSeconds: 60"))
        .anySatisfy(text -> assertThat(text).contains("publishNotReadyAddresses: true"))
        .anySatisfy(text -> assertThat(text).contains("has no PodDisruptionBudget"));
  }

  /** The advice of the cluster itself is said as long as it lives. */
  @Test
  void whatPgbatonMendsByItselfIsNoLastingAdvice() {
    assertThat(made(manifests()).cluster().advice())
        .isNotEmpty()
        .noneMatch(a -> a.message().contains("PodDisruptionBudget"));
  }

  private static final String SETTINGS =
      """
                  - {name: POSTGRESQL_MAX_CONNECTIONS, value: "150"}
                  - {name: POSTGRESQL_WORK_MEM, value: 16MB}
                  - {name: POSTGRESQL_EXTRA_FLAGS, value: "-c jit=off -B 4096"}
                  - {name: POSTGRESQL_LOG_CONNECTIONS, value: "false"}
                  - {name: POSTGRESQL_WAL_KEEP_SIZE, value: 512MB}
      """;
  private static final String SYNCHRONOUS =
      "            - {name: POSTGRESQL_NUM_SYNCHRONOUS_REPLICAS, value: \"1\"}\n";
  private static final String AFTER = "            - {name: POSTGRES_DB, value: postgres}\n";

  private static Tutorial tuned() {
    return manifests()
        .with(AFTER, AFTER + SETTINGS + SYNCHRONOUS)
        .with(
            "          volumeMounts:\n",
            "          volumeMounts:\n            - {name: tuning, mountPath: /bitnami/postgresql/conf/conf.d}\n")
        .with(
            "      volumes:\n",
            "      volumes:\n        - {name: tuning, configMap: {name: tuning}}\n")
        .and(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: tuning}
            data: {tuning.conf: "# ours\\nrandom_page_cost = 1.1\\nmax_connections = 200\\n"}
            """);
  }

  @Test
  void settingsThatTheImageDoesNotReadAreNamedWithTheirPlaces() {
    var all = advice(tuned());

    assertThat(all.getFirst())
        .contains("StatefulSet database/postgres-sts sets ")
        .contains(" and 3 more, which pgbaton's image does not read: the defaults are in force")
        .contains(
            "max_connections: line 3 of /bitnami/postgresql/conf/conf.d/tuning.conf (more.yaml:2:1)")
        .contains("work_mem: POSTGRESQL_WORK_MEM (postgresql/postgres-statefulset.yaml:2:1)")
        .contains("jit: POSTGRESQL_EXTRA_FLAGS (")
        .contains("shared_buffers: POSTGRESQL_EXTRA_FLAGS (")
        .contains("random_page_cost: line 2 of ")
        .contains("shared_preload_libraries (pgaudit): ")
        .contains("pgbaton convert")
        // They have what they ask for.
        .doesNotContain("log_connections", "wal_keep_size", "SYNCHRONOUS");
    assertThat(made(tuned()).cluster().advice().getFirst().toString()).isEqualTo(all.getFirst());
  }

  @Test
  void manySettingsAreCountedAndNotAllListed() {
    var many = new StringBuilder();
    for (var name : List.of("A", "B", "C", "D", "E", "F", "G", "H", "I", "J"))
      many.append(" -c x.").append(name).append("=1");

    var text =
        advice(manifests().with(AFTER, AFTER + SETTINGS).with("-c jit=off", many.toString()))
            .getFirst();

    assertThat(text).contains(" and 11 more, which", " and 8 more. ").hasSizeLessThan(1000);
  }

  /** What is read of every push may not end the daemon's pass. */
  @Test
  void settingsOfAnyLengthAreRead() {
    var quoted = "'" + "x''".repeat(50_000) + "'";
    var flags = "-c work_mem=" + "'1'".repeat(20_000);
    var twice =
        "configMap: {name: tuning, items: [{key: tuning.conf, path: a.conf}, {key: tuning.conf, path: b.conf}]}";

    assertThat(
            advice(
                    tuned()
                        .with("-c jit=off", flags)
                        .with("configMap: {name: tuning}", twice)
                        .and(
                            """
                            apiVersion: v1
                            kind: ConfigMap
                            metadata: {name: tuning}
                            data: {tuning.conf: "log_line_prefix = %s"}
                            """
                                .formatted(quoted)))
                .getFirst())
        .contains("log_line_prefix: line 1 of /bitnami/postgresql/conf/conf.d/b.conf")
        .hasSizeLessThan(1500);
  }

  @Test
  void othersImagesReadTheirSettings() {
    var theirs =
        tuned()
            .with("/pgbaton/postgres:17", "/bitnami/postgresql-repmgr:17")
            .with("/pgbaton/pgpool:4.6", "/bitnami/pgpool:4.6")
            .with(
                "{name: PGPOOL_CHILD_LIFE_TIME, value: \"\"}",
                "{name: PGPOOL_MAX_POOL, value: \"4\"}");

    assertThat(advice(theirs)).noneMatch(a -> a.contains("does not read"));
  }

  @Test
  void ofPgpoolsSettingsTwoAreRead() {
    var pgpool =
        manifests()
            .with(
                "{name: PGPOOL_CHILD_LIFE_TIME, value: \"\"}",
                "{name: PGPOOL_CHILD_LIFE_TIME, value: \"60\"}\n"
                    + "            - {name: PGPOOL_NUM_INIT_CHILDREN, value: \"64\"}\n"
                    + "            - {name: PGPOOL_ENABLE_LOG_CONNECTIONS, value: \"no\"}");

    assertThat(advice(pgpool))
        .anySatisfy(
            text ->
                assertThat(text)
                    .contains("Deployment database/pgpool-deployment sets child_life_time, which")
                    .contains(
                        "child_life_time: PGPOOL_CHILD_LIFE_TIME (pgpool/pgpool-deployment.yaml:2:1)")
                    .contains("It reads PGPOOL_ENABLE_LOAD_BALANCING and PGPOOL_NUM_INIT_CHILDREN.")
                    .doesNotContain("num_init_children", "log_connections"));
    assertThat(advice(manifests())).noneMatch(a -> a.contains("pgpool image does not read"));
  }

  private static Tutorial mixed() {
    return manifests().with("/pgbaton/postgres:17", "/bitnami/postgresql-repmgr:17");
  }

  private static final String OWN_SERVICE =
      """
      apiVersion: v1
      kind: Service
      metadata: {name: postgres-sts-%s}
      spec: {selector: {app: postgres}, ports: [{port: 5432}]}
      """;

  @Test
  void pgbatonsPgpoolBeforeSomebodyElsesPostgresqlIsRefused() {
    assertThat(refused(mixed()))
        .contains("pgpool/pgpool-deployment.yaml:2:1 spec.template.spec.containers[0].image: ")
        .contains(
            "runs pgbaton's pgpool (registry.example.com/pgbaton/pgpool:4.6) before somebody else's PostgreSQL (registry.example.com/bitnami/postgresql-repmgr:17)")
        .contains("(missing: postgres-sts-primary, postgres-sts-replicas)");
    assertThat(refused(mixed().and(OWN_SERVICE.formatted("primary"))))
        .contains("(missing: postgres-sts-replicas)");
  }

  @Test
  void whereItsServicesAreThereOrItIsNotPgbatonsTheyMayBeMixed() {
    assertThat(
            keys(
                made(mixed()
                        .and(OWN_SERVICE.formatted("primary"))
                        .and(OWN_SERVICE.formatted("replicas")))
                    .cluster()))
        .contains("Service database/postgres-sts-primary");
    made(
        mixed()
            .with(
                "  name: pgpool-deployment\n",
                "  name: pgpool-deployment\n  annotations: {pgbaton.dev/instance-program: \"false\"}\n"));
    made(
        mixed()
            .with(
                "{name: PGPOOL_CHILD_LIFE_TIME, value: \"\"}",
                "{name: PGPOOL_CONF_FILE, value: /ours/pgpool.conf}"));
  }

  private static final String REPMGR_KEY =
      "valueFrom: {secretKeyRef: {name: postgres-secrets, key: repmgr-password%s}}";

  @Test
  void aKeyThatTheSecretBesideDoesNotHaveIsRefused() {
    var renamed = manifests().with("  repmgr-password: ", "  repmgr-pass: ");

    assertThat(refused(renamed))
        .contains(
            "postgresql/postgres-statefulset.yaml:2:1 spec.template.spec.containers[0].env[19].valueFrom.secretKeyRef.key: StatefulSet database/postgres-sts takes REPMGR_PASSWORD from the key repmgr-password of the Secret postgres-secrets, which has no such key (postgresql/postgres-secrets.yaml:1:1: postgresql-password, repmgr-pass)")
        .contains("Deployment database/pgpool-deployment takes PGPOOL_SR_CHECK_PASSWORD from")
        .doesNotContain("c3VwZXItZXhhbXBsZQ");
    made(renamed.with(REPMGR_KEY.formatted(""), REPMGR_KEY.formatted(", optional: true")));
  }

  @Test
  void whatIsInASecretOfSomebodyElsesIsNotKnown() {
    made(
        manifests()
            .with("name: postgres-secrets", "name: others")
            .with("  name: others\ndata", "  name: unread\ndata"));
    made(
        manifests()
            .with("  postgresql-password: c3VwZXItZXhhbXBsZQ==\n", "")
            .with("  repmgr-password: cmVwbWdyLWV4YW1wbGU=\n", ""));
  }

  @Test
  void aPodBesideThatWouldNotStartIsAdvice() {
    var client =
        manifests()
            .with(
                "          value: \"yes\"\n",
                "          value: \"yes\"\n        - name: PGPASSWORD\n          valueFrom: {secretKeyRef: {name: postgres-secrets, key: mine}}\n");

    assertThat(advice(client))
        .anyMatch(
            a ->
                a.contains(
                        "spec.containers[0].env[1].valueFrom.secretKeyRef.key: Pod database/pg-client")
                    && a.contains("takes PGPASSWORD from the key mine"));
  }

  @Test
  void noPasswordIsInWhatIsSaid() {
    assertThat(
            made(manifests()).advice().toString()
                + refused(manifests().with("  replicas: 3", "  replicas: 4")))
        .doesNotContain("c3VwZXItZXhhbXBsZQ", "super-example");
  }

  @Test
  void dataThatWouldLieInTheContainerIsRefused() {
    assertThat(refused(manifests().with("/bitnami/postgresql/data", "/var/data")))
        .contains("puts the data into /var/data, which is not below the mount");
    assertThat(refused(manifests().with("/bitnami/postgresql/data", "/bitnami/postgresql")))
        .contains("puts the data into /bitnami/postgresql, which is not below the mount");
  }

  private static final String POLICY =
      """
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata: {name: postgres}
      spec:
        podSelector: {matchLabels: {app: postgres}}
        policyTypes: [Ingress]
        ingress: [{ports: [{port: 5432}%s]}]
      """;

  @Test
  void aNetworkPolicyThatShutsTheInstancesOffFromEachOtherIsRefused() {
    assertThat(refused(manifests().and(POLICY.formatted(""))))
        .contains("NetworkPolicy database/postgres lets nobody reach the instances' port 8008");
    assertThat(keys(made(manifests().and(POLICY.formatted(", {port: 8008}"))).cluster()))
        .contains("NetworkPolicy database/postgres");
    assertThat(
            keys(
                made(manifests().and(POLICY.formatted("").replace("app: postgres", "app: other")))
                    .cluster()))
        .contains("NetworkPolicy database/postgres");
  }

  private static final String PARTNERS = "REPMGR_PARTNER_NODES, value: \"postgres-sts-0.";

  @Test
  void aPartnerThatIsListedTwiceIsNoInstance() {
    assertThat(
            refused(
                manifests()
                    .with(
                        PARTNERS,
                        "REPMGR_PARTNER_NODES, value: \"postgres-sts-1.postgres-headless-svc,postgres-sts-0.")))
        .contains("lists postgres-sts-1 twice");
  }

  @Test
  void aListWithAGapIsRefusedAlsoWhereFewerRun() {
    var gap =
        manifests()
            .with(PARTNERS, "REPMGR_PARTNER_NODES, value: \"postgres-sts-3.")
            .with(
                "REPMGR_PRIMARY_HOST, value: \"postgres-sts-0",
                "REPMGR_PRIMARY_HOST, value: \"postgres-sts-1")
            .with("  replicas: 3", "  replicas: 0");

    assertThat(refused(gap)).contains("lists 3 instances, but not postgres-sts-0");
  }

  @Test
  void oneInstanceNeedsNoPartners() {
    var alone =
        manifests()
            .with("  replicas: 3", "  replicas: 1")
            .with("REPMGR_PARTNER_NODES", "REPMGR_NODE_ID_START_SEED");

    assertThat(made(alone).cluster().layout().podNames()).containsExactly("postgres-sts-0");
  }

  @Test
  void whoSharesTheirServiceAccountIsToldWithWhom() {
    assertThat(advice(manifests()))
        .anySatisfy(text -> assertThat(text).contains("names no service account"));
  }

  /** As charts have it. */
  @Test
  void aPasswordInAMountedFileIsFoundInItsSecret() {
    var byFile =
        manifests()
            .with(
                """
                            - name: POSTGRES_PASSWORD
                              valueFrom: {secretKeyRef: {name: postgres-secrets, key: postgresql-password}}
                """,
                """
                            - {name: POSTGRES_PASSWORD_FILE, value: /opt/secrets/password}
                """)
            .with(
                "          volumeMounts:\n",
                "          volumeMounts:\n            - {name: passwords, mountPath: /opt/secrets/}\n")
            .with(
                "      volumes:\n",
                "      volumes:\n        - {name: passwords, secret: {secretName: postgres-secrets, items: [{key: postgresql-password, path: password}]}}\n");
    var layout = made(byFile).cluster().layout();

    assertThat(layout.credentialsSecret()).isEqualTo("postgres-secrets");
    assertThat(layout.superuserKey()).contains("postgresql-password");
    assertThat(refused(byFile.with("/opt/secrets/password}", "/opt/secrets/other}")))
        .contains("no POSTGRES_PASSWORD_FILE from a volume that is one");
  }

  private static final String JOB =
      """
      apiVersion: batch/v1
      kind: Job
      metadata: {name: seed}
      spec:
        %stemplate: {spec: {restartPolicy: Never, containers: [{name: psql, image: psql}]}}
      """;

  @Test
  void aJobRunsOnce() {
    assertThat(keys(made(manifests().and(JOB.formatted(""))).cluster()).getLast())
        .isEqualTo("Pod database/pg-client");
    assertThat(keys(made(manifests().and(JOB.formatted(""))).cluster()))
        .contains("Job database/seed");
    assertThat(refused(manifests().and(JOB.formatted("ttlSecondsAfterFinished: 60\n  "))))
        .contains("made and run again each time");
  }
}

package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.Names;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveCommandsTest {
  private static final String JOURNAL =
      """
      {"intent":{"commit":"c0ffee1234567","hash":"h","path":"clusters/orders.yaml","since":"2026-01-02T03:00:00Z","done":true},
       "inventory":[],"admission":{},"reported":{},"owed":[],"handedOn":[],
       "rollouts":[
         {"commit":"aaaaaaaa11","reason":"image 17 → 17.1","startedAt":"2026-01-01T03:00:00Z","endedAt":"2026-01-01T03:00:31Z","daemon":"d","outage":"PT0.34S","outcome":"success"},
         {"commit":"bbbbbbbb22","reason":"image 17.1 → 99","startedAt":"2026-01-02T03:00:00Z","endedAt":"2026-01-02T03:01:00Z","daemon":"d","outage":null,"outcome":"failure"}]}
      """;

  @TempDir Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private FakeKubernetes kubernetes;

  @BeforeEach
  void start() throws IOException {
    kubernetes = new FakeKubernetes().cluster("orders-0");
    System.setProperty("kubeconfig", kubernetes.kubeconfig(directory).toString());
  }

  @AfterEach
  void stop() {
    System.clearProperty("kubeconfig");
    kubernetes.close();
  }

  @Test
  void aClusterIsShownWithItsInstances() {
    kubernetes.journal("journal-shop-orders-" + hash(), JOURNAL);

    assertThat(pgbaton("status")).as("%s", err).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "shop/orders  healthy",
            "  3 of 3 instances Ready, primary orders-0",
            "  commit c0ffee12, clusters/orders.yaml, since 2026-01-02T03:00:00Z",
            "  INSTANCE  ROLE     REVISION  TIMELINE  LAG  STATE",
            "  orders-0  primary  new       3         -    ready",
            "  orders-1  replica  new       3         0 B  streaming",
            "  orders-2  replica  new       3         0 B  streaming",
            "");
  }

  @Test
  void whatCouldNotBeReadIsSaidAndTheRestIsShown() {
    kubernetes.silence("orders-2");

    assertThat(pgbaton("status", "shop/orders")).isEqualTo(2);
    assertThat(out.toString())
        .contains("shop/orders  degraded", "commit not known: ", "orders-2: PostgreSQL does not");
  }

  @Test
  void whoCanAskNobodyKnowsNothing() {
    for (int i = 0; i < 3; i++) kubernetes.silence("orders-" + i);

    assertThat(pgbaton("status", "orders", "-n", "shop")).isEqualTo(3);
    assertThat(out.toString()).contains("shop/orders  unknown");
  }

  @Test
  void programsGetJsonOrYaml() throws IOException {
    assertThat(pgbaton("status", "orders", "-o", "json")).isZero();
    var cluster = new ObjectMapper().readTree(out.toString()).at("/clusters/0");
    assertThat(cluster.path("health").asText()).isEqualTo("healthy");
    assertThat(cluster.path("primary").asText()).isEqualTo("orders-0");
    assertThat(cluster.path("epoch").asInt()).isEqualTo(3);
    assertThat(cluster.at("/instances/1/lagBytes").asInt(-1)).isZero();

    out.getBuffer().setLength(0);
    assertThat(pgbaton("status", "orders", "-o", "yaml")).isZero();
    assertThat(out.toString()).startsWith("clusters:\n").contains("health: healthy");
  }

  @Test
  void coloursAreForTerminalsOrWhereTheyAreAskedFor() {
    pgbaton("status");
    assertThat(out.toString()).doesNotContain("\u001b[");
    pgbaton("status", "--color", "always");
    assertThat(out.toString()).contains("\u001b[32mhealthy\u001b[0m");
  }

  @Test
  void aClusterThatIsNotThereIsNamed() {
    assertThat(pgbaton("status", "shop/nobody")).isOne();
    assertThat(err.toString()).isEqualTo("there is no cluster shop/nobody of pgbaton's here.\n");
    assertThat(pgbaton("status", "shop/orders", "-n", "elsewhere")).isEqualTo(64);
    assertThat(pgbaton("status", "--context", "nowhere")).isEqualTo(64);
  }

  @Test
  void aHandoffIsAskedForByTheVersionOfTheLeaseThatWasSeen() {
    assertThat(pgbaton("handoff", "orders", "--to", "orders-2")).as("%s", err).isZero();

    assertThat(kubernetes.patches())
        .singleElement()
        .asString()
        .contains("\"pgbaton.dev/handoff-to\":\"orders-2\"", "\"resourceVersion\":\"7\"");
    assertThat(out).hasToString("orders-0 is asked to hand off to orders-2.\n");
  }

  @Test
  void aRenewalOfTheLeaseMeanwhileIsNoReasonToGiveUp() {
    kubernetes.renewed(2);

    assertThat(pgbaton("handoff", "orders")).as("%s", err).isZero();
    assertThat(kubernetes.patches()).hasSize(1);
  }

  @Test
  void whoWaitsHearsHowLongItTook() {
    kubernetes.onPatch(
        k -> {
          k.lease("orders-1", 4, Map.of());
          for (int i = 0; i < 3; i++) k.status("orders-" + i, "orders-1");
        });

    assertThat(pgbaton("handoff", "orders", "--wait")).as("%s", err).isZero();
    assertThat(out.toString())
        .matches(
            "orders-1 is the primary, \\d+\\.\\d\\d s after orders-0 was asked to hand off.\n");
    assertThat(err.toString()).startsWith("orders-0 hands off to orders-1\n");
  }

  @Test
  void whatThePrimaryRefusesIsSaidWithItsCode() {
    kubernetes.onPatch(
        k -> k.lease("orders-0", 3, Map.of(Names.HANDOFF_REFUSED, "orders-0: too far behind")));

    assertThat(pgbaton("handoff", "orders", "--wait")).isEqualTo(2);
    assertThat(err.toString()).endsWith("HandoffFailed: orders-0: too far behind\n");
  }

  @Test
  void whatIsNotSafeIsNotAskedFor() {
    kubernetes.silence("orders-2");

    assertThat(pgbaton("handoff", "orders")).isEqualTo(2);
    assertThat(err.toString()).startsWith("RoleNotKnown: orders-2: ");
    assertThat(pgbaton("handoff", "orders", "-o", "json")).isEqualTo(2);
    assertThat(out.toString()).contains("\"reason\" : \"RoleNotKnown\"");
    assertThat(kubernetes.patches()).isEmpty();
  }

  @Test
  void rolloutsAreShownTheLatestFirst() {
    kubernetes.journal("journal-shop-orders-" + hash(), JOURNAL);

    assertThat(pgbaton("history", "orders")).as("%s", err).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "BEGUN                 COMMIT    OUTCOME  TOOK  WRITE OUTAGE  WHY",
            "2026-01-02T03:00:00Z  bbbbbbbb  failure  60 s  not known     image 17.1 → 99",
            "2026-01-01T03:00:00Z  aaaaaaaa  success  31 s  0.34 s        image 17 → 17.1");
    assertThat(pgbaton("history", "orders", "-o", "json")).isZero();
    assertThat(out.toString()).contains("\"writeOutageSeconds\" : 0.34");
  }

  @Test
  void withoutAJournalThereIsNoHistory() {
    assertThat(pgbaton("history", "orders")).isOne();
    assertThat(err.toString())
        .isEqualTo("shop/orders: no journal: there is none of this cluster in pgbaton-system\n");
  }

  /** Of {@code shop/orders}, as KubeJournal names it. */
  private static String hash() {
    try {
      var digest = java.security.MessageDigest.getInstance("SHA-256");
      var bytes = digest.digest("shop/orders".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      return java.util.HexFormat.of().formatHex(bytes, 0, 4);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private int pgbaton(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}

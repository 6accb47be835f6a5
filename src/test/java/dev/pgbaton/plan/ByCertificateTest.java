package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.NOW;
import static dev.pgbaton.plan.Clusters.asksForCertificates;
import static dev.pgbaton.plan.Clusters.cluster;
import static dev.pgbaton.plan.Clusters.hasCertificate;
import static dev.pgbaton.plan.Clusters.outdated;
import static dev.pgbaton.plan.Clusters.silent;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.ReloadedSettings;
import dev.pgbaton.observed.Instance;
import dev.pgbaton.observed.JournalEntry.Intent;
import dev.pgbaton.plan.Clusters.Trait;
import dev.pgbaton.plan.Plan.Await;
import dev.pgbaton.plan.Plan.InSync;
import dev.pgbaton.plan.Plan.Proceed;
import dev.pgbaton.plan.Step.Apply;
import dev.pgbaton.plan.Step.RestartReplica;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A certificate is asked for once all have one, and no longer once somebody has none. */
class ByCertificateTest {
  private static final ObjectKey RELOAD = new ObjectKey("ConfigMap", "shop", "orders-reload");
  private static final String WANTED = "  tls: {generated: true, replication: clientCertificate}\n";

  private static Clusters with(String tls, Trait primary, Trait replica) {
    return cluster()
        .primary("orders-0", primary)
        .replica("orders-1", replica)
        .spec(text -> text + tls);
  }

  private static Clusters wanted(Trait primary, Trait replica) {
    return with(WANTED, primary, replica);
  }

  /** As it is as long as somebody has none. */
  private static Clusters byPassword(Clusters cluster) {
    var settings = (ConfigMap) cluster.desired().get(RELOAD).object();
    return cluster.without(RELOAD).with(ReloadedSettings.byPassword(settings));
  }

  /** And pgbaton itself wrote it so. */
  private static Clusters byPasswordInForce(Clusters cluster) {
    var settings = (ConfigMap) cluster.desired().get(RELOAD).object();
    var byPassword = ReloadedSettings.byPassword(settings);
    var applied = AppliedHash.of(byPassword);
    return cluster
        .without(RELOAD)
        .with(
            new ConfigMapBuilder(byPassword)
                .editMetadata()
                .addToAnnotations(Names.APPLIED, applied)
                .endMetadata()
                .build());
  }

  /** What would be written of the settings that a reload changes. */
  private static boolean asksFor(Plan plan) {
    assertThat(plan).isInstanceOf(Proceed.class);
    var changes = ((Apply) ((Proceed) plan).step()).changes();
    var map =
        changes.stream().filter(c -> c.object().key().equals(RELOAD)).findFirst().orElseThrow();
    return ReloadedSettings.byCertificate((ConfigMap) map.object().object());
  }

  private static Clusters longAgo(Clusters cluster) {
    return cluster.journal(
        j ->
            j.withIntent(
                new Intent("c0ffee", "hash", "clusters/orders.yaml", NOW.minusSeconds(60), false)));
  }

  @Test
  void onceAllHaveOneItIsAskedFor() {
    assertThat(asksFor(byPassword(wanted(hasCertificate(), hasCertificate())).plan())).isTrue();
    assertThat(wanted(asksForCertificates(), asksForCertificates()).plan()).isEqualTo(new InSync());
  }

  @Test
  void beforeThatNobodyIsAskedAndItIsSaid() {
    var older = wanted(hasCertificate(), m -> {});
    assertThat(asksFor(older.plan())).isFalse();
    var written = byPasswordInForce(older);
    assertThat(written.plan())
        .isInstanceOfSatisfying(
            Await.class, a -> assertThat(a.what()).contains("orders-1 to have a certificate"));
    assertThat(longAgo(written).plan())
        .isInstanceOfSatisfying(
            InSync.class,
            in ->
                assertThat(in.but().orElseThrow().reason())
                    .isEqualTo(Refusal.REPLICATION_BY_PASSWORD));
  }

  @Test
  void whoDoesNotAnswerIsWaitedForAndKeepsNobodyFromWhatWasAgreed() {
    assertThat(asksFor(byPassword(wanted(hasCertificate(), silent())).plan())).isFalse();
    assertThat(wanted(asksForCertificates(), silent()).plan()).isNotInstanceOf(Proceed.class);
  }

  /** An image that is older than this, or a Secret that is lost. */
  @Test
  void oneThatComesBackWithoutIsLetInAgain() {
    assertThat(asksFor(wanted(asksForCertificates(), m -> {}).plan())).isFalse();
  }

  @Test
  void whatElseIsAskedForDoesNotWaitForACertificate() {
    Trait lowered = m -> Clusters.maxConnections("300").to(m);
    assertThat(byPasswordInForce(wanted(lowered, lowered)).plan())
        .isInstanceOfSatisfying(
            Proceed.class,
            p ->
                assertThat(p.step().text())
                    .startsWith("restart the primary orders-0 in place: max_connections = 200"));
  }

  /** The journal has it without this setting. */
  @Test
  void whatLastWorkedBeforeThereWasThisIsWaitedForToo() {
    var told = with("", asksForCertificates(), asksForCertificates());
    var before = new TreeMap<>(told.desired().settings());
    before.remove(Names.REPLICATION_SETTING);
    assertThat(ByCertificate.admitted(told.desired().with(before, ""), told.observed(), NOW))
        .containsInstanceOf(Await.class);
  }

  @Test
  void nobodyRestartsBeforeAllAreLetInWithout() {
    Trait before =
        m -> {
          asksForCertificates().to(m);
          outdated().to(m);
        };
    var told = with("", before, before);
    assertThat(told.plan()).isEqualTo(new Proceed(reload(told)));
    assertThat(ByCertificate.admitted(told.desired(), told.observed(), NOW))
        .containsInstanceOf(Await.class);
    Trait loosened =
        m -> {
          hasCertificate().to(m);
          outdated().to(m);
        };
    assertThat(with("", loosened, loosened).plan())
        .isInstanceOfSatisfying(
            Proceed.class, p -> assertThat(p.step()).isInstanceOf(RestartReplica.class));
  }

  private static Step reload(Clusters cluster) {
    var pods = cluster.observed().instances().stream().map(Instance::pod).toList();
    return new Step.Reload(pods, cluster.desired().reloadHash());
  }
}

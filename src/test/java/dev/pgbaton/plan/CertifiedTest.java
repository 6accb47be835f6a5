package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.plan.Plan.Blocked;
import dev.pgbaton.plan.Plan.InSync;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import org.junit.jupiter.api.Test;

/** A certificate that is somebody else's has to be there before the rollout that brings it. */
class CertifiedTest {
  private static Clusters withCertificate() {
    return cluster()
        .primary("orders-0")
        .replica("orders-1")
        .spec(text -> text + "  tls: {secretName: orders-tls}\n");
  }

  private static Clusters notRolledOut() {
    return withCertificate()
        .live(
            set ->
                new StatefulSetBuilder(set)
                    .editSpec()
                    .editTemplate()
                    .editSpec()
                    .removeMatchingFromVolumes(volume -> volume.getName().equals("tls"))
                    .endSpec()
                    .endTemplate()
                    .endSpec()
                    .build());
  }

  @Test
  void withoutItNothingIsRolledOut() {
    assertThat(notRolledOut().plan())
        .isInstanceOfSatisfying(
            Blocked.class, b -> assertThat(b.reason()).isEqualTo(Refusal.CERTIFICATE_MISSING));
  }

  /** Every instance has a copy: what is lost is told, and keeps nobody from looking after it. */
  @Test
  void aSecretThatIsLostLaterHoldsNothingUp() {
    assertThat(withCertificate().plan())
        .isInstanceOfSatisfying(
            InSync.class,
            in ->
                assertThat(in.but().orElseThrow().reason()).isEqualTo(Refusal.CERTIFICATE_MISSING));
    assertThat(
            withCertificate()
                .with(
                    new SecretBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("orders-tls")
                        .endMetadata()
                        .build())
                .plan())
        .isEqualTo(new InSync());
  }
}

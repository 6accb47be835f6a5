package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the caches keep, and what of it wakes the loop. */
class TrimTest {
  @Test
  void aSecretKeepsItsKeysAndNoValue() {
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .addToAnnotations(
                "kubectl.kubernetes.io/last-applied-configuration", "{\"data\": \"c2VjcmV0\"}")
            .endMetadata()
            .addToData("password", "c2VjcmV0")
            .build();

    assertThat(Trim.inPlace(secret).toString()).contains("password").doesNotContain("c2VjcmV0");
  }

  @Test
  void aNodeKeepsItsNameAndWhetherItIsCordoned() {
    Node node =
        new NodeBuilder()
            .withNewMetadata()
            .withName("node-1")
            .addToLabels("zone", "a")
            .withManagedFields(new ManagedFieldsEntry())
            .endMetadata()
            .withNewSpec()
            .withUnschedulable(true)
            .withPodCIDR("10.0.0.0/24")
            .endSpec()
            .withNewStatus()
            .addNewImage()
            .withNames("a")
            .endImage()
            .endStatus()
            .build();

    assertThat(Trim.inPlace(node))
        .isEqualTo(
            new NodeBuilder()
                .withNewMetadata()
                .withName("node-1")
                .endMetadata()
                .withNewSpec()
                .withUnschedulable(true)
                .endSpec()
                .build());
  }

  @Test
  void aRenewalIsNotWorthALook() {
    var before = lease();
    var after = lease();
    after.getMetadata().setResourceVersion("2");
    after.getSpec().setRenewTime(ZonedDateTime.now());

    assertThat(Relevance.worthALook(before, after)).isFalse();
  }

  @Test
  void aNewHolderOrAnAnswerIsWorthALook() {
    var holder = lease();
    holder.getSpec().setHolderIdentity("orders-1");
    var answer = lease();
    answer.getMetadata().getAnnotations().put("pgbaton.dev/handoff-refused", "orders-1: late");

    assertThat(Relevance.worthALook(lease(), holder)).isTrue();
    assertThat(Relevance.worthALook(lease(), answer)).isTrue();
  }

  @Test
  void whereASliceLeadsIsNotWorthALook() {
    EndpointSlice before = new EndpointSliceBuilder().withNewMetadata().endMetadata().build();
    EndpointSlice after =
        new EndpointSliceBuilder(before)
            .addToEndpoints(new EndpointBuilder().withAddresses("10.0.0.1").build())
            .build();
    EndpointSlice relabelled =
        new EndpointSliceBuilder(before)
            .editMetadata()
            .addToLabels("kubernetes.io/service-name", "other")
            .endMetadata()
            .build();

    assertThat(Relevance.worthALook(before, after)).isFalse();
    assertThat(Relevance.worthALook(before, relabelled)).isTrue();
  }

  @Test
  void aNewVersionOfTheSameContentIsNotWorthALook() {
    var before =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withResourceVersion("1")
            .endMetadata()
            .addToData("a", "1")
            .build();
    var same = new ConfigMapBuilder(before).editMetadata().withResourceVersion("2").endMetadata();
    var other = new ConfigMapBuilder(before).addToData("a", "2");

    assertThat(Relevance.worthALook(before, same.build())).isFalse();
    assertThat(Relevance.worthALook(before, other.build())).isTrue();
  }

  @Test
  void aPodThatBecomesReadyIsWorthALook() {
    var before = new PodBuilder().withNewMetadata().endMetadata().withNewStatus().endStatus();
    var after =
        new PodBuilder(before.build())
            .editStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus("True")
            .endCondition()
            .endStatus();

    assertThat(Relevance.worthALook(before.build(), after.build())).isTrue();
  }

  @Test
  void passwordsFillOnlyWhatIsEmpty() {
    var secret = new SecretBuilder().addToStringData("a", "").addToStringData("b", "mine").build();

    GeneratedPasswords.fill(secret);

    assertThat(secret.getStringData()).containsEntry("b", "mine");
    assertThat(secret.getStringData().get("a")).matches("[A-Za-z0-9]{32}");
  }

  @Test
  void versionsAreComparedAsNumbers() {
    assertThat(Trim.version("1000")).isGreaterThan(Trim.version("999"));
    assertThat(List.of(Trim.version((String) null), Trim.version(""))).containsOnly(0L);
  }

  private static Lease lease() {
    return new LeaseBuilder()
        .withNewMetadata()
        .withResourceVersion("1")
        .addToAnnotations("pgbaton.dev/last-holder", "orders-0")
        .endMetadata()
        .withNewSpec()
        .withHolderIdentity("orders-0")
        .endSpec()
        .build();
  }
}

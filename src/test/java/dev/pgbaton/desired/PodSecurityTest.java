package dev.pgbaton.desired;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The Pod Security standard "restricted", point by point, and what goes beyond it. */
class PodSecurityTest {
  static Stream<PodSpec> pods() {
    var cluster = Specs.example("orders");
    var pgpool =
        (Deployment) cluster.get(cluster.layout().key("Deployment", "orders-pgpool")).object();
    return Stream.of(
        cluster.statefulSet().getSpec().getTemplate().getSpec(),
        pgpool.getSpec().getTemplate().getSpec());
  }

  @ParameterizedTest
  @MethodSource("pods")
  void nothingOfTheHostIsShared(PodSpec pod) {
    assertThat(pod.getHostNetwork()).isNull();
    assertThat(pod.getHostPID()).isNull();
    assertThat(pod.getHostIPC()).isNull();
    assertThat(pod.getContainers())
        .flatExtracting(container -> container.getPorts())
        .allSatisfy(port -> assertThat(port.getHostPort()).isNull());
  }

  @ParameterizedTest
  @MethodSource("pods")
  void onlyTheAllowedKindsOfVolumesAreMounted(PodSpec pod) {
    assertThat(pod.getVolumes())
        .allMatch(
            volume ->
                volume.getEmptyDir() != null
                    || volume.getConfigMap() != null
                    || volume.getSecret() != null
                    || volume.getProjected() != null);
  }

  @ParameterizedTest
  @MethodSource("pods")
  void nobodyIsRootOrCanBecomeIt(PodSpec pod) {
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(pod.getContainers())
        .isNotEmpty()
        .allSatisfy(
            container -> {
              var context = container.getSecurityContext();
              assertThat(context.getAllowPrivilegeEscalation()).isFalse();
              assertThat(context.getCapabilities().getDrop()).containsExactly("ALL");
              assertThat(context.getCapabilities().getAdd()).isEmpty();
              assertThat(context.getReadOnlyRootFilesystem()).isTrue();
            });
  }

  @ParameterizedTest
  @MethodSource("pods")
  void noPasswordIsInTheEnvironment(PodSpec pod) {
    assertThat(pod.getContainers())
        .flatExtracting(container -> container.getEnv())
        .allSatisfy(
            variable ->
                assertThat(
                        variable.getValueFrom() == null
                            || variable.getValueFrom().getSecretKeyRef() == null)
                    .isTrue());
  }

  @ParameterizedTest
  @MethodSource("pods")
  void everyVolumeIsMountedAndEveryMountIsAVolume(PodSpec pod) {
    var mounted =
        pod.getContainers().stream()
            .flatMap(container -> container.getVolumeMounts().stream())
            .map(mount -> mount.getName())
            // The claim's, which the StatefulSet adds.
            .filter(name -> !name.equals("data"))
            .toList();

    assertThat(pod.getVolumes())
        .extracting(volume -> volume.getName())
        .containsExactlyInAnyOrderElementsOf(mounted);
  }
}

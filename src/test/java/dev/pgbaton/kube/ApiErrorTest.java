package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.ClusterWriter.Written;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ApiErrorTest {
  @Test
  void aMovedObjectIsStale() {
    assertThat(translated(409, "Conflict", "the object has been modified"))
        .isEqualTo(new Written.Stale("the object has been modified"));
    assertThat(translated(404, "NotFound", "pods \"orders-0\" not found"))
        .isInstanceOf(Written.Stale.class);
  }

  @Test
  void aServerThatIsAwayOrBusyIsAskedAgain() {
    assertThat(translated(429, "TooManyRequests", "wait")).isInstanceOf(Written.NotNow.class);
    assertThat(translated(503, "ServiceUnavailable", "no")).isInstanceOf(Written.NotNow.class);
    assertThat(translated(401, "Unauthorized", "Unauthorized")).isInstanceOf(Written.NotNow.class);
    assertThat(
            ApiError.translate(
                new KubernetesClientException("wrapped", new IOException("connection refused"))))
        .isEqualTo(new Written.NotNow("connection refused"));
  }

  @Test
  void whateverGoesWrongHasWords() {
    assertThat(ApiError.words(new CompletionException(new TimeoutException())))
        .isEqualTo("no answer in time");
    assertThat(ApiError.words(new KubernetesClientException("wrapped", new TimeoutException())))
        .isEqualTo("no answer in time");
    assertThat(ApiError.words(new CompletionException(new ClosedChannelException())))
        .isEqualTo("ClosedChannelException");
    assertThat(ApiError.words(new ExecutionException(new IOException("connection refused"))))
        .isEqualTo("connection refused");
  }

  @Test
  void aMissingNamespaceMayStillCome() {
    var e = error(404, "NotFound", "namespaces \"shop\" not found");
    e.getStatus()
        .setDetails(
            new io.fabric8.kubernetes.api.model.StatusDetailsBuilder()
                .withKind("namespaces")
                .build());
    assertThat(ApiError.translate(e)).isInstanceOf(Written.NotNow.class);
  }

  @Test
  void whatIsWrongStaysWrong() {
    assertThat(translated(422, "Invalid", "spec: Forbidden")).isInstanceOf(Written.Refused.class);
    assertThat(translated(403, "Forbidden", "may not")).isInstanceOf(Written.Refused.class);
  }

  @Test
  void aQuotaOrAnEndingNamespaceMayPass() {
    assertThat(translated(403, "Forbidden", "exceeded quota: small"))
        .isInstanceOf(Written.NotNow.class);
    assertThat(translated(403, "Forbidden", "no", cause("NamespaceTerminating", "it ends", null)))
        .isInstanceOf(Written.NotNow.class);
  }

  @Test
  void aBudgetSpeaksForItself() {
    var e =
        error(
            429,
            "TooManyRequests",
            "Cannot evict pod as it would violate the pod's disruption budget.",
            cause("DisruptionBudget", "The disruption budget orders needs 2 healthy pods", null));
    assertThat(ApiError.budget(e)).isEqualTo("The disruption budget orders needs 2 healthy pods");
  }

  @Test
  void aFieldConflictNamesManagersAndFields() {
    var conflict =
        ApiError.conflict(
            error(
                409,
                "Conflict",
                "Apply failed with 3 conflicts",
                cause(
                    "FieldManagerConflict",
                    "conflict with \"kubectl\" with subresource \"scale\" using apps/v1",
                    ".spec.replicas"),
                cause(
                    "FieldManagerConflict",
                    "conflict with \"kubectl-edit\" using apps/v1 at 2026-01-01T00:00:00Z",
                    ".spec.minReadySeconds")));
    assertThat(conflict)
        .hasValueSatisfying(
            c -> {
              assertThat(c.byHand()).isTrue();
              assertThat(c.text())
                  .isEqualTo("kubectl (.spec.replicas), kubectl-edit (.spec.minReadySeconds)");
            });
  }

  @Test
  void aMachineAmongTheManagersIsNotByHand() {
    var conflict =
        ApiError.conflict(
            error(
                409,
                "Conflict",
                "Apply failed",
                cause("FieldManagerConflict", "conflict with \"kubectl-edit\" using v1", ".a"),
                cause("FieldManagerConflict", "conflict with \"argocd-controller\"", ".b")));
    assertThat(conflict).hasValueSatisfying(c -> assertThat(c.byHand()).isFalse());
  }

  @Test
  void anotherConflictIsNotAboutFields() {
    assertThat(ApiError.conflict(error(409, "Conflict", "the object has been modified"))).isEmpty();
  }

  private static Written translated(
      int code, String reason, String message, StatusCause... causes) {
    return ApiError.translate(error(code, reason, message, causes));
  }

  private static KubernetesClientException error(
      int code, String reason, String message, StatusCause... causes) {
    Status status =
        new StatusBuilder()
            .withCode(code)
            .withReason(reason)
            .withMessage(message)
            .withNewDetails()
            .withCauses(List.of(causes))
            .endDetails()
            .build();
    return new KubernetesClientException("Failure executing: …", code, status);
  }

  private static StatusCause cause(String reason, String message, String field) {
    return new StatusCause(field, message, reason);
  }
}

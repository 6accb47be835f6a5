package dev.pgbaton.kube;

import dev.pgbaton.apply.ClusterWriter.Written;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** What the API server's refusals mean for a write. The only place that looks at their codes. */
final class ApiError {
  private ApiError() {}

  static Written translate(KubernetesClientException e) {
    var why = words(e);
    return switch (e.getCode()) {
      case 404 ->
          isNamespace(e) ? new Written.NotNow(why) : new Written.Stale("it is gone: " + why);
      case 409 -> new Written.Stale(why);
      case 403 -> canPass(e) ? new Written.NotNow(why) : new Written.Refused(why);
      // A patch that carries the UID of an object's predecessor.
      case 422 -> hasCause(e, "metadata.uid") ? new Written.Stale(why) : new Written.Refused(why);
      case 400, 405, 413, 415 -> new Written.Refused(why);
      // 0: the connection. 401: the token is being changed. 429 and 5xx: the server is busy or
      // away.
      default -> new Written.NotNow(why);
    };
  }

  /** Who owns the fields that a server-side apply wanted, if that is all that was wrong. */
  static Optional<FieldConflict> conflict(KubernetesClientException e) {
    return e.getCode() == 409 ? FieldConflict.of(causes(e)) : Optional.empty();
  }

  /** The object that would come of it is none. */
  static boolean invalid(KubernetesClientException e) {
    return e.getCode() == 422;
  }

  /** A disruption budget's own words. */
  static String budget(KubernetesClientException e) {
    var budget =
        causes(e).stream()
            .filter(c -> "DisruptionBudget".equals(c.getReason()))
            .map(StatusCause::getMessage)
            .collect(Collectors.joining("; "));
    return budget.isEmpty() ? words(e) : budget;
  }

  static boolean alreadyExists(KubernetesClientException e) {
    return e.getCode() == 409
        && Optional.ofNullable(e.getStatus())
            .map(Status::getReason)
            .map("AlreadyExists"::equals)
            .orElse(false);
  }

  private static boolean isNamespace(KubernetesClientException e) {
    return Optional.ofNullable(e.getStatus())
        .map(Status::getDetails)
        .map(d -> "namespaces".equals(d.getKind()))
        .orElse(false);
  }

  /** A namespace that is being deleted, or a quota. */
  private static boolean canPass(KubernetesClientException e) {
    return causes(e).stream().anyMatch(c -> "NamespaceTerminating".equals(c.getReason()))
        || words(e).contains("exceeded quota");
  }

  private static boolean hasCause(KubernetesClientException e, String field) {
    return causes(e).stream().anyMatch(c -> field.equals(c.getField()));
  }

  private static List<StatusCause> causes(KubernetesClientException e) {
    return Optional.ofNullable(e.getStatus())
        .map(Status::getDetails)
        .map(d -> d.getCauses())
        .orElse(List.of());
  }

  /** The server's own sentence, without the client's dump of the response around it. */
  static String words(KubernetesClientException e) {
    var status = e.getStatus() == null ? null : e.getStatus().getMessage();
    if (status != null && !status.isBlank()) return status;
    return e.getCause() == null ? own(e) : words(e.getCause());
  }

  /** Of whatever went wrong on the way to the server. Some exceptions have nothing but a name. */
  static String words(Throwable t) {
    return switch (t) {
      case KubernetesClientException e -> words(e);
      case CompletionException e when e.getCause() != null -> words(e.getCause());
      case ExecutionException e when e.getCause() != null -> words(e.getCause());
      default -> own(t);
    };
  }

  private static String own(Throwable t) {
    var message = t.getMessage();
    if (message != null && !message.isBlank()) return message;
    return t instanceof TimeoutException ? "no answer in time" : t.getClass().getSimpleName();
  }
}

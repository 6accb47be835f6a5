package dev.pgbaton.kube;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ExceptionHandler;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jboss.logging.Logger;

/** What goes wrong with a watch is said in one line, now and then, and tried again for ever. */
final class Retry implements ExceptionHandler {
  private static final Duration AGAIN = Duration.ofMinutes(5);
  private static final Logger LOG = Logger.getLogger(Retry.class);

  private final String what;
  private String last = "";
  private long said;

  Retry(String what) {
    this.what = what;
  }

  @Override
  public synchronized boolean retryAfterException(boolean isStarted, Throwable t) {
    var why = words(t);
    if (!why.equals(last) || System.nanoTime() - said > AGAIN.toNanos()) {
      LOG.warnf("%s can't be watched, tried again: %s", what, why);
      last = why;
      said = System.nanoTime();
    }
    // An informer that stops shows yesterday's world for ever.
    return true;
  }

  private static String words(Throwable t) {
    var cause = t instanceof CompletionException && t.getCause() != null ? t.getCause() : t;
    return cause instanceof KubernetesClientException e
        ? ApiError.words(e)
        : String.valueOf(cause.getMessage());
  }
}

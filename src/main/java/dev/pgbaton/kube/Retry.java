package dev.pgbaton.kube;

import io.fabric8.kubernetes.client.informers.ExceptionHandler;
import java.time.Duration;
import org.jboss.logging.Logger;

/** What goes wrong with a watch is said in one line, now and then, and tried again for ever. */
final class Retry implements ExceptionHandler {
  private static final Duration AGAIN = Duration.ofMinutes(5);
  private static final Logger LOG = Logger.getLogger(Retry.class);

  private final String trouble;
  private String last = "";
  private long said;

  Retry(String what) {
    this(what, "can't be watched");
  }

  Retry(String what, String trouble) {
    this.trouble = what + " " + trouble;
  }

  @Override
  public synchronized boolean retryAfterException(boolean isStarted, Throwable t) {
    var why = ApiError.words(t);
    if (!why.equals(last) || System.nanoTime() - said > AGAIN.toNanos()) {
      LOG.warnf("%s, tried again: %s", trouble, why);
      last = why;
      said = System.nanoTime();
    }
    // An informer that stops shows yesterday's world for ever.
    return true;
  }
}

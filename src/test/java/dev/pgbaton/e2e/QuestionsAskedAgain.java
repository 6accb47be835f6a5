package dev.pgbaton.e2e;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * While something is waited for, containers end and connections break: a question that gets no
 * answer is asked again until the time is up, and is then named as what came last.
 */
public final class QuestionsAskedAgain implements LauncherSessionListener {
  private static final List<Class<? extends Exception>> NO_ANSWER =
      List.of(
          SQLException.class,
          Shell.Failed.class,
          KubernetesClientException.class,
          IOException.class,
          UncheckedIOException.class);

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    Awaitility.ignoreExceptionsByDefaultMatching(
        thrown -> NO_ANSWER.stream().anyMatch(type -> type.isInstance(thrown)));
  }
}

package dev.pgbaton.plan;

import static dev.pgbaton.plan.Clusters.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.apply.ClusterWriter;
import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.observed.ClusterReader;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.reconcile.Requests;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Between the look and the request, the Lease's holder renews it. */
class RequestedHandOffTest {
  private final List<String> tried = new ArrayList<>();
  private int looks;

  @Test
  void aLeaseThatWasRenewedMeanwhileNeedsNoOtherPress() {
    var answer = press("3", _ -> "orders-0");

    assertThat(answer.text()).isEqualTo("orders-0 is asked to hand off to orders-1.");
    assertThat(tried).containsExactly("1", "2", "3");
  }

  @Test
  void aLeaseThatChangedHandsMeanwhileIsLookedAtAnew() {
    var answer = press("3", look -> look < 2 ? "orders-0" : "orders-1");

    assertThat(answer.asked()).isFalse();
    assertThat(answer.text()).isEqualTo("The Lease says something else by now. Try again.");
    assertThat(tried).containsExactly("1");
  }

  @Test
  void itIsGivenUpInTheEnd() {
    assertThat(press("never", _ -> "orders-0").asked()).isFalse();
    assertThat(tried).hasSize(5);
  }

  @Test
  void whoSawAnotherPrimaryAsksForNothing() {
    var answer = press("1", _ -> "orders-0", Optional.of("orders-1"));
    assertThat(answer.asked()).isFalse();
    assertThat(answer.text())
        .isEqualTo(
            "orders-0 is the primary by now, and not orders-1 any more. Nothing was asked for.");
    assertThat(tried).isEmpty();

    assertThat(press("2", _ -> "orders-0", Optional.of("orders-0")).asked()).isTrue();
  }

  private Requests.Answer press(String taken, Function<Integer, String> holder) {
    return press(taken, holder, Optional.empty());
  }

  /**
   * @param taken the version of the Lease that is the server's at last
   * @param holder by the number of the look
   * @param from the primary that the page showed
   */
  private Requests.Answer press(
      String taken, Function<Integer, String> holder, Optional<String> from) {
    var healthy = lease(0, holder.apply(1));
    var requests =
        new Requests(
            as(
                ClusterReader.class,
                () -> lease(++looks, holder.apply(looks)).observed().snapshot()),
            (_, _, _) -> healthy.answers(),
            new Empty(),
            as(
                ClusterWriter.class,
                () ->
                    taken.equals(tried.getLast())
                        ? new Written.Done(null)
                        : new Written.Stale("the Lease moved")));
    return requests.handOff(healthy.desired(), from, Optional.empty());
  }

  private static Clusters lease(int version, String holder) {
    return cluster()
        .primary("orders-0")
        .replica("orders-1")
        .lease(
            l ->
                l.editMetadata()
                    .withResourceVersion(String.valueOf(version))
                    .endMetadata()
                    .editOrNewSpec()
                    .withHolderIdentity(holder)
                    .withLeaseTransitions(3)
                    .endSpec());
  }

  /** The only thing that is asked of it. */
  private <T> T as(Class<T> port, Supplier<Object> answer) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, arguments) -> {
              if (method.getName().equals("requestHandoff")) tried.add((String) arguments[1]);
              else assertThat(method.getName()).isEqualTo("live");
              return answer.get();
            }));
  }

  private static final class Empty implements Journal {
    @Override
    public JournalEntry read(ClusterId id) {
      return JournalEntry.EMPTY;
    }

    @Override
    public Optional<JournalEntry> write(ClusterId id, JournalEntry entry) {
      return Optional.empty();
    }

    @Override
    public SortedSet<ClusterId> clusters() {
      return new TreeSet<>();
    }
  }
}

package dev.pgbaton.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromisesTest {
  private static final Duration NOW = Duration.ofHours(1);
  private static final InstanceSettings SETTINGS = InstanceSettings.fast(0);

  private final Identity holder = identity("pg-0");
  private final Identity self = identity("pg-1");
  private final LeaseState lease = LeaseState.fresh("7").taken(holder, SETTINGS);
  private final Promises promises = new Promises();

  private static Identity identity(String name) {
    return new Identity(name, name + "-life", List.of("pg-0", "pg-1"), name);
  }

  private static Promise asked(int epoch) {
    return new Promise("pg-0", "pg-0-life", epoch, SETTINGS.takeAfter());
  }

  @Test
  void aPromiseBindsFromWhenItWasReceived() {
    assertThat(promises.give(asked(1), Optional.of(lease), self, NOW)).isTrue();

    assertThat(promises.startTaking(lease, NOW.plusMillis(9_999))).isFalse();
    assertThat(promises.startTaking(lease, NOW.plusSeconds(10))).isTrue();
  }

  @Test
  void whoHasSeenALaterEpochRefuses() {
    var later = lease.taken(identity("pg-2"), SETTINGS);

    assertThat(promises.give(asked(1), Optional.of(later), self, NOW)).isFalse();
  }

  @Test
  void whoHasSeenTheHolderLetGoRefuses() {
    assertThat(promises.give(asked(1), Optional.of(lease.released(Optional.empty())), self, NOW))
        .isFalse();
  }

  @Test
  void aFormerPodOfTheHoldersNameIsRefused() {
    var former = new Promise("pg-0", "another-life", 1, SETTINGS.takeAfter());

    assertThat(promises.give(former, Optional.of(lease), self, NOW)).isFalse();
  }

  @Test
  void whoKnowsLessThanTheHolderMayPromise() {
    assertThat(promises.give(asked(2), Optional.of(lease), self, NOW)).isTrue();
    assertThat(promises.give(asked(2), Optional.empty(), self, NOW)).isTrue();
  }

  @Test
  void aPromiseEndsWithItsEpoch() {
    promises.give(asked(1), Optional.of(lease), self, NOW);

    assertThat(promises.startTaking(lease.released(Optional.empty()), NOW.plusSeconds(1))).isTrue();
  }

  @Test
  void whoMayHaveTakenTheLeaseRefusesUntilItIsKnown() {
    promises.startTaking(lease, NOW);

    assertThat(promises.give(asked(1), Optional.of(lease), self, NOW.plusSeconds(30))).isFalse();

    var renewed = lease.with(draft -> draft.version = "8");
    assertThat(promises.give(asked(1), Optional.of(renewed), self, NOW.plusSeconds(31))).isTrue();
  }
}

package dev.pgbaton.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.instance.Peer;
import dev.pgbaton.instance.Peers;
import dev.pgbaton.instance.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PeersToComeTest {
  private static final Peer SILENT =
      new Peer("pg-1", Optional.of(Duration.ofSeconds(1)), Optional.empty());

  private static final Peer NOT_ASKED = new Peer("pg-2", Optional.empty(), Optional.empty());

  private record Known(List<Peer> latest) implements Peers {
    @Override
    public void among(List<String> names) {}

    @Override
    public boolean promise(List<String> names, Promise asked) {
      return false;
    }

    @Override
    public void askClosely(Set<String> instances) {}
  }

  private static Peer seen(Peer peer, boolean emptyHere, boolean noVolume) {
    return new PeersToCome(new Known(List.of(peer)), () -> emptyHere, _ -> noVolume)
        .latest()
        .getFirst();
  }

  @Test
  void whoNeverHadAVolumeHasNoData() {
    assertThat(seen(SILENT, true, true).status())
        .hasValueSatisfying(status -> assertThat(status.hasData()).isFalse());
  }

  @Test
  void whoIsSilentAndMayHaveAVolumeStaysUnknown() {
    assertThat(seen(SILENT, true, false)).isEqualTo(SILENT);
  }

  @Test
  void whoHasDataLooksForNobodysVolume() {
    assertThat(seen(SILENT, false, true)).isEqualTo(SILENT);
  }

  @Test
  void whoWasNotAskedYetIsAskedFirst() {
    assertThat(seen(NOT_ASKED, true, true)).isEqualTo(NOT_ASKED);
  }
}

package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.helpers.test.AssertSubscriber;
import org.junit.jupiter.api.Test;

class SeatsTest {
  private final Seats seats = new Seats(2);

  @Test
  void whoGoesLeavesASeatHoweverItEnds() {
    var cancels = look(Multi.createFrom().nothing());
    var ends = look(Multi.createFrom().items(1, 2));
    var fails = look(Multi.createFrom().failure(new IllegalStateException("gone")));
    assertThat(seats.full()).isFalse();

    var stays = look(Multi.createFrom().nothing());
    assertThat(seats.full()).isTrue();
    look(Multi.createFrom().nothing()).assertCompleted().assertHasNotReceivedAnyItem();

    cancels.cancel();
    cancels.cancel();
    assertThat(seats.full()).isFalse();
    look(Multi.createFrom().nothing());
    assertThat(seats.full()).isTrue();
    ends.assertCompleted();
    fails.assertFailedWith(IllegalStateException.class);
    stays.assertNotTerminated();
  }

  @Test
  void whoNeverComesTakesNone() {
    seats.taken(Multi.createFrom().nothing());
    seats.taken(Multi.createFrom().nothing());

    assertThat(seats.full()).isFalse();
  }

  private AssertSubscriber<Object> look(Multi<?> shown) {
    return seats
        .<Object>taken(shown.onItem().transform(o -> (Object) o))
        .subscribe()
        .withSubscriber(AssertSubscriber.create(10));
  }
}

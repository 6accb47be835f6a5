package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.web.Doorkeeper.Person;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

  private final Sessions sessions = new Sessions();

  @Test
  void whoSignsInAgainAndAgainTakesNoPlaceFromOthers() {
    var bob = open("bob", NOW);
    var alices = IntStream.range(0, 7).mapToObj(i -> open("alice", NOW.plusSeconds(i))).toList();

    var later = NOW.plusSeconds(10);
    assertThat(sessions.find(bob, later)).isPresent();
    assertThat(alices.subList(0, 2)).allMatch(s -> sessions.find(s, later).isEmpty());
    assertThat(alices.subList(2, 7)).allMatch(s -> sessions.find(s, later).isPresent());
  }

  private String open(String user, Instant now) {
    return sessions.open(user, new Person(user, List.of()), Instant.MAX, now).orElseThrow();
  }
}

package dev.pgbaton.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ToldPasswordsTest {
  @Test
  void whatIsToldIsRead() {
    var told =
        new ToldPasswords(
            "abc", List.of(new PasswordPlace("a", "k.1"), new PasswordPlace("b", "k")));

    assertThat(ToldPasswords.parse(told.text())).contains(told);
    assertThat(ToldPasswords.parse(told.over().text())).contains(told.over());
    assertThat(told.over().isOver()).isTrue();
  }

  @Test
  void anythingElseIsNothing() {
    assertThat(ToldPasswords.parse("")).isEmpty();
    assertThat(ToldPasswords.parse("abc a/b/c")).isEmpty();
    assertThat(ToldPasswords.parse("abc a")).isEmpty();
  }
}

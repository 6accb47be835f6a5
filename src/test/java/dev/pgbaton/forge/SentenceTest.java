package dev.pgbaton.forge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SentenceTest {
  @Test
  void whatFitsIsLeftAlone() {
    assertThat(Sentence.cut("orders-1 is not Ready", 21)).isEqualTo("orders-1 is not Ready");
  }

  @Test
  void whatDoesNotFitIsCutAfterAWord() {
    assertThat(Sentence.cut("orders-1 is not Ready, look at its log", 25))
        .isEqualTo("orders-1 is not Ready…");
    assertThat(Sentence.cut("orders-1 is not Ready, look at its log", 23))
        .isEqualTo("orders-1 is not Ready…");
  }

  @Test
  void aWordThatFillsTheRoomIsCutItself() {
    assertThat(Sentence.cut("a " + "x".repeat(30), 20)).isEqualTo("a " + "x".repeat(17) + "…");
  }

  @Test
  void aCharacterOfTwoHalvesIsNotCutInTwo() {
    assertThat(Sentence.cut("\uD83D\uDE00".repeat(20), 10))
        .isEqualTo("\uD83D\uDE00".repeat(4) + "…");
  }

  @Test
  void linesBecomeOne() {
    assertThat(Sentence.cut(" one\n  two\t", 10)).isEqualTo("one two");
  }
}

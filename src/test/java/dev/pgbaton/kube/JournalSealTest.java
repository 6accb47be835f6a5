package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgbaton.cluster.ClusterId;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JournalSealTest {
  private static final ClusterId ORDERS = new ClusterId("shop", "orders");
  private static final String TEXT = "{\"confidential\":true,\"env\":\"super-example\"}";

  /** A Secret. */
  private static final class Kept implements JournalSeal.Keys {
    byte[] key;

    @Override
    public Optional<byte[]> read() {
      return Optional.ofNullable(key);
    }

    @Override
    public byte[] keep(byte[] fresh) {
      if (key == null) key = fresh;
      return key;
    }
  }

  @Test
  void whatIsSealedCanBeOpenedByTheNextProcessAndSaysNothing() {
    var keys = new Kept();
    var sealed = new JournalSeal(keys).seal(ORDERS, TEXT);

    assertThat(JournalSeal.isSealed(sealed)).isTrue();
    assertThat(JournalSeal.isSealed(TEXT)).isFalse();
    assertThat(sealed).doesNotContain("super");
    assertThat(new JournalSeal(keys).open(ORDERS, sealed)).contains(TEXT);
  }

  @Test
  void whoeverMadeTheKeyFirstMadeItForAll() {
    var keys = new Kept();
    var first = new JournalSeal(keys);
    var second = new JournalSeal(keys);

    assertThat(second.open(ORDERS, first.seal(ORDERS, TEXT))).contains(TEXT);
    assertThat(first.open(ORDERS, second.seal(ORDERS, TEXT))).contains(TEXT);
  }

  @Test
  void withoutTheKeyOrForAnotherClusterItIsNothing() {
    var keys = new Kept();
    var seal = new JournalSeal(keys);
    var sealed = seal.seal(ORDERS, TEXT);

    assertThat(seal.open(new ClusterId("shop", "billing"), sealed)).isEmpty();
    assertThat(new JournalSeal(new Kept()).open(ORDERS, sealed)).isEmpty();
    var other = new Kept();
    new JournalSeal(other).seal(ORDERS, TEXT);
    assertThat(new JournalSeal(other).open(ORDERS, sealed)).isEmpty();
    assertThat(seal.open(ORDERS, "sealed:AAAA")).isEmpty();
  }
}

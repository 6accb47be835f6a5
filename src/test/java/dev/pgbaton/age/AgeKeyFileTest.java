package dev.pgbaton.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pgbaton.sops.DataKeys.Wrapped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Private age keys, as they are mounted. */
class AgeKeyFileTest {
  private static final Path FILES = Path.of("src/test/resources/dev/pgbaton/sops");

  @TempDir Path directory;
  private Path mounted;
  private String own;
  private String other;
  private List<Wrapped> keys;

  @BeforeEach
  void read() throws Exception {
    mounted = directory.resolve("age-keys");
    own = Files.readString(FILES.resolve("keys.txt"));
    other = Files.readString(FILES.resolve("other-keys.txt"));
    keys =
        List.of(
            new Wrapped("ssh-ed25519 AAAA", "no age file at all"),
            new Wrapped("age1x", Files.readString(FILES.resolve("data-key.age"))));
  }

  @Test
  void severalKeysStandInAFileWithComments() throws Exception {
    Files.writeString(
        mounted, "\n# old\r\n" + other.replace("\n", "\r\n") + "\nAGE-PLUGIN-YUBIKEY-1QQ\n" + own);
    assertThat(new AgeKeyFile(mounted).unwrap("f", keys)).hasSize(32);
  }

  @Test
  void aKeyThatIsMountedAnewCounts() throws Exception {
    Files.writeString(mounted, other);
    var file = new AgeKeyFile(mounted);
    assertThatThrownBy(() -> file.unwrap("f.yaml", keys))
        .hasMessageStartingWith("f.yaml can't be decrypted: none of the 1 keys in " + mounted)
        .hasMessageContaining("ssh-ed25519 AAAA, age1x");
    Files.writeString(mounted, own);
    assertThat(file.unwrap("f", keys)).hasSize(32);
  }

  @Test
  void aMissingOrBrokenFileIsToldWithoutItsContent() throws Exception {
    var file = new AgeKeyFile(mounted);
    assertThatThrownBy(() -> file.unwrap("f", keys))
        .hasMessageContaining(mounted + " (PGBATON_SOPS_AGE_KEY_FILE) is not there");
    Files.writeString(mounted, "# nothing\n");
    assertThatThrownBy(() -> file.unwrap("f", keys)).hasMessageContaining("has no private age key");
    Files.writeString(mounted, "# x\nAGE-SECRET-KEY-1QQQQSECRETQQQQ\n");
    assertThatThrownBy(() -> file.unwrap("f", keys))
        .hasMessage(mounted + ":2 is no private age key.");
    Files.delete(mounted);
    Files.createDirectory(mounted);
    assertThatThrownBy(() -> file.unwrap("f", keys)).hasMessageContaining("can't be read");
  }
}

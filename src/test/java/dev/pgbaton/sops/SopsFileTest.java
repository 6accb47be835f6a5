package dev.pgbaton.sops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pgbaton.age.AgeKeyFile;
import dev.pgbaton.sops.DataKeys.Wrapped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files were written by sops 3.11.0, for keys of age-keygen 1.1.1. */
class SopsFileTest {
  private static final Path FILES = Path.of("src/test/resources/dev/pgbaton/sops");
  private static final DataKeys KEYS = new AgeKeyFile(FILES.resolve("keys.txt"));
  private static final DataKeys OTHERS = new AgeKeyFile(FILES.resolve("other-keys.txt"));
  private static final String PASSWORD = "Täglich frisch: 50% & mehr";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "whole.enc.yaml",
        "whole.enc.json",
        "only-passwords.enc.yaml",
        "mac-only-encrypted.enc.yaml"
      })
  void decryptsWhatSopsEncrypted(String name) throws Exception {
    assertThat(decrypted(name, text(name), "shop.password")).isEqualTo(PASSWORD);
    assertThat(decrypted(name, text(name), "reporting.password")).isEqualTo("r3porting");
  }

  @Test
  void numbersAndKeysWithDotsAreValuesToo() throws Exception {
    assertThat(decrypted("whole.enc.yaml", text("whole.enc.yaml"), "shop.port")).isEqualTo("5432");
    assertThat(decrypted("whole.enc.yaml", text("whole.enc.yaml"), "shop.dotted.key"))
        .isEqualTo("dots");
  }

  @Test
  void anyOfItsKeysOpensIt() throws Exception {
    var file = SopsFile.read("f", Files.readAllBytes(FILES.resolve("only-passwords.enc.yaml")));
    assertThat(file.decrypt("shop.password", KEYS).value()).isEqualTo(PASSWORD);
    assertThat(file.decrypt("shop.password", OTHERS).value()).isEqualTo(PASSWORD);
  }

  @Test
  void anothersKeyIsRefusedByTheNamesOfThoseThatFit() {
    assertRefused(
        "for-others.enc.yaml",
        text("for-others.enc.yaml"),
        "shop.password",
        "for-others.enc.yaml can't be decrypted: none of the 1 keys in "
            + FILES.resolve("keys.txt")
            + " is one of those that it is encrypted for (age1",
        "sops updatekeys");
  }

  @Test
  void aChangedValueIsRefused() {
    var text = text("whole.enc.yaml");
    var begin = text.indexOf("data:", text.indexOf("password:")) + 5;
    var other = text.charAt(begin) == 'A' ? 'B' : 'A';
    assertRefused(
        "whole.enc.yaml",
        text.substring(0, begin) + other + text.substring(begin + 1),
        "shop.password",
        "shop.password in whole.enc.yaml was changed");
  }

  @Test
  void aValueFromAnotherPlaceIsRefused() {
    var lines = text("whole.enc.yaml").lines().toList();
    var passwords = lines.stream().filter(line -> line.strip().startsWith("password:")).toList();
    var moved = text("whole.enc.yaml").replace(passwords.get(0).strip(), passwords.get(1).strip());
    assertRefused("whole.enc.yaml", moved, "shop.password", "comes from another place or file");
  }

  @Test
  void whatStandsThereInClearIsUnderTheMacToo() {
    assertRefused(
        "only-passwords.enc.yaml",
        text("only-passwords.enc.yaml").replace("port: 5432", "port: 5433"),
        "shop.password",
        "its MAC does not fit");
    assertRefused(
        "only-passwords.enc.yaml",
        text("only-passwords.enc.yaml").replaceFirst(" +port: 5432\n", ""),
        "shop.password",
        "its MAC does not fit");
    assertRefused(
        "only-passwords.enc.yaml",
        text("only-passwords.enc.yaml").replaceFirst("\"2026-", "\"2025-"),
        "shop.password",
        "its MAC does not fit");
  }

  @Test
  void onlyWhatIsEncryptedIsUnderTheMacWhereTheFileSaysSo() throws Exception {
    var name = "mac-only-encrypted.enc.yaml";
    var text = text(name);
    assertThat(decrypted(name, text.replace("port: 5432", "port: 5433"), "shop.password"))
        .isEqualTo(PASSWORD);
    assertRefused(
        name,
        text.replace("mac_only_encrypted: true", "mac_only_encrypted: false"),
        "shop.password",
        "its MAC does not fit");
    assertRefused(
        "only-passwords.enc.yaml",
        text("only-passwords.enc.yaml")
            .replace("    version:", "    mac_only_encrypted: true\n    version:"),
        "shop.password",
        "its MAC does not fit");
  }

  @Test
  void aTakenOutPasswordIsRefusedEvenWhereTheMacIsOverThoseOnly() {
    var name = "mac-only-encrypted.enc.yaml";
    var reporting =
        text(name)
            .lines()
            .filter(line -> line.strip().startsWith("password:"))
            .skip(1)
            .findFirst()
            .orElseThrow();
    assertRefused(
        name,
        text(name).replace(reporting, "    password: guessed"),
        "shop.password",
        "its MAC does not fit");
  }

  @Test
  void whatIsNoSuchFileSaysWhatToDo() {
    assertRefused(
        "f.yaml", "shop: {password: open}\n", "shop.password", "was not encrypted by SOPS");
    assertRefused("f.yaml", "- one\n", "shop.password", "f.yaml is no mapping");
    assertRefused("f.yaml", "a: 'geheim\n", "shop.password", "neither YAML nor JSON (line 2)");
    assertRefused("f.yaml", "a: 1\n---\nb: 2\n", "a", "more than one document");
    assertRefused("f.yaml", "sops: {mac: x}\n", "a", "encrypted for no age key");
    assertRefused("f.yaml", text("two-groups.enc.yaml"), "a", "keys of several groups");
    assertRefused(
        "f.yaml",
        text("whole.enc.yaml"),
        "shop.pasword",
        "f.yaml has no shop.pasword. Its keys are: shop.password, ");
    assertRefused(
        "f.yaml", text("whole.enc.yaml"), "note_unencrypted", "has note_unencrypted in clear");
    assertRefused("f.yaml", text("whole.enc.yaml"), "shop.hosts", "shop.hosts more than once");
    assertRefused(
        "f.yaml",
        text("whole.enc.yaml").replaceFirst("(?m)^    mac: .*\n", ""),
        "shop.password",
        "has no MAC");
    assertRefused("f.yaml", "a: " + "x".repeat(SopsFile.LARGEST), "a", "bytes; one with passwords");
  }

  @Test
  void noWordsRepeatAValue() {
    var text = text("only-passwords.enc.yaml").replace("left as it is", "S3cretInClear");
    assertThatThrownBy(() -> decrypted("f.yaml", text, "shop.password"))
        .satisfies(e -> assertThat(stack(e)).doesNotContain("S3cretInClear", "frisch"));
    assertThatThrownBy(() -> decrypted("f.yaml", "pw: 'S3cretInClear\n", "pw"))
        .satisfies(e -> assertThat(stack(e)).doesNotContain("S3cretInClear"));
    assertThat(new Cleartext("S3cret").toString()).doesNotContain("S3cret");
  }

  @Test
  void aDataKeyThatAgeItselfEncryptedIsOpened() throws Exception {
    var key = KEYS.unwrap("f", List.of(new Wrapped("age1…", text("data-key.age"))));
    assertThat(new String(key, StandardCharsets.US_ASCII)).isEqualTo("k".repeat(32));
  }

  /** Only where the programs are. */
  @Test
  void whatSopsAndAgeMakeNowIsDecrypted() throws Exception {
    var keys = directory.resolve("keys");
    assumeThat(runs("age-keygen", "-o", keys.toString()) && runs("sops", "--version")).isTrue();
    var recipient =
        Files.readAllLines(keys).stream()
            .filter(line -> line.contains("public key: "))
            .map(line -> line.substring(line.indexOf("age1")))
            .findFirst()
            .orElseThrow();
    var clear = directory.resolve("clear.yaml");
    Files.writeString(clear, "users:\n  shop: only now\n");
    var encrypted = directory.resolve("encrypted.yaml");
    assertThat(
            runs(
                "sops",
                "encrypt",
                "--age",
                recipient,
                "--output",
                encrypted.toString(),
                clear.toString()))
        .isTrue();
    assertThat(
            SopsFile.read("f", Files.readAllBytes(encrypted))
                .decrypt("users.shop", new AgeKeyFile(keys))
                .value())
        .isEqualTo("only now");
  }

  private static boolean runs(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  private static String decrypted(String name, String text, String key) throws Refused {
    return SopsFile.read(name, text.getBytes(StandardCharsets.UTF_8)).decrypt(key, KEYS).value();
  }

  private static void assertRefused(String name, String text, String key, String... words) {
    assertThatThrownBy(() -> decrypted(name, text, key))
        .isInstanceOf(Refused.class)
        .hasMessageContainingAll(words);
  }

  private static String stack(Throwable e) {
    return e + Arrays.toString(e.getStackTrace()) + e.getCause();
  }

  private static String text(String name) {
    try {
      return Files.readString(FILES.resolve(name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

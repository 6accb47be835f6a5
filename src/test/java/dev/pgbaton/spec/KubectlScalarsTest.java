package dev.pgbaton.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/** What words mean was asked of kubectl 1.32, and is asked again where there is one. */
class KubectlScalarsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String[] WORDS = {
    "yes",
    "Yes",
    "y",
    "Y",
    "n",
    "N",
    "no",
    "No",
    "on",
    "ON",
    "Off",
    "true",
    "True",
    "tRue",
    "~",
    "null",
    "Null",
    "nULL",
    "''",
    "0755",
    "0o17",
    "0x1F",
    "0X1F",
    "0b11",
    "-0b11",
    "0B1",
    "0O7",
    "08",
    "09.5",
    "+5",
    "-07",
    "1_000",
    "1__0",
    "1_",
    "0_7",
    "_1",
    "0x_1F",
    "-0x1F",
    "1e3",
    "1E3",
    "1e+3",
    "12e03",
    "1.5",
    "1.",
    "1.e3",
    ".5",
    "-.5",
    "+.5",
    "1_0.5",
    ".1_0",
    ".e1",
    "1:30",
    "2020-01-01",
    "1.0",
    "1.10",
    "0x",
    "0xg",
    "0b2",
    "0o8",
    "1e400",
    "-0",
    "100000000000000000000",
    "9007199254740993",
    "1e21",
    "123456789.123",
    "0.0000001",
    "\"yes\"",
    "'0755'",
    "!!str yes",
    "!!int \"5\"",
    "!!float 5",
    "!!bool \"yes\"",
    "!!binary aGk=",
    "1,000",
    "text",
    "a b",
    "+",
    ".",
    "0",
    "00",
    "-00",
    "0_",
    "1.2.3",
    "10Gi",
    "1e",
    "e1",
    "12:30:45",
    "0x1.8p1"
  };

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "yes, true",
        "off, false",
        "0755, 493",
        "0o17, 15",
        "08, 8",
        "1_000, 1000",
        "1e3, 1000",
        "1.10, 1.1",
        "1:30, `\"1:30\"`",
        "2020-01-01, `\"2020-01-01\"`",
        "~, null",
        "tRue, `\"tRue\"`",
        "\"yes\", `\"yes\"`",
        "!!str yes, `\"yes\"`",
        "!!int \"5\", 5",
        "1e400, `\"1e400\"`"
      })
  void aWordMeansWhatItMeansToKubectl(String word, String json) throws IOException {
    assertSame(word, read(document(word)).get("k0"), JSON.readTree(json));
  }

  @Test
  void everyWordMeansWhatTheKubectlOfThisMachineSays(@TempDir Path directory)
      throws IOException, InterruptedException {
    var document = document(WORDS);
    var file = Files.writeString(directory.resolve("words.yaml"), document);
    var answer = kubectl(file);

    var read = read(document);
    for (int i = 0; i < WORDS.length; i++)
      assertSame(WORDS[i], read.get("k" + i), answer.get("data").get("k" + i));
  }

  private static JsonNode kubectl(Path file) throws IOException, InterruptedException {
    Process kubectl;
    try {
      kubectl =
          new ProcessBuilder(
                  "kubectl", "label", "--local", "-f", file.toString(), "a=b", "-o", "json")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "there is no kubectl here");
      throw e;
    }
    var out = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kubectl.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(kubectl.exitValue()).isZero();
    return JSON.readTree(out);
  }

  private static String document(String... words) {
    var text = new StringBuilder("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n");
    for (int i = 0; i < words.length; i++)
      text.append("  k").append(i).append(": ").append(words[i]).append('\n');
    return text.toString();
  }

  private static JsonNode read(String document) {
    var file = new SpecFile("a.yaml", "", document.getBytes(StandardCharsets.UTF_8));
    var read = (YamlDocuments.Read) YamlDocuments.of(file, new KubectlScalars());
    var node = (MappingNode) read.documents().getFirst();
    var reading = new Reading("a.yaml", node);
    var values =
        PlainYaml.object(node, reading, new ManifestBudget(new ManifestBudget.Repository()));
    assertThat(reading.problems()).isEmpty();
    return JSON.valueToTree(values.orElseThrow().get("data"));
  }

  private static void assertSame(String word, JsonNode ours, JsonNode kubectls) {
    if (kubectls.isNumber())
      // kubectl rounds to what a double holds, and so do we where it is no integer of 64 bits.
      assertThat(ours.decimalValue().subtract(kubectls.decimalValue()).abs())
          .as(word)
          .isLessThanOrEqualTo(kubectls.decimalValue().abs().multiply(new BigDecimal("1e-15")));
    else assertThat(ours).as(word).isEqualTo(kubectls);
  }
}

package dev.pgbaton.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ContrastTest {
  /** WCAG 1.4.11, for what is no text. */
  @Test
  void theEdgeOfAnInputIsSeenInBothSchemes() throws IOException {
    var css = Files.readString(Path.of("src/main/resources/META-INF/resources/pgbaton.css"));
    var schemes =
        Pattern.compile("--ground: (#\\w+); --raised: (#\\w+); .*--edge: (#\\w+);")
            .matcher(css)
            .results()
            .toList();

    assertThat(schemes)
        .hasSize(2)
        .allSatisfy(
            scheme -> {
              assertThat(ratio(scheme.group(3), scheme.group(1))).isGreaterThan(3);
              assertThat(ratio(scheme.group(3), scheme.group(2))).isGreaterThan(3);
            });
  }

  private static double ratio(String one, String other) {
    var a = luminance(one);
    var b = luminance(other);
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  private static double luminance(String color) {
    var hex =
        color.length() == 4 ? color.substring(1).replaceAll("(.)", "$1$1") : color.substring(1);
    var rgb = Integer.parseInt(hex, 16);
    return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8) + 0.0722 * linear(rgb);
  }

  private static double linear(int channel) {
    var share = (channel & 255) / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }
}

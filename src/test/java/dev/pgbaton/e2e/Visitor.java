package dev.pgbaton.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser at a cluster's page, as far as it matters where Chromium isn't asked. */
final class Visitor {
  private static final Pattern FORM = Pattern.compile("name=\"form\" value=\"([0-9a-f]{64})\"");

  private final HttpClient browser =
      HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
  private final String root;
  private final String cluster;

  /**
   * @param root without a slash at its end
   */
  Visitor(String root, String namespace, String name) {
    this.root = root;
    this.cluster = "/clusters/%s/%s".formatted(namespace, name);
  }

  String path(String button) {
    return cluster + "/" + button;
  }

  String page() throws IOException, InterruptedException {
    return get(cluster).body();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return browser.send(
        HttpRequest.newBuilder(URI.create(root + path)).build(), BodyHandlers.ofString());
  }

  String form() throws IOException, InterruptedException {
    var form = FORM.matcher(page());
    assertThat(form.find()).isTrue();
    return form.group(1);
  }

  /** What the page answers. */
  String press(String button) throws IOException, InterruptedException {
    return press(button, Map.of());
  }

  String press(String button, Map<String, String> fields) throws IOException, InterruptedException {
    var all = new HashMap<>(fields);
    all.put("form", form());
    return post(path(button), all).body();
  }

  HttpResponse<String> post(String path, Map<String, String> fields)
      throws IOException, InterruptedException {
    var body =
        fields.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return browser.send(
        HttpRequest.newBuilder(URI.create(root + path))
            .header("Origin", root)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}

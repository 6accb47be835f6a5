package dev.pgbaton.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;

/** A repository on the real forge, and the clone of the person who pushes to it. */
final class Forge implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final String api;
  private final String token;
  private final String url;
  private final String fullName;
  private final Path directory;
  private final Git git;

  private Forge(String api, String token, String url, String fullName, Path directory, Git git) {
    this.api = api;
    this.token = token;
    this.url = url;
    this.fullName = fullName;
    this.directory = directory;
    this.git = git;
  }

  static Forge createRepository(Surroundings where, String name, Path directory)
      throws GitAPIException {
    var http = HttpClient.newHttpClient();
    var created =
        send(
            http,
            request(where.forgeApi(), where.forgeToken(), "/user/repos")
                .POST(json(Map.of("name", name, "private", true, "default_branch", "main"))));
    var fullName = created.get("full_name").asText();
    var git = Git.init().setDirectory(directory.toFile()).setInitialBranch("main").call();
    return new Forge(
        where.forgeApi(),
        where.forgeToken(),
        where.forgeUrl() + "/" + fullName + ".git",
        fullName,
        directory,
        git);
  }

  String url() {
    return url;
  }

  /** The file as it will be with the next push. */
  Path file(String path) {
    return directory.resolve(path);
  }

  String read(String path) {
    try {
      return Files.readString(file(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Forge write(String path, String content) {
    try {
      Files.createDirectories(file(path).getParent());
      Files.writeString(file(path), content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Forge write(String path, byte[] content) {
    try {
      Files.createDirectories(file(path).getParent());
      Files.write(file(path), content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file, or a directory with all that is in it. */
  Forge remove(String path) {
    try (var all = Files.walk(file(path))) {
      for (var one : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(one);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces text that must be there. */
  Forge edit(String path, String from, String to) {
    var before = read(path);
    if (!before.contains(from))
      throw new IllegalArgumentException(path + " has no " + from + ":\n" + before);
    return write(path, before.replace(from, to));
  }

  /**
   * Commits everything and pushes.
   *
   * @return the commit
   */
  String push(String message) {
    try {
      git.add().addFilepattern(".").call();
      git.add().setUpdate(true).addFilepattern(".").call();
      var commit =
          git.commit()
              .setSign(false)
              .setMessage(message)
              .setAuthor("Dana", "dana@example.com")
              .setCommitter("Dana", "dana@example.com")
              .call();
      var results =
          git.push()
              .setRemote(url)
              .add("refs/heads/main")
              .setCredentialsProvider(new UsernamePasswordCredentialsProvider("token", token))
              .call();
      for (var result : results)
        for (var update : result.getRemoteUpdates())
          if (update.getStatus() != RemoteRefUpdate.Status.OK)
            throw new IllegalStateException("push: " + update);
      System.out.printf("pushed %s: %s%n", commit.name().substring(0, 8), message);
      return commit.name();
    } catch (GitAPIException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Everything that was pushed, newest first. */
  List<String> commits() {
    try {
      return StreamSupport.stream(git.log().call().spliterator(), false)
          .map(RevCommit::name)
          .toList();
    } catch (GitAPIException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The latest of a context on a commit. */
  Optional<Status> status(String commit, String context) {
    return history(commit).stream().filter(s -> s.context().equals(context)).findFirst();
  }

  /** Every status that was ever put on a commit, newest first. */
  List<Status> history(String commit) {
    var all = new ArrayList<Status>();
    for (var page = 1; ; page++) {
      var path = "/repos/%s/commits/%s/statuses?limit=50&page=%d".formatted(fullName, commit, page);
      var answer = send(http, request(api, token, path).GET());
      var statuses =
          StreamSupport.stream(answer.spliterator(), false)
              .map(
                  s ->
                      new Status(
                          s.get("id").asLong(),
                          s.get("context").asText(),
                          s.get("status").asText(),
                          s.get("description").asText()))
              .toList();
      all.addAll(statuses);
      if (statuses.size() < 50) break;
    }
    all.sort((a, b) -> Long.compare(b.id(), a.id()));
    return all;
  }

  void delete() {
    send(http, request(api, token, "/repos/" + fullName).DELETE());
  }

  @Override
  public void close() {
    git.close();
    http.close();
  }

  /**
   * @param state as the forge words it: pending, success, failure, error
   */
  record Status(long id, String context, String state, String description) {
    @Override
    public String toString() {
      return context + " " + state + ": " + description;
    }
  }

  private static HttpRequest.Builder request(String api, String token, String path) {
    return HttpRequest.newBuilder(URI.create(api + path))
        .header("Authorization", "token " + token)
        .header("Content-Type", "application/json");
  }

  private static HttpRequest.BodyPublisher json(Object body) {
    try {
      return BodyPublishers.ofString(JSON.writeValueAsString(body));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode send(HttpClient http, HttpRequest.Builder builder) {
    var request = builder.build();
    try {
      var answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2)
        throw new IllegalStateException(
            request.method() + " " + request.uri() + ": " + answer.statusCode() + answer.body());
      return JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

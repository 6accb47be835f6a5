package dev.pgbaton.sandbox;

import dev.pgbaton.reconcile.Repository;
import dev.pgbaton.spec.SpecFile;
import dev.pgbaton.spec.SpecRevision;
import dev.pgbaton.spec.SpecSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A branch with one file. */
final class FakeGit implements SpecSource {
  private final Map<String, Repository> commits = new LinkedHashMap<>();
  private Fetched.Head head;
  private boolean away;

  SpecRevision push(String yaml, String subject, Instant now) {
    var commit = "c%039d".formatted(commits.size() + 1);
    var file = new SpecFile("orders.yaml", "blob-" + commit, yaml.getBytes(StandardCharsets.UTF_8));
    head =
        new Fetched.Head(new SpecRevision(commit, now, subject), List.of(file), List.of(), false);
    commits.put(commit, Repository.of(head));
    return head.revision();
  }

  Repository at(String commit) {
    return commits.get(commit);
  }

  String head() {
    return head.revision().commit();
  }

  void away(boolean away) {
    this.away = away;
  }

  @Override
  public Fetched fetch() {
    if (away) return new Fetched.Unreachable("it does not answer");
    return head == null ? new Fetched.Nothing("no commit yet") : head;
  }
}

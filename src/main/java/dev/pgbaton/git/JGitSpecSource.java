package dev.pgbaton.git;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.kustomize.Kustomize;
import dev.pgbaton.spec.EncryptedFiles;
import dev.pgbaton.spec.ManifestDirectory;
import dev.pgbaton.spec.ManifestLayout;
import dev.pgbaton.spec.SpecHistory;
import dev.pgbaton.spec.SpecRevision;
import dev.pgbaton.spec.SpecSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.FetchResult;
import org.eclipse.jgit.transport.TrackingRefUpdate;

/**
 * One branch of a Git repository, fetched bare with its history; read from the objects, never from
 * a work tree.
 */
public final class JGitSpecSource implements SpecSource, SpecHistory {
  private static final int WHOLE_LOOK = 10;

  private final GitSettings settings;
  private final ManifestLayout manifests;
  private final Kustomize kustomize = new Kustomize(System.getenv().getOrDefault("PATH", ""));
  private final Duration limit;
  private final Remote remote;
  private final CloneCache cache;
  private final Trouble trouble;

  private Optional<Seen> last = Optional.empty();

  /**
   * @throws IllegalArgumentException with every {@link GitSettings#problems() problem} when the
   *     settings can't be used
   */
  public JGitSpecSource(GitSettings settings, ManifestLayout manifests) {
    this(settings, manifests, settings.timeout().multipliedBy(WHOLE_LOOK));
  }

  JGitSpecSource(GitSettings settings) {
    this(settings, ManifestLayout.IGNORED);
  }

  JGitSpecSource(GitSettings settings, Duration limit) {
    this(settings, ManifestLayout.IGNORED, limit);
  }

  private JGitSpecSource(GitSettings settings, ManifestLayout manifests, Duration limit) {
    var problems = settings.problems();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("\n", problems));
    }
    NoUserConfiguration.install();
    this.settings = settings;
    this.manifests = manifests;
    this.limit = limit;
    this.remote = new Remote(settings);
    this.cache = new CloneCache(settings);
    this.trouble = new Trouble(settings);
  }

  /** JGit's timeout is for one answer: a server that sends a byte now and then would hold us. */
  @Override
  public Fetched fetch() {
    var look = new FutureTask<>(this::look);
    // A virtual thread, since its sockets can be interrupted.
    var thread = Thread.ofVirtual().name("git").start(look);
    try {
      return look.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      thread.interrupt();
      return new Fetched.Unreachable(trouble.words(e));
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return new Fetched.Unreachable("interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** From the clone, beside a look that may be under way. */
  @Override
  public Optional<List<SpecChange>> changes(ClusterId id, String path, String head) {
    try {
      var clone = cache.toRead();
      if (clone.isEmpty()) return Optional.empty();
      try (var repository = clone.get()) {
        return Optional.of(History.of(repository, id, path, head));
      }
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Synchronized: one that was given up may still be on its way out. */
  private synchronized Fetched look() {
    try {
      var head = remote.head();
      if (head.isEmpty()) {
        return noBranch(remote.branches());
      }
      if (last.isPresent() && last.get().commit().equals(head.get())) {
        return last.get().result();
      }
      return pull();
    } catch (IOException | RuntimeException e) {
      return new Fetched.Unreachable(trouble.words(e));
    }
  }

  private Fetched pull() throws IOException {
    var cached = cache.exists();
    try {
      return pullOnce();
    } catch (IOException | RuntimeException e) {
      if (!cached || Trouble.isOfTheNetwork(e)) {
        throw e;
      }
      cache.discard();
      return pullOnce();
    }
  }

  private Fetched pullOnce() throws IOException {
    try (var repository = cache.open();
        var walk = new RevWalk(repository)) {
      var previous = last.map(Seen::commit).or(() -> headOf(repository));
      checkUpdated(remote.fetchInto(repository));
      var commit =
          walk.parseCommit(
              headOf(repository).orElseThrow(() -> new IOException("nothing was fetched")));
      var tree = SpecTree.read(walk.getObjectReader(), commit.getTree(), settings.path());
      if (tree.isEmpty()) {
        return remember(commit, noPath(commit));
      }
      if (tree.get().isTooMuch()) return remember(commit, tooMuch(commit));
      var files = tree.get().files();
      var problems = tree.get().problems();
      var directories = new ArrayList<ManifestDirectory>();
      for (var one : manifests.directories(settings.path(), files, problems))
        directories.add(
            kustomize.rendered(
                one, path -> SpecTree.file(walk.getObjectReader(), commit.getTree(), path)));
      var encrypted =
          EncryptedFiles.of(
              files,
              (spec, file) -> {
                var path = EncryptedFiles.resolved(spec, file);
                return path.isEmpty()
                    ? Optional.empty()
                    : SpecTree.file(walk.getObjectReader(), commit.getTree(), path.get());
              });
      var head = new Fetched.Head(revision(commit), files, problems, directories, encrypted, false);
      remember(commit, head);
      return previous.isPresent() && !isAncestor(repository, walk, previous.get(), commit)
          ? new Fetched.Head(revision(commit), files, problems, directories, encrypted, true)
          : head;
    }
  }

  /** A force-push is told once: seen again, the head follows itself. */
  private Fetched remember(RevCommit commit, Fetched result) {
    last = Optional.of(new Seen(commit.copy(), result));
    return result;
  }

  private Fetched noBranch(List<String> branches) {
    if (branches.isEmpty()) {
      return new Fetched.Nothing(
          "%s has no commits yet: push the branch %s".formatted(settings.url(), settings.branch()));
    }
    return new Fetched.Nothing(
        "%s has no branch %s (it has %s): push it, or change PGBATON_GIT_BRANCH"
            .formatted(settings.url(), settings.branch(), some(branches)));
  }

  private Fetched tooMuch(RevCommit commit) {
    return new Fetched.Nothing(
        "commit %s of %s has more than %,d YAML files, or more than %,d that can't be read, below %s: nothing of it is read, lest a cluster be overlooked. Put fewer there, or change PGBATON_GIT_PATH"
            .formatted(
                commit.abbreviate(8).name(),
                settings.url(),
                SpecTree.MOST_FOUND,
                SpecTree.MOST_PROBLEMS,
                settings.path().isEmpty() ? "its root" : settings.path()));
  }

  private Fetched noPath(RevCommit commit) {
    return new Fetched.Nothing(
        "commit %s of %s has no directory %s: put the specs there, or change PGBATON_GIT_PATH"
            .formatted(commit.abbreviate(8).name(), settings.url(), settings.path()));
  }

  private static String some(List<String> branches) {
    var most = 5;
    return String.join(", ", branches.subList(0, Math.min(most, branches.size())))
        + (branches.size() > most ? ", …" : "");
  }

  private static SpecRevision revision(RevCommit commit) {
    return new SpecRevision(
        commit.name(), commit.getCommitterIdent().getWhenAsInstant(), commit.getShortMessage());
  }

  private Optional<ObjectId> headOf(Repository repository) {
    try {
      return Optional.ofNullable(repository.exactRef(settings.ref())).map(Ref::getObjectId);
    } catch (IOException damaged) {
      return Optional.empty();
    }
  }

  private static boolean isAncestor(
      Repository repository, RevWalk walk, ObjectId previous, RevCommit head) throws IOException {
    // The whole history of the head was fetched: what is not here (in a new clone) is no part of
    // it.
    return repository.getObjectDatabase().has(previous)
        && walk.isMergedInto(walk.parseCommit(previous), head);
  }

  private static void checkUpdated(FetchResult result) throws IOException {
    for (TrackingRefUpdate update : result.getTrackingRefUpdates()) {
      switch (update.getResult()) {
        case NEW, FORCED, FAST_FORWARD, NO_CHANGE -> {}
        // A lock that a killed process left behind, for instance.
        case RefUpdate.Result failed ->
            throw new IOException("the clone's branch could not be set: " + failed);
      }
    }
  }

  private record Seen(ObjectId commit, Fetched result) {}
}

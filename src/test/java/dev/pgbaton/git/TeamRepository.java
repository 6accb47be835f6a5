package dev.pgbaton.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;

/** The repository that a team pushes to: bare, its commits written by object. */
final class TeamRepository implements AutoCloseable {
  static final Instant COMMITTED = Instant.parse("2026-03-01T10:00:00Z");

  final Repository repository;
  private final Path directory;
  private final Map<String, Entry> tree = new TreeMap<>();

  private record Entry(FileMode mode, ObjectId id) {}

  TeamRepository(Path directory) throws IOException {
    this.directory = directory;
    repository = new FileRepositoryBuilder().setGitDir(directory.toFile()).setBare().build();
    repository.create(true);
  }

  String fileUrl() {
    return directory.toUri().toString();
  }

  TeamRepository with(String path, String content) throws IOException {
    return with(path, content.getBytes(StandardCharsets.UTF_8));
  }

  TeamRepository with(String path, byte[] content) throws IOException {
    return put(path, FileMode.REGULAR_FILE, blob(content));
  }

  TeamRepository withSymlink(String path, String target) throws IOException {
    return put(path, FileMode.SYMLINK, blob(target.getBytes(StandardCharsets.UTF_8)));
  }

  TeamRepository withSubmodule(String path) {
    return put(
        path, FileMode.GITLINK, ObjectId.fromString("1234567890123456789012345678901234567890"));
  }

  TeamRepository without(String path) {
    tree.remove(path);
    return this;
  }

  /** A commit on top of main. */
  String push(String message) throws IOException {
    return commit("main", message, repository.resolve("refs/heads/main"));
  }

  /** A commit without parents that takes main's place. */
  String forcePush(String message) throws IOException {
    return commit("main", message);
  }

  String pushTo(String branch, String message) throws IOException {
    return commit(branch, message, repository.resolve("refs/heads/" + branch));
  }

  void deleteBranch(String branch) throws IOException {
    var update = repository.updateRef("refs/heads/" + branch);
    update.setForceUpdate(true);
    update.delete();
  }

  private TeamRepository put(String path, FileMode mode, ObjectId id) {
    tree.put(path, new Entry(mode, id));
    return this;
  }

  private ObjectId blob(byte[] content) throws IOException {
    try (var inserter = repository.newObjectInserter()) {
      var id = inserter.insert(Constants.OBJ_BLOB, content);
      inserter.flush();
      return id;
    }
  }

  private String commit(String branch, String message, ObjectId... parents) throws IOException {
    var index = DirCache.newInCore();
    var builder = index.builder();
    tree.forEach(
        (path, entry) -> {
          var cached = new DirCacheEntry(path);
          cached.setFileMode(entry.mode());
          cached.setObjectId(entry.id());
          builder.add(cached);
        });
    builder.finish();
    try (var inserter = repository.newObjectInserter()) {
      var commit = new CommitBuilder();
      var dba = new PersonIdent("A DBA", "dba@example.com", COMMITTED, ZoneOffset.UTC);
      commit.setTreeId(index.writeTree(inserter));
      commit.setParentIds(Arrays.stream(parents).filter(id -> id != null).toArray(ObjectId[]::new));
      commit.setAuthor(dba);
      commit.setCommitter(dba);
      commit.setMessage(message);
      var id = inserter.insert(commit);
      inserter.flush();
      var update = repository.updateRef("refs/heads/" + branch);
      update.setNewObjectId(id);
      update.setForceUpdate(true);
      var result = update.update();
      if (result == RefUpdate.Result.REJECTED || result == RefUpdate.Result.LOCK_FAILURE) {
        throw new IOException("push: " + result);
      }
      return id.name();
    }
  }

  @Override
  public void close() {
    repository.close();
  }
}

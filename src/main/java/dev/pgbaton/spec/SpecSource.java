package dev.pgbaton.spec;

import java.util.List;

/** Where intent comes from: one branch of one Git repository, below one path. */
public interface SpecSource {
  /** Looks once; expected trouble is a value. */
  Fetched fetch();

  sealed interface Fetched {
    /**
     * The branch's head.
     *
     * @param files every YAML file below the path, in path order
     * @param problems what can't be read as a file: symlinks, submodules, LFS pointers, files too
     *     large
     * @param manifests the directories below the path that may be clusters in plain manifests
     * @param encrypted those that the specs name, wherever they lie
     * @param rewritten whether the head seen before is no ancestor of this one: a force-push
     */
    record Head(
        SpecRevision revision,
        List<SpecFile> files,
        List<Problem> problems,
        List<ManifestDirectory> manifests,
        EncryptedFiles encrypted,
        boolean rewritten)
        implements Fetched {
      /** Of specs only. */
      public Head(
          SpecRevision revision, List<SpecFile> files, List<Problem> problems, boolean rewritten) {
        this(revision, files, problems, List.of(), EncryptedFiles.NONE, rewritten);
      }
    }

    /**
     * The repository answers, but there is nothing to read: no commit yet, the branch or the path
     * is gone. Nothing is changed then.
     */
    record Nothing(String reason) implements Fetched {}

    /**
     * The repository does not answer, or does not let us in. What was read before stays in force.
     */
    record Unreachable(String reason) implements Fetched {}
  }
}

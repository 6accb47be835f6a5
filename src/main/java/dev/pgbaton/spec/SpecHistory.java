package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import java.util.List;
import java.util.Optional;

/** What the last commits changed of one cluster. */
public interface SpecHistory {
  /**
   * @param path of its file, or of its directory, with a slash at its end
   * @param head the newest commit that is looked at
   * @return the newest first, and not many; empty where the repository can't be read now
   */
  Optional<List<SpecChange>> changes(ClusterId id, String path, String head);

  /**
   * @param fields in order of their names
   * @param more how many others changed
   */
  record SpecChange(SpecRevision revision, List<FieldChange> fields, int more) {}
}

package dev.pgbaton.spec;

import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.SourceRef;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Stream;

/** One cluster as the repository has it. */
public sealed interface ParsedSpec {
  ClusterId id();

  /** Where its document begins. */
  SourceRef source();

  /** Where a field of the spec stands, or the document where there is none. */
  default SourceRef place(String field) {
    return source();
  }

  /**
   * @param places where each field's value stands, by path such as {@code spec.storage.size}
   * @param encrypted passwords in files that SOPS encrypted, by user
   */
  record Valid(
      ClusterSpec spec,
      SourceRef source,
      Map<String, SourceRef> places,
      SortedMap<String, EncryptedPassword> encrypted)
      implements ParsedSpec {
    /** Encrypted passwords that can't be used whatever the key; only their users wait for them. */
    public List<Problem> withoutPassword() {
      return encrypted.values().stream()
          .flatMap(
              password ->
                  switch (password) {
                    case EncryptedPassword.There _ -> Stream.empty();
                    case EncryptedPassword.NotThere(_, _, var problem) -> Stream.of(problem);
                  })
          .sorted(Problem.BY_PLACE)
          .toList();
    }

    @Override
    public ClusterId id() {
      return spec.id();
    }

    /** The field's place, or that of the document where the field was left to its default. */
    @Override
    public SourceRef place(String field) {
      return places.getOrDefault(field, source);
    }
  }

  /**
   * A directory of plain Kubernetes manifests. Every object is of a kind that pgbaton handles, lies
   * in the cluster's namespace (or is it), and is in the list once.
   *
   * @param source where the StatefulSet begins that the cluster is named after
   * @param directory with a slash at its end; {@code ./} for the repository's root
   * @param objects in the order of files and documents
   */
  record Manifests(ClusterId id, SourceRef source, String directory, List<PlacedObject> objects)
      implements ParsedSpec {
    public Manifests {
      objects = List.copyOf(objects);
    }
  }

  /** What can't be carried out; the cluster is left as it is. */
  record Invalid(ClusterId id, SourceRef source, List<Problem> problems) implements ParsedSpec {}
}

package dev.pgbaton.cluster;

/** A cluster is its namespace and name: a spec file that moves is still the same cluster. */
public record ClusterId(String namespace, String name) implements Comparable<ClusterId> {
  @Override
  public int compareTo(ClusterId other) {
    var byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}

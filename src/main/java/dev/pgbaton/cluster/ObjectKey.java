package dev.pgbaton.cluster;

/**
 * The identity of a Kubernetes object within one cluster of machines, without its API version:
 * versions of a kind are views.
 */
public record ObjectKey(String kind, String namespace, String name)
    implements Comparable<ObjectKey> {
  @Override
  public int compareTo(ObjectKey other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return kind + " " + (namespace == null ? "" : namespace + "/") + name;
  }
}

package dev.pgbaton.cluster;

/** One life of a pod, as it was observed: a write that carries it fails if the world moved on. */
public record PodRef(String name, String uid, String resourceVersion) {
  @Override
  public String toString() {
    return name;
  }
}

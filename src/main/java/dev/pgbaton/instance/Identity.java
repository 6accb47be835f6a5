package dev.pgbaton.instance;

import java.util.List;

/**
 * Who this instance is and with whom it makes up the cluster.
 *
 * @param life identifies this life of the pod (its UID): a pod of the same name that was replaced
 *     is somebody else
 * @param instances the names of all the cluster's pods in ordinal order, this one's among them
 * @param address where clients reach this instance
 */
public record Identity(String name, String life, List<String> instances, String address) {
  public Identity among(List<String> all) {
    return new Identity(name, life, all, address);
  }

  public int ordinal() {
    return instances.indexOf(name);
  }

  /**
   * The ordinal that settles a tie; an instance that is not (or no longer) one of the cluster's
   * comes last.
   */
  int ordinalOf(String instance) {
    var index = instances.indexOf(instance);
    return index < 0 ? Integer.MAX_VALUE : index;
  }
}

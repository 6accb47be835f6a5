package dev.pgbaton.cluster;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The names and roles of one cluster's objects. Planning works on these, so it does not matter
 * whether the objects were generated from a spec or read from plain manifests.
 *
 * @param statefulSet its pods are the instances, {@code <statefulSet>-0} and on
 * @param lease whose holder may be writable
 * @param primaryService the clients' route to the primary; its EndpointSlice has the same name
 * @param replicasService the clients' route to the replicas; its EndpointSlice has the same name
 * @param credentialsSecret holds one password a key, see {@link Names}
 * @param superuserKey where that Secret is somebody else's: its key of the superuser's password,
 *     from which that of pgbaton's role follows; see {@link DerivedPassword}
 * @param isGenerated whether the objects are pgbaton's own, made from a spec
 */
public record ClusterLayout(
    ClusterId id,
    int instances,
    String statefulSet,
    String headlessService,
    String primaryService,
    String replicasService,
    String lease,
    String credentialsSecret,
    Optional<String> superuserKey,
    Optional<String> pgpoolDeployment,
    boolean isGenerated,
    Capabilities capabilities) {

  /** The layout of a cluster that pgbaton generates. */
  public static ClusterLayout generated(
      ClusterId id, int instances, boolean pgpool, Capabilities capabilities) {
    var name = id.name();
    return new ClusterLayout(
        id,
        instances,
        name,
        name + "-headless",
        name + "-primary",
        name + "-replicas",
        name,
        name + "-credentials",
        Optional.empty(),
        pgpool ? Optional.of(name + "-pgpool") : Optional.empty(),
        true,
        capabilities);
  }

  /**
   * The layout of a cluster whose manifests are somebody's own: what pgbaton adds is named after
   * the StatefulSet.
   */
  public static ClusterLayout owned(
      ClusterId id,
      int instances,
      String headlessService,
      String credentialsSecret,
      String superuserKey,
      Optional<String> pgpoolDeployment,
      Capabilities capabilities) {
    var name = id.name();
    return new ClusterLayout(
        id,
        instances,
        name,
        headlessService,
        name + "-primary",
        name + "-replicas",
        name,
        credentialsSecret,
        Optional.of(superuserKey),
        pgpoolDeployment,
        false,
        capabilities);
  }

  /** The same names, for objects that pgbaton makes from a spec from now on. */
  public ClusterLayout becomesGenerated() {
    return new ClusterLayout(
        id,
        instances,
        statefulSet,
        headlessService,
        primaryService,
        replicasService,
        lease,
        credentialsSecret,
        superuserKey,
        pgpoolDeployment,
        true,
        capabilities);
  }

  public ClusterLayout withInstances(int count) {
    return with(count, headlessService);
  }

  public ClusterLayout withHeadlessService(String name) {
    return with(instances, name);
  }

  private ClusterLayout with(int count, String headless) {
    return new ClusterLayout(
        id,
        count,
        statefulSet,
        headless,
        primaryService,
        replicasService,
        lease,
        credentialsSecret,
        superuserKey,
        pgpoolDeployment,
        isGenerated,
        capabilities);
  }

  /** Made from a spec that keeps what a person's manifests were called by. */
  public boolean isTakenOver() {
    return isGenerated && superuserKey.isPresent();
  }

  /** Whether pgbaton makes an object of that name, beside those of a person's manifests. */
  public boolean makesBeside(ObjectKey key) {
    return !isGenerated()
        && (capabilities.instanceProgram() || key.kind().equals("PodDisruptionBudget"))
        && switch (key.kind()) {
          case "Lease" -> key.name().equals(lease);
          case "Service", "EndpointSlice" ->
              key.name().equals(primaryService) || key.name().equals(replicasService);
          case "Role", "RoleBinding", "PodDisruptionBudget" -> key.name().equals(besideName());
          default -> false;
        };
  }

  /** As whom the daemon asks the instances: others' images have no role for it. */
  public String monitorUser() {
    return capabilities.instanceProgram() ? Names.MONITOR_USER : Names.SUPERUSER;
  }

  /** Of what is beside a person's StatefulSet, and has no name of its own. */
  public String besideName() {
    return statefulSet + "-" + Names.MANAGER;
  }

  /** What the primary is told of users and databases. */
  public String usersSecret() {
    return statefulSet + "-users";
  }

  /** What pgpool is told of users. */
  public String pgpoolUsersSecret() {
    return statefulSet + "-pgpool-users";
  }

  public String podName(int ordinal) {
    return statefulSet + "-" + ordinal;
  }

  public List<String> podNames() {
    return IntStream.range(0, instances).mapToObj(this::podName).toList();
  }

  public ObjectKey key(String kind, String name) {
    return new ObjectKey(kind, id.namespace(), name);
  }

  public ObjectKey statefulSetKey() {
    return key("StatefulSet", statefulSet);
  }
}

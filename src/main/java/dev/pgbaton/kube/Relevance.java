package dev.pgbaton.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Map;

/** Whether a changed object is worth another look at its cluster. */
final class Relevance {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Relevance() {}

  /** Of two versions of one object, both trimmed. */
  static boolean worthALook(HasMetadata before, HasMetadata after) {
    return !relevant(before).equals(relevant(after));
  }

  private static Object relevant(HasMetadata object) {
    return object instanceof Lease lease ? holding(lease) : content(object);
  }

  /** All but its renewal, which comes every two seconds. */
  private static Holding holding(Lease lease) {
    var spec = lease.getSpec() == null ? new LeaseSpec() : lease.getSpec();
    var meta = lease.getMetadata();
    return new Holding(
        spec.getHolderIdentity(),
        spec.getLeaseTransitions(),
        meta.getUid(),
        meta.getLabels(),
        meta.getAnnotations());
  }

  private record Holding(
      String holder,
      Integer transitions,
      String uid,
      Map<String, String> labels,
      Map<String, String> annotations) {}

  private static ObjectNode content(HasMetadata object) {
    ObjectNode all = JSON.valueToTree(object);
    ObjectNode metadata = (ObjectNode) all.get("metadata");
    metadata.remove("generation");
    // Of a Secret's values nothing is kept: another version may be another password.
    if (!(object instanceof Secret)) metadata.remove("resourceVersion");
    // What a slice routes to is the holder's business.
    if (object instanceof EndpointSlice) all.remove(List.of("endpoints", "ports"));
    return all;
  }
}

package dev.pgbaton.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

class OwnershipTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ManagedFieldsEntry entry(String manager, String operation, String fields)
      throws JsonProcessingException {
    return new ManagedFieldsEntryBuilder()
        .withManager(manager)
        .withOperation(operation)
        .withFieldsType("FieldsV1")
        .withFieldsV1(JSON.readValue(fields, FieldsV1.class))
        .build();
  }

  private static ManagedFieldsEntry ours(String fields) throws JsonProcessingException {
    return entry("pgbaton", "Apply", fields);
  }

  @Test
  void whatPgbatonAppliesIsItsOwnAndTheRestStaysWhoseItIs() throws JsonProcessingException {
    var ours =
        ours(
            """
            {"f:spec": {"f:replicas": {}, "f:env": {"k:{\\"name\\":\\"A\\"}": {".": {}, "f:name": {}, "f:value": {}}}}}""");
    var theirs =
        entry(
            "kubectl-client-side-apply",
            "Update",
            """
            {"f:spec": {"f:replicas": {}, "f:paused": {},
              "f:env": {".": {}, "k:{\\"name\\":\\"A\\"}": {".": {}, "f:name": {}, "f:value": {}},
                                 "k:{\\"name\\":\\"B\\"}": {".": {}, "f:name": {}}}}}""");

    assertThat(Ownership.alone(List.of(ours, theirs)))
        .contains(
            List.of(
                ours,
                entry(
                    "kubectl-client-side-apply",
                    "Update",
                    """
                    {"f:spec": {"f:paused": {},
                      "f:env": {".": {}, "k:{\\"name\\":\\"B\\"}": {".": {}, "f:name": {}}}}}""")));
  }

  /** As kubectl leaves it, and an earlier pgbaton did. */
  @Test
  void noEmptyStructureIsLeftToOthers() throws JsonProcessingException {
    var ours = ours("{\"f:spec\": {\"f:hook\": {\"f:exec\": {\"f:command\": {}}}}}");
    var applied =
        entry(
            "kubectl-client-side-apply",
            "Update",
            """
            {"f:spec": {"f:hook": {".": {}, "f:exec": {".": {}, "f:command": {}}}, "f:probe": {".": {}, "f:exec": {}}}}""");
    var left =
        entry(
            "kubectl-client-side-apply",
            "Update",
            "{\"f:spec\": {\"f:hook\": {\".\": {}, \"f:exec\": {}}}}");

    assertThat(Ownership.alone(List.of(ours, applied)))
        .contains(
            List.of(
                ours,
                entry(
                    "kubectl-client-side-apply",
                    "Update",
                    "{\"f:spec\": {\"f:probe\": {\".\": {}, \"f:exec\": {}}}}")));
    assertThat(Ownership.alone(List.of(ours, left))).contains(List.of(ours));
  }

  @Test
  void whoOwnsNothingAnyMoreIsNotNamed() throws JsonProcessingException {
    var ours = ours("{\"f:spec\": {\"f:updateStrategy\": {\"f:type\": {}}}}");
    var repair =
        entry("pgbaton-repair", "Update", "{\"f:spec\": {\"f:updateStrategy\": {\"f:type\": {}}}}");

    assertThat(Ownership.alone(List.of(ours, repair))).contains(List.of(ours));
  }

  @Test
  void statusesScalesAndOthersFieldsAreLeftAlone() throws JsonProcessingException {
    var ours = ours("{\"f:spec\": {\"f:replicas\": {}}}");
    var scale =
        new ManagedFieldsEntryBuilder(
                entry("autoscaler", "Update", "{\"f:spec\": {\"f:replicas\": {}}}"))
            .withSubresource("scale")
            .build();
    var other = entry("kubectl-edit", "Update", "{\"f:spec\": {\"f:paused\": {}}}");

    assertThat(Ownership.alone(List.of(ours, scale, other))).isEmpty();
    assertThat(Ownership.alone(List.of(other))).isEmpty();
    assertThat(Ownership.alone(List.of())).isEmpty();
  }

  private static ManagedFieldsEntry at(String time, String manager, String operation)
      throws JsonProcessingException {
    return at(time, manager, operation, "{\"f:metadata\": {}, \"f:spec\": {\"f:type\": {}}}");
  }

  private static ManagedFieldsEntry at(String time, String manager, String operation, String fields)
      throws JsonProcessingException {
    return new ManagedFieldsEntryBuilder(entry(manager, operation, fields)).withTime(time).build();
  }

  @Test
  void whoOnlyPutsAFinalizerOnItHasNotAppliedIt() throws JsonProcessingException {
    var ours = at("2026-01-02T03:04:05Z", "pgbaton", "Apply");
    var balancer =
        at(
            "2026-01-02T04:00:00Z",
            "controller",
            "Update",
            "{\"f:metadata\": {\"f:finalizers\": {}}, \"f:status\": {\"f:loadBalancer\": {}}}");
    var other = at("2026-01-02T04:00:00Z", "controller", "Update", "{\"f:data\": {\"f:key\": {}}}");

    assertThat(Ownership.appliedSince(List.of(ours, balancer))).isEmpty();
    assertThat(Ownership.appliedSince(List.of(ours, other))).contains("controller");
  }

  @Test
  void anotherToolMayHaveAppliedItSince() throws JsonProcessingException {
    var ours = at("2026-01-02T03:04:05Z", "pgbaton", "Apply");
    var before = at("2026-01-02T03:04:04Z", "kubectl-client-side-apply", "Update");
    var edited = at("2026-01-02T04:00:00Z", "kubectl-edit", "Update");
    var controller = at("2026-01-02T04:00:00Z", "kube-controller-manager", "Update");
    var argo = at("2026-01-02T04:00:00Z", "argocd-controller", "Apply");

    assertThat(Ownership.appliedSince(List.of(ours, before, edited, controller))).isEmpty();
    assertThat(Ownership.appliedSince(List.of(ours, before, argo))).contains("argocd-controller");
  }
}

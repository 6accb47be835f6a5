package dev.pgbaton.spec;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.ArrayList;
import java.util.List;

/**
 * Fields that Kubernetes refuses an object without, as far as what is made of it here counts on
 * them.
 */
final class RequiredFields {
  private final List<String> missing = new ArrayList<>();

  private RequiredFields() {}

  /** Their paths. */
  static List<String> missing(HasMetadata object) {
    var fields = new RequiredFields();
    fields.check(object);
    return List.copyOf(fields.missing);
  }

  private void check(HasMetadata object) {
    switch (object) {
      case Service service -> need(service.getSpec(), "spec");
      case PodDisruptionBudget budget -> need(budget.getSpec(), "spec");
      case NetworkPolicy policy -> need(policy.getSpec(), "spec");
      case StatefulSet set -> {
        if (need(set.getSpec(), "spec")) {
          workload(set.getSpec().getSelector(), set.getSpec().getTemplate());
          var claims = set.getSpec().getVolumeClaimTemplates();
          for (int i = 0; i < claims.size(); i++)
            claim(claims.get(i), "spec.volumeClaimTemplates[%d].".formatted(i));
        }
      }
      case Deployment deployment -> {
        if (need(deployment.getSpec(), "spec"))
          workload(deployment.getSpec().getSelector(), deployment.getSpec().getTemplate());
      }
      case Job job -> {
        if (need(job.getSpec(), "spec") && need(job.getSpec().getTemplate(), "spec.template"))
          pod(job.getSpec().getTemplate().getSpec(), "spec.template.spec");
      }
      case Pod pod -> pod(pod.getSpec(), "spec");
      default -> {}
    }
  }

  private boolean need(Object value, String field) {
    if (value == null || "".equals(value)) missing.add(field);
    return value != null;
  }

  private void workload(LabelSelector selector, PodTemplateSpec template) {
    need(selector, "spec.selector");
    if (!need(template, "spec.template")) return;
    if (need(template.getMetadata(), "spec.template.metadata")
        && template.getMetadata().getLabels().isEmpty())
      missing.add("spec.template.metadata.labels");
    pod(template.getSpec(), "spec.template.spec");
  }

  private void pod(PodSpec pod, String at) {
    if (!need(pod, at)) return;
    if (pod.getContainers().isEmpty()) missing.add(at + ".containers");
    containers(pod.getContainers(), at + ".containers");
    containers(pod.getInitContainers(), at + ".initContainers");
    for (int i = 0; i < pod.getVolumes().size(); i++)
      need(pod.getVolumes().get(i).getName(), "%s.volumes[%d].name".formatted(at, i));
  }

  private void containers(List<Container> containers, String at) {
    for (int i = 0; i < containers.size(); i++) container(containers.get(i), at + "[" + i + "].");
  }

  private void container(Container container, String at) {
    need(container.getName(), at + "name");
    need(container.getImage(), at + "image");
    for (int i = 0; i < container.getEnv().size(); i++)
      need(container.getEnv().get(i).getName(), "%senv[%d].name".formatted(at, i));
    for (int i = 0; i < container.getVolumeMounts().size(); i++) {
      var mount = container.getVolumeMounts().get(i);
      need(mount.getName(), "%svolumeMounts[%d].name".formatted(at, i));
      need(mount.getMountPath(), "%svolumeMounts[%d].mountPath".formatted(at, i));
    }
  }

  private void claim(PersistentVolumeClaim claim, String at) {
    if (need(claim.getMetadata(), at + "metadata"))
      need(claim.getMetadata().getName(), at + "metadata.name");
    if (!need(claim.getSpec(), at + "spec")) return;
    var resources = claim.getSpec().getResources();
    need(
        resources == null ? null : resources.getRequests().get("storage"),
        at + "spec.resources.requests.storage");
  }
}

package dev.pgbaton.desired;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.Map;

/** Kubernetes' label selectors, as it reads them for disruption budgets and network policies. */
public final class Selectors {
  private Selectors() {}

  /** An empty selector selects every pod, a missing one none. */
  public static boolean selects(LabelSelector selector, Map<String, String> labels) {
    if (selector == null) return false;
    var wanted =
        selector.getMatchLabels() == null ? Map.<String, String>of() : selector.getMatchLabels();
    return labels.entrySet().containsAll(wanted.entrySet())
        && (selector.getMatchExpressions() == null
            || selector.getMatchExpressions().stream().allMatch(e -> holds(e, labels)));
  }

  private static boolean holds(LabelSelectorRequirement expression, Map<String, String> labels) {
    var value = labels.get(expression.getKey());
    return switch (expression.getOperator()) {
      case "In" -> value != null && expression.getValues().contains(value);
      case "NotIn" -> value == null || !expression.getValues().contains(value);
      case "Exists" -> value != null;
      case "DoesNotExist" -> value == null;
      // What is not understood is taken for the worse: it may select the pod.
      default -> true;
    };
  }
}

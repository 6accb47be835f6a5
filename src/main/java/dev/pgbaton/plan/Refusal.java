package dev.pgbaton.plan;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Why a change is not carried out. The {@linkplain #code() code} stands before the sentence in
 * statuses, Events and logs; docs/reasons.md lists all of them.
 */
public enum Refusal {
  MORE_THAN_ONE_PRIMARY(
      "more than one instance says that it is the primary",
      "nothing disruptive is done. `kubectl get lease <cluster>` names the one that may write; the instances' logs say what each of them waits for"),
  NO_PRIMARY(
      "no instance says that it is the primary",
      "nothing disruptive is done. The instances' logs say what each of them waits for"),
  ROLE_NOT_KNOWN(
      "an instance's PostgreSQL does not answer, so nobody knows what it is",
      "see its log; a change begins once it answers"),
  REPLICA_NOT_READY(
      "a replica's pod is not Ready, and nothing says why",
      "`kubectl describe pod`; a change begins once it is Ready"),
  REPLICA_NOT_STREAMING(
      "a replica does not stream from the primary", "see its log; a change begins once it streams"),
  REPLICA_LAGS(
      "a replica is further behind than `rollout.maxReplicaLag`",
      "wait until it has caught up, or allow more in the spec"),
  NODE_CORDONED(
      "an instance that has to restart is on a node that takes no new pods",
      "`kubectl uncordon`, or finish the work on that node first: a pod that is bound to it by its volume would not start again"),
  VOLUME_NEARLY_FULL(
      "an instance's volume has next to no space left, and a rollout needs some",
      "make room: look for `*.aside-*` beside the data, for replication slots that hold WAL back, for old data"),
  CONFIG_ERRORS(
      "PostgreSQL finds errors in an instance's configuration files, with which it might not start again",
      "the sentence has PostgreSQL's words. Push the correction without anything that needs a restart, then the rest"),
  PARAMETER_NOT_KNOWN(
      "the PostgreSQL that runs does not know a parameter, so going back to it would not be possible",
      "push the new image first, and the parameter with a commit after it"),
  FOREIGN_DISRUPTION_BUDGET(
      "a PodDisruptionBudget that is not pgbaton's selects an instance: Kubernetes evicts no pod that two budgets select",
      "delete it, or narrow its selector. pgbaton brings a budget of its own"),
  EVICTION_REFUSED(
      "an instance's pod may not be evicted, and this does not pass",
      "the sentence has the API server's words, with the PodDisruptionBudget's name"),
  GRACE_PERIOD_TOO_SHORT(
      "the pre-stop hook needs more time than the pod's grace period gives it",
      "raise terminationGracePeriodSeconds"),
  STORAGE_SHRINKS(
      "a volume can't be made smaller", "put the size that it has; the sentence says which"),
  IMMUTABLE_FIELD(
      "Kubernetes lets nobody change this after the StatefulSet was made",
      "put back what it was; the sentence says which value"),
  MAJOR_VERSION_CHANGES(
      "data of one major version can't be read by another", "keep the major version"),
  COLLATION_CHANGED(
      "the image sorts text otherwise than the one that the indexes were made with (another glibc or ICU), so they would be wrong",
      "put an image with the same collation version, or accept the new one; the sentence says how. It was taken back before the primary was touched"),
  INSTANCE_NOT_BACK(
      "an instance did not come up with this commit, which was taken back and is not tried again",
      "the sentence has the kubelet's reason. Push a fix"),
  HANDOFF_FAILED(
      "the primary did not answer the request to hand off", "see the log of the primary's pod"),
  SETTING_NOT_TAKEN(
      "PostgreSQL does not take a setting",
      "something weighs more than the file: ALTER SYSTEM, ALTER ROLE or the command line"),
  PASSWORD_MISSING(
      "the Secret, or the encrypted file, that a declared user's password shall come from is not there, has no such key, or can't be decrypted",
      "the sentence names it. Make it, or mend it; it is looked for again and again, and all else is carried out meanwhile"),
  CERTIFICATE_MISSING(
      "the Secret of spec.tls.secretName or replicationSecretName is not there, or has not the label by which pgbaton hears of it",
      "make it, with the label pgbaton.dev/cluster: <cluster> (cert-manager: secretTemplate.labels); nothing is touched before"),
  REPLICATION_BY_PASSWORD(
      "an instance has no certificate to come to the others with, so that none is asked for one",
      "the sentence says which one, and why. It goes on by itself once that one has a certificate"),
  ROTATION_WAITS(
      "passwords are being changed, and an instance has not taken them yet",
      "the sentence says which one, why, and what works meanwhile. It goes on by itself once that instance is back"),
  USERS_NOT_TAKEN(
      "the primary can't bring about a user or a database as the spec declares it",
      "the sentence has PostgreSQL's words for the first of them; `/status` of the primary's pod has all"),
  PGPOOL_NOT_READY("pgpool's new pods don't become Ready", "`kubectl describe pods` of them"),
  ROUTE_ASTRAY(
      "clients that want to write don't get to the primary, and what pgbaton does about it did not help",
      "the sentence says which way is wrong; see the log of that pod"),
  PASSWORD_CHANGES(
      "a password changes in Git, and that can't be carried out safely here",
      "the sentence says what stands against it, and names the key. Put back what it was, or change what it says"),
  SECRET_NOT_CHANGED(
      "a Secret in Git that PostgreSQL has nothing to do with is not what the live one is, and pgbaton creates Secrets only once",
      "all else is done. Change the live Secret, put back what it was, or take it out of Git; the sentence names the key"),
  ADOPTION_NEEDED(
      "objects of the manifests' names are there, and others than pgbaton applied them",
      "look at `pgbaton plan`, then put the annotation `pgbaton.dev/adopt: \"true\"` on the StatefulSet in Git"),
  ANOTHER_CLUSTERS_OBJECT(
      "an object of that name belongs to another cluster of pgbaton's",
      "give it another name in one of them, or one of them a namespace of its own"),
  OPERATED_BY_OTHERS(
      "an object of that name is run by another operator",
      "give it another name: it is left alone"),
  NEEDS_REPLACING(
      "a bare Pod or a Job in Git is not the one that is there, and Kubernetes lets nobody change one",
      "annotate it with `pgbaton.dev/replace: \"true\"`, or give it another name"),
  NOT_TO_BE_LEFT(
      "the StatefulSet in Git has the annotation `pgbaton.dev/mode: leave`, but with its own update strategy Kubernetes would restart instances at once",
      "push what is to be left without that annotation first, and the annotation once that is carried out"),
  IMAGE_KIND_CHANGES(
      "the running instances' image has pgbaton's instance program and the wanted one has not, or the other way round: one can't follow the other",
      "scale to 0 by Git first, or keep the kind of image"),
  TOO_LARGE_TO_KEEP(
      "the StatefulSet, pgpool and the ConfigMaps that they read are more than pgbaton can keep to go back to if a commit fails",
      "the sentence names the largest: make it smaller, or let a volume or an image bring what is in it"),
  ONLY_OBSERVED(
      "Git says `pgbaton.dev/mode: observe` on the StatefulSet, or `mode: observe` in the spec: nothing is touched",
      "the sentence says what would be done; remove the line to have it done"),
  SUSPENDED(
      "Git says `pgbaton.dev/mode: suspend` on the StatefulSet, or `mode: suspend` in the spec: nothing is touched",
      "remove the line to go on"),
  SUSPENDED_BY_HAND(
      "somebody has pressed Suspend on the cluster's page: nothing is done, whatever is pushed",
      "the sentence says who, and since when. Press Resume on its page to go on; the runbook has the way without the page"),
  FIELD_CONFLICT(
      "another field manager owns a field that the spec sets",
      "the sentence names it; let one of the two go"),
  WRITE_REFUSED("the API server refused a write", "the sentence has its words");

  private final String meaning;
  private final String remedy;

  Refusal(String meaning, String remedy) {
    this.meaning = meaning;
    this.remedy = remedy;
  }

  /** In CamelCase, and never changed once it is out: people's alerts and scripts look for it. */
  public String code() {
    return Arrays.stream(name().split("_"))
        .map(word -> word.charAt(0) + word.substring(1).toLowerCase(java.util.Locale.ROOT))
        .collect(Collectors.joining());
  }

  /** Of what was given up; at first it had one reason only. */
  public static Refusal ofCode(String code) {
    return Arrays.stream(values())
        .filter(refusal -> refusal.code().equals(code))
        .findFirst()
        .orElse(INSTANCE_NOT_BACK);
  }

  /** Whether nothing may be written for the cluster, not even an Event. */
  public boolean forbidsEvents() {
    return switch (this) {
      case ADOPTION_NEEDED, ANOTHER_CLUSTERS_OBJECT, OPERATED_BY_OTHERS, ONLY_OBSERVED, SUSPENDED ->
          true;
      default -> false;
    };
  }

  public String meaning() {
    return meaning;
  }

  public String remedy() {
    return remedy;
  }
}

package dev.pgbaton.plan;

/**
 * How to look closer at what was refused, for who is called at night: docs/runbooks.md. {@code NS}
 * and {@code NAME} stand for the cluster.
 */
public final class Runbook {
  private static final String STATUS = "`pgbaton status NS/NAME`";
  private static final String LOGS =
      "`kubectl -n NS logs -l pgbaton.dev/cluster=NAME,app.kubernetes.io/component=postgresql --tail=20 --prefix`";
  private static final String POD =
      "`kubectl -n NS describe pod POD` and `kubectl -n NS logs POD --previous`";
  private static final String PLAN =
      "`pgbaton plan --against HEAD~1 DIR` in a clone says the same before a push";

  private Runbook() {}

  /** Where to look, in Markdown. */
  public static String look(Refusal refusal) {
    return switch (refusal) {
      case MORE_THAN_ONE_PRIMARY ->
          STATUS
              + " shows both with their timelines; `kubectl -n NS get lease NAME -o yaml` names the holder, which is the only one that may write. "
              + LOGS
              + ": the other one stops within seconds of having lost the Lease. If it does not, isolate it from the clients first; its data is set aside when it comes back";
      case NO_PRIMARY ->
          STATUS
              + " has what each instance waits for. `kubectl -n NS get lease NAME -o yaml`: a holder that renews is starting; none, with a last holder, means that the others wait for the data of that one. If it is gone for good, a person decides to give up what only it had: `pgbaton-ask take-over LAST-PRIMARY` in the pod that shall go on (promises.md)";
      case ROLE_NOT_KNOWN ->
          STATUS
              + "; "
              + LOGS
              + ". The daemon asks PostgreSQL on port 5432 and the instance program on 8008: a NetworkPolicy may be in the way, or `max_connections` are all taken";
      case REPLICA_NOT_READY -> POD + ". " + STATUS + " has its program's own words";
      case REPLICA_NOT_STREAMING ->
          LOGS
              + " of that pod: a copy that is being made, WAL that the primary has no more, a password that differs. On the primary: `select * from pg_stat_replication`";
      case REPLICA_LAGS ->
          STATUS
              + " has the bytes. On the primary `select application_name, sent_lsn, replay_lsn from pg_stat_replication` tells whether it is the network (sent) or the replay: a long query there, a slow volume";
      case NODE_CORDONED -> "`kubectl get nodes` and `kubectl -n NS get pods -o wide`";
      case VOLUME_NEARLY_FULL ->
          "`kubectl -n NS exec POD -- df -h /var/lib/pgbaton` and `du -sh /var/lib/pgbaton/data/*`; `select slot_name, active, wal_status from pg_replication_slots`. Data that was set aside may be deleted once you know that you don't need it";
      case CONFIG_ERRORS ->
          "`select sourcefile, sourceline, name, error from pg_file_settings where error is not null` on that instance";
      case PARAMETER_NOT_KNOWN ->
          "`select name from pg_settings where name = '…'` on an instance, and `select version()`";
      case FOREIGN_DISRUPTION_BUDGET ->
          "`kubectl -n NS get pdb -o wide`: pgbaton's has the label `pgbaton.dev/cluster`";
      case EVICTION_REFUSED ->
          "`kubectl -n NS get pdb`: ALLOWED DISRUPTIONS is 0 while any instance is not Ready. A webhook that refuses evictions is named in the sentence";
      case GRACE_PERIOD_TOO_SHORT ->
          "`kubectl -n NS get statefulset NAME -o jsonpath='{.spec.template.spec.terminationGracePeriodSeconds}'`, and the budget of the pre-stop hook in your manifests";
      case STORAGE_SHRINKS -> "`kubectl -n NS get pvc`. " + PLAN;
      case IMMUTABLE_FIELD ->
          "`kubectl -n NS get statefulset NAME -o yaml` has what it is. " + PLAN;
      case MAJOR_VERSION_CHANGES ->
          "`select version()`. "
              + PLAN
              + ". pgbaton does no major upgrades: make a new cluster, and move the data by logical replication or a dump";
      case COLLATION_CHANGED ->
          "`select datname, datcollversion, pg_database_collation_actual_version(oid) from pg_database` on the replica that had the new image. To accept it: `rollout.acceptCollationVersion` in the spec, then `reindex` and `alter database … refresh collation version`";
      case INSTANCE_NOT_BACK ->
          POD
              + ". `pgbaton history NS/NAME` has the commit that failed. The primary was not touched, and the instance went back to what worked";
      case HANDOFF_FAILED ->
          LOGS
              + " of the primary: why it kept its place (the candidate did not get there in time, a checkpoint that took too long). It is asked again after half a minute";
      case SETTING_NOT_TAKEN ->
          "`select name, setting, source, sourcefile, pending_restart from pg_settings where name = '…'` on that instance; `alter system reset …` where the source is `postgresql.auto.conf`";
      case CERTIFICATE_MISSING ->
          "`kubectl -n NS get secret --show-labels`; the sentence has the Secret's name";
      case REPLICATION_BY_PASSWORD ->
          "`kubectl -n NS get secret --show-labels` for the one of spec.tls.replicationSecretName or `NAME-replication`; `/status` of the instance has under `configErrors` why it does not take it (access.md)";
      case PASSWORD_MISSING ->
          "`kubectl -n NS get secret`; the sentence has the Secret and the key";
      case ROTATION_WAITS ->
          "`kubectl get --raw /api/v1/namespaces/NS/pods/POD:8008/proxy/status` of the instance that the sentence names says under `logins` what it took and what it waits for (users.md)";
      case USERS_NOT_TAKEN ->
          "`kubectl get --raw /api/v1/namespaces/NS/pods/PRIMARY:8008/proxy/status` has all of them under `users.errors` (users.md)";
      case PGPOOL_NOT_READY ->
          "`kubectl -n NS describe pods -l pgbaton.dev/cluster=NAME,app.kubernetes.io/component=pgpool` and their logs. Clients stay on the old pods meanwhile";
      case ROUTE_ASTRAY ->
          "`kubectl -n NS get endpointslice NAME-primary -o yaml` has the address of the primary's pod ("
              + STATUS
              + "), written by the primary itself; its log says why not. pgpool: `psql -h POOL -c 'show pool_nodes'`";
      case PASSWORD_CHANGES, SECRET_NOT_CHANGED ->
          "`kubectl -n NS get secret SECRET -o yaml` beside the one in Git";
      case ADOPTION_NEEDED ->
          "`pgbaton plan DIR` says what would change; `kubectl -n NS get statefulset NAME -o yaml --show-managed-fields` who applied it before (manifests.md)";
      case ANOTHER_CLUSTERS_OBJECT ->
          "`kubectl -n NS get KIND OBJECT -o jsonpath='{.metadata.labels.pgbaton\\.dev/cluster}'`";
      case OPERATED_BY_OTHERS ->
          "`kubectl -n NS get KIND OBJECT -o jsonpath='{.metadata.ownerReferences}'`";
      case NEEDS_REPLACING -> "`kubectl -n NS get KIND OBJECT -o yaml` beside the one in Git";
      case NOT_TO_BE_LEFT ->
          "`kubectl -n NS get statefulset NAME -o jsonpath='{.spec.updateStrategy}'` (manifests.md)";
      case IMAGE_KIND_CHANGES ->
          "`kubectl -n NS get statefulset NAME -o jsonpath='{.spec.template.spec.containers[*].image}'` (manifests.md)";
      case TOO_LARGE_TO_KEEP ->
          "`kubectl -n NS get configmap -o yaml | wc -c`; the sentence names the largest";
      case ONLY_OBSERVED, SUSPENDED ->
          "the spec's `mode`, or the annotation in Git. `pgbaton plan DIR` says what would be done";
      case SUSPENDED_BY_HAND ->
          "the cluster's page has the button. Without it: `kubectl -n pgbaton-system get configmap -l pgbaton.dev/journal` names the cluster's journal, and `kubectl -n pgbaton-system annotate configmap JOURNAL pgbaton.dev/resume=true` lifts the suspension";
      case FIELD_CONFLICT ->
          "`kubectl -n NS get KIND OBJECT -o yaml --show-managed-fields`: who set the field last, an autoscaler or a person";
      case WRITE_REFUSED ->
          "the sentence has the API server's words: a missing right (`kubectl auth can-i … --as system:serviceaccount:pgbaton-system:pgbaton`), an admission webhook, a quota";
    };
  }
}

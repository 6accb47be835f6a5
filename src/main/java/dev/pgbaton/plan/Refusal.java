package dev.pgbaton.plan;

/** Why a change is not carried out: the code that documentation and metrics use. */
public enum Refusal {
  /** More than one instance says it is the primary. */
  MORE_THAN_ONE_PRIMARY,
  /** No instance says it is the primary. */
  NO_PRIMARY,
  /** A volume can't be made smaller. */
  STORAGE_SHRINKS,
  /** A field that Kubernetes does not let anyone change after the StatefulSet was made. */
  IMMUTABLE_FIELD,
  /** Data of one major version can't be read by another. */
  MAJOR_VERSION_CHANGES,
  /** The pre-stop hook needs more time than the pod's grace period gives it. */
  GRACE_PERIOD_TOO_SHORT,
  /** An instance did not come back with this commit, which is not tried again. */
  INSTANCE_NOT_BACK,
  /** The primary did not hand off in time. */
  HANDOFF_FAILED,
  /** A setting was not taken. */
  SETTING_NOT_TAKEN,
  /** Another field manager owns a field that the spec sets. */
  FIELD_CONFLICT,
  /** pgpool's new pods don't become Ready. */
  PGPOOL_NOT_READY,
  /** The API server refused a write. */
  WRITE_REFUSED
}

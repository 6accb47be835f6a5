package dev.pgbaton.cluster;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * Labels, annotations, ports and keys that the daemon, the instance program and the objects agree
 * on.
 */
public final class Names {
  public static final String DOMAIN = "pgbaton.dev";
  public static final String MANAGER = "pgbaton";

  /**
   * On every object that pgbaton generates, and on its pods and claims: the cluster's name.
   * Informers select by it.
   */
  public static final String CLUSTER_LABEL = "pgbaton.dev/cluster";

  /**
   * On pods, for people and dashboards: {@code primary} or {@code replica}. Nothing is routed by
   * it.
   */
  public static final String ROLE_LABEL = "pgbaton.dev/role";

  /** {@code postgresql} or {@code pgpool}. */
  public static final String COMPONENT_LABEL = "app.kubernetes.io/component";

  /** {@link #MANAGER} on what pgbaton makes; what it only applies keeps its owner's. */
  public static final String MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";

  /** Labels that pgbaton sets by itself, beside those of its own domain. */
  public static final Set<String> OWN_LABELS =
      Set.of(
          "app.kubernetes.io/name",
          "app.kubernetes.io/instance",
          COMPONENT_LABEL,
          MANAGED_BY_LABEL);

  /** On an applied object: the hash of the last applied configuration. */
  public static final String APPLIED = "pgbaton.dev/applied";

  /**
   * On a pod: the hash of the settings it should reload; touching it makes the kubelet refresh the
   * volume at once.
   */
  public static final String RELOAD = "pgbaton.dev/reload";

  /**
   * On the credentials Secret, as its key and as its annotation: the {@link LoginTurn}. On a pod:
   * the id of the turn that it was told of.
   */
  public static final String LOGINS_KEY = "logins";

  public static final String LOGINS = "pgbaton.dev/logins";

  /**
   * On a person's Secret: a random word for the passwords that pgbaton wrote into it last. On the
   * Lease: {@link ToldPasswords}. On pgpool's template: those that its pods began with.
   */
  public static final String PASSWORDS = "pgbaton.dev/passwords";

  /** On the credentials Secret: the word in the spec that its passwords were last made anew for. */
  public static final String ROTATION = "pgbaton.dev/rotation";

  /** On a journal's ConfigMap, by a person without the page: a suspension by hand is over. */
  public static final String RESUME = "pgbaton.dev/resume";

  /**
   * On an EndpointSlice: the epoch of the holder that wrote it. A former holder's late write stops
   * at it.
   */
  public static final String EPOCH = "pgbaton.dev/epoch";

  /**
   * On the Lease, by the daemon: the name of the pod that shall be the next primary. The holder
   * removes it.
   */
  public static final String HANDOFF_TO = "pgbaton.dev/handoff-to";

  /**
   * On the Lease, by the daemon: the name of the holder, which shall stop and start PostgreSQL in
   * its pod. The holder removes it.
   */
  public static final String RESTART = "pgbaton.dev/restart";

  /** On the Lease, by the holder: why it did not hand off as asked; {@code <pod>: <reason>}. */
  public static final String HANDOFF_REFUSED = "pgbaton.dev/handoff-refused";

  /**
   * On the Lease, by the holder: the {@link WalPosition} that whoever takes it next must have
   * reached; absent = not known.
   */
  public static final String FLOOR = "pgbaton.dev/floor";

  /**
   * The same, of a holder that may write without having renewed the Lease, so that its data may go
   * on from there. By another name: a program that knows only {@link #FLOOR} would take it for the
   * end.
   */
  public static final String HANDED_FLOOR = "pgbaton.dev/handed-floor";

  /** On the Lease: who held it last, kept after a release. */
  public static final String LAST_HOLDER = "pgbaton.dev/last-holder";

  /**
   * On the Lease: PostgreSQL's system identifier. While it is absent, an instance may run initdb.
   */
  public static final String SYSTEM_IDENTIFIER = "pgbaton.dev/system-identifier";

  /**
   * On the Lease, by the holder: the pods that may take it, separated by commas; absent = any of
   * the cluster's.
   */
  public static final String MEMBERS = "pgbaton.dev/members";

  /**
   * On the Lease, by the holder: how many standbys confirm each commit. Never fewer than PostgreSQL
   * counts on, see {@code instance.Confirmation}.
   */
  public static final String SYNCHRONOUS_STANDBYS = "pgbaton.dev/synchronous-standbys";

  /**
   * On objects in Git, {@code "true"}: what others applied may be taken over. On the StatefulSet:
   * all that is there at first contact.
   */
  public static final String ADOPT = "pgbaton.dev/adopt";

  /**
   * On a bare Pod or a Job in Git, {@code "true"}: where it changes, the old one is deleted, and a
   * new one made.
   */
  public static final String REPLACE = "pgbaton.dev/replace";

  /**
   * On the Secrets of declared users, and on the Lease by the daemon: what of them the primary
   * shall have taken.
   */
  public static final String USERS = "pgbaton.dev/users";

  /** On the Lease, by the daemon: when it told the primary of these. */
  public static final String USERS_TOLD = "pgbaton.dev/users-told";

  /** On such a Secret: the Secrets that have the passwords; {@code <user>=<Secret>/<key>}. */
  public static final String PASSWORDS_FROM = "pgbaton.dev/passwords-from";

  /** On such a Secret: the versions of those Secrets; {@code <Secret>=<version>}. */
  public static final String COMPOSED_OF = "pgbaton.dev/composed-of";

  /** On such a Secret: which passwords were not there, in words; absent if all were. */
  public static final String PASSWORDS_MISSING = "pgbaton.dev/passwords-missing";

  /**
   * On the Secret of a user whose password is encrypted in Git, or in a vault: which it is; {@code
   * <content's hash> <file> <key>} or {@code vault <mount> <path> <key>}.
   */
  public static final String DECRYPTED_FROM = "pgbaton.dev/decrypted-from";

  /** On a Secret of type kubernetes.io/tls that is made by pgbaton: the one that signs it. */
  public static final String ISSUED_BY = "pgbaton.dev/issued-by";

  /** On such a Secret: the host names in its certificate. */
  public static final String CERTIFICATE_NAMES = "pgbaton.dev/certificate-names";

  /** In place of those on such a Secret with a client's certificate: whose it is. */
  public static final String CERTIFICATE_OF = "pgbaton.dev/certificate-of";

  /** On such a Secret: from when on another certificate is made. */
  public static final String RENEW_AFTER = "pgbaton.dev/renew-after";

  /** How an instance begins to say that its certificate is not as it shall be. */
  public static final String NO_CERTIFICATE = "no certificate is taken: ";

  /** On pgpool's pods, which read it at their start: which certificate they have. */
  public static final String CERTIFICATE = "pgbaton.dev/certificate";

  /** Of a Secret with a certificate, as it is remembered: which authority's is beside it. */
  public static final String CERTIFICATE_BY = "pgbaton.dev/certificate-by";

  /** In values of a Secret that is generated: its password, once it has one. */
  public static final String PASSWORD_HERE = "${password}";

  public static final int POSTGRES_PORT = 5432;

  /** The instance program's probes and status, over HTTP on the pod's address. */
  public static final int STATUS_PORT = 8008;

  /** The StatefulSet's claim template for the data. */
  public static final String DATA_CLAIM = "data";

  /** Keys of the credentials Secret; mounted as files of the same names. */
  public static final String SUPERUSER_PASSWORD = "postgres-password";

  public static final String REPMGR_PASSWORD = "repmgr-password";
  public static final String MONITOR_PASSWORD = "pgbaton-password";

  public static final String SUPERUSER = "postgres";

  /** The daemon's own login role: member of pg_monitor, owner of the heartbeat table. */
  public static final String MONITOR_USER = "pgbaton";

  /** PostgreSQL's superuser, repmgr's, and the daemon's. */
  public static final Set<String> OWN_ROLES =
      Set.of(SUPERUSER, "repmgr", "repmgr_2", MONITOR_USER, "pgbaton_2");

  /** Beside the settings that a reload changes: the rules of access; absent = the image's own. */
  public static final String ACCESS_FILE = "access.conf";

  /** A setting that nobody reads but pgbaton: which rules of access an instance has taken. */
  public static final String ACCESS_SETTING = "pgbaton.access";

  /**
   * Of the same kind, among the settings that a reload changes: as whom instances let each other
   * in. Absent for by password.
   */
  public static final String REPLICATION_SETTING = "pgbaton.replication";

  /** As {@link #REPLICATION_SETTING} says it. */
  public static final String BY_CERTIFICATE = "certificate";

  /**
   * Of the same kind, among the settings that a reload changes: from where the superuser may log
   * in. Absent for as the data was made.
   */
  public static final String SUPERUSER_SETTING = "pgbaton.superuser";

  /** As {@link #SUPERUSER_SETTING} says it. */
  public static final String OVER_THE_NETWORK = "network";

  /** Of the same kind, by an instance that comes to the others with a certificate. */
  public static final String CLIENT_CERTIFICATE_SETTING = "pgbaton.client_certificate";

  /** The common name of the certificate by which instances come to each other. */
  public static final String REPLICATION_NAME = "repmgr";

  /**
   * Predefined roles whose members run programs and read and write files as the server: they are
   * superusers by another name.
   */
  public static final Set<String> MIGHTY_ROLES =
      Set.of("pg_execute_server_program", "pg_write_server_files", "pg_read_server_files");

  /** An image of this name has repmgr, whatever its environment says. */
  public static final Pattern REPMGR_IMAGE =
      Pattern.compile("(?:.*/)?postgresql-repmgr(?:[:@].*)?");

  private Names() {}
}

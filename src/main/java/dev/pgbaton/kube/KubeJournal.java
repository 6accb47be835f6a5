package dev.pgbaton.kube;

import dev.pgbaton.apply.ClusterWriter.Written;
import dev.pgbaton.cluster.Annotations;
import dev.pgbaton.cluster.ClusterId;
import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.Sha256;
import dev.pgbaton.observed.Journal;
import dev.pgbaton.observed.JournalEntry;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** One ConfigMap a cluster, in pgbaton's own namespace. */
final class KubeJournal implements Journal, AutoCloseable {
  static final String LABEL = Names.DOMAIN + "/journal";
  private static final String CLUSTER = Names.DOMAIN + "/journal-of";
  private static final String KEY = "journal.json";
  private static final Logger LOG = Logger.getLogger(KubeJournal.class);

  private final KubernetesClient client;
  private final String namespace;
  private final SharedIndexInformer<ConfigMap> informer;
  private final JournalSeal seal;

  /** The newest version that this process knows of: its own write, or what the watch brought. */
  private final Map<ClusterId, JournalEntry> newest = new ConcurrentHashMap<>();

  /**
   * @param namespace pgbaton's own
   * @param changed told when somebody else writes an entry
   */
  KubeJournal(KubernetesClient client, String namespace, Consumer<ClusterId> changed) {
    this.client = client;
    this.namespace = namespace;
    this.seal = JournalSeal.in(client, namespace);
    this.informer =
        client
            .configMaps()
            .inNamespace(namespace)
            .withLabel(LABEL)
            .withLimit(100L)
            .runnableInformer(0)
            .itemStore(new TrimmedStore<>(Cache::metaNamespaceKeyFunc))
            .exceptionHandler(new Retry("ConfigMap (journal)"));
    informer.addEventHandler(new Follow(changed));
  }

  void start() {
    informer.start();
  }

  boolean ready() {
    return informer.isRunning() && informer.hasSynced();
  }

  boolean watching() {
    return informer.isWatching();
  }

  @Override
  public JournalEntry read(ClusterId id) {
    if (!ready()) throw new IllegalStateException("the journal was not read yet");
    var known = newest.getOrDefault(id, JournalEntry.EMPTY);
    var cached = informer.getStore().getByKey(namespace + "/" + name(id));
    if (cached == null || Trim.version(cached) <= Trim.version(known.version())) return known;
    return newest.merge(id, opened(id, entry(cached)), KubeJournal::newer);
  }

  private JournalEntry sealed(ClusterId id, JournalEntry entry) {
    return entry.withLastGood(
        entry
            .lastGood()
            .map(text -> text.startsWith(JournalEntry.CONFIDENTIAL) ? seal.seal(id, text) : text));
  }

  /**
   * @throws IllegalStateException if it can't be, and is needed: a commit that failed would be
   *     tried again
   */
  private JournalEntry opened(ClusterId id, JournalEntry entry) {
    if (entry.lastGood().filter(JournalSeal::isSealed).isEmpty()) return entry;
    var text = seal.open(id, entry.lastGood().get());
    if (text.isPresent()) return entry.withLastGood(text);
    var why =
        "what last worked can't be opened, for the Secret %s in %s is gone or another one"
            .formatted(JournalSeal.SECRET, namespace);
    if (entry.quarantine().isPresent())
      throw new IllegalStateException(
          "%s: %s. Bring it back, or push a commit and delete ConfigMap %s"
              .formatted(id, why, name(id)));
    LOG.warnf("%s: %s", id, why);
    return entry.withLastGood(Optional.empty());
  }

  static JournalEntry entry(ConfigMap map) {
    var entry =
        JournalText.parse(
            map.getData() == null ? "" : map.getData().getOrDefault(KEY, ""),
            map.getMetadata().getResourceVersion());
    var notes = map.getMetadata().getAnnotations();
    // Our own next write takes that annotation off again.
    return notes != null && "true".equals(notes.get(Names.RESUME))
        ? entry.withSuspension(Optional.empty())
        : entry;
  }

  private static JournalEntry newer(JournalEntry one, JournalEntry other) {
    return Trim.version(one.version()) >= Trim.version(other.version()) ? one : other;
  }

  @Override
  public Optional<JournalEntry> write(ClusterId id, JournalEntry entry) {
    try {
      var map = configMap(id, sealed(id, entry));
      var written =
          entry.version().isEmpty() ? client.resource(map).create() : client.resource(map).update();
      var now = entry.withVersion(written.getMetadata().getResourceVersion());
      newest.merge(id, now, KubeJournal::newer);
      return Optional.of(now);
    } catch (KubernetesClientException e) {
      // Somebody else was quicker, or the server is away: both pass.
      var passes = !(ApiError.translate(e) instanceof Written.Refused);
      LOG.logf(
          passes ? Logger.Level.DEBUG : Logger.Level.WARN,
          "%s: the journal was not written: %s",
          id,
          ApiError.words(e));
      return Optional.empty();
    }
  }

  private ConfigMap configMap(ClusterId id, JournalEntry entry) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(name(id))
        .withResourceVersion(entry.version().isEmpty() ? null : entry.version())
        .addToLabels(LABEL, "true")
        .addToLabels("app.kubernetes.io/managed-by", Names.MANAGER)
        .addToAnnotations(CLUSTER, id.toString())
        .endMetadata()
        .addToData(KEY, JournalText.of(entry))
        .build();
  }

  @Override
  public SortedSet<ClusterId> clusters() {
    var result = new TreeSet<>(newest.keySet());
    informer.getStore().list().forEach(map -> cluster(map).ifPresent(result::add));
    return result;
  }

  private static Optional<ClusterId> cluster(ConfigMap map) {
    return Annotations.of(map, CLUSTER)
        .map(text -> text.split("/", 2))
        .filter(parts -> parts.length == 2 && !parts[0].isEmpty())
        .map(parts -> new ClusterId(parts[0], parts[1]));
  }

  /** Readable in front; the hash tells a-b/c from a/b-c. */
  static String name(ClusterId id) {
    var readable = (id.namespace() + "-" + id.name()).replaceAll("[^a-z0-9-]", "-");
    return "journal-%s-%s"
        .formatted(readable.length() <= 200 ? readable : readable.substring(0, 200), hash(id));
  }

  private static String hash(ClusterId id) {
    return Sha256.hex(id.toString(), 8);
  }

  @Override
  public void close() {
    informer.close();
  }

  private final class Follow implements ResourceEventHandler<ConfigMap> {
    private final Consumer<ClusterId> changed;

    Follow(Consumer<ClusterId> changed) {
      this.changed = changed;
    }

    @Override
    public void onAdd(ConfigMap map) {
      wakeIfForeign(map);
    }

    @Override
    public void onUpdate(ConfigMap before, ConfigMap after) {
      wakeIfForeign(after);
    }

    private void wakeIfForeign(ConfigMap map) {
      cluster(map)
          .filter(
              id ->
                  Trim.version(map)
                      > Trim.version(newest.getOrDefault(id, JournalEntry.EMPTY).version()))
          .ifPresent(changed);
    }

    @Override
    public void onDelete(ConfigMap map, boolean finalStateUnknown) {
      cluster(map)
          .ifPresent(
              id -> {
                newest.computeIfPresent(
                    id,
                    (_, known) ->
                        Trim.version(known.version()) <= Trim.version(map) ? null : known);
                changed.accept(id);
              });
    }
  }
}

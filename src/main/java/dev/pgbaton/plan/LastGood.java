package dev.pgbaton.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.desired.AppliedHash;
import dev.pgbaton.desired.ApplyPolicy;
import dev.pgbaton.desired.DesiredCluster;
import dev.pgbaton.desired.DesiredObject;
import dev.pgbaton.desired.ObjectRole;
import dev.pgbaton.desired.PodReading;
import dev.pgbaton.desired.ReloadedSettings;
import dev.pgbaton.desired.Remembered;
import dev.pgbaton.observed.JournalEntry;
import dev.pgbaton.observed.JournalEntry.Quarantine;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** What last worked: the instances, the settings they took and pgpool; and going back to it. */
public final class LastGood {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MAX_REPLICA_LAG = "maxReplicaLag";

  private static final Remembered<DesiredCluster, DesiredCluster, String> TEXTS =
      new Remembered<>((desired, _) -> write(desired));

  private static final Remembered<DesiredCluster, DesiredCluster, Integer> SIZES =
      new Remembered<>((desired, _) -> measure(desired));

  /**
   * @param settings as {@code pg_settings} shows them
   */
  private record Kept(
      StatefulSet statefulSet, Map<ObjectKey, HasMetadata> others, Map<String, String> settings) {}

  private LastGood() {}

  /** As the journal keeps it. */
  public static String toJson(DesiredCluster desired) {
    return TEXTS.of(desired, desired);
  }

  private static String write(DesiredCluster desired) {
    var json = JSON.createObjectNode();
    // First: whoever keeps it looks for it.
    if (!desired.layout().isGenerated()) json.put("confidential", true);
    json.set("statefulSet", JSON.valueToTree(desired.statefulSet()));
    var others = json.putArray("others");
    kept(desired).forEach(object -> others.add(JSON.<JsonNode>valueToTree(object)));
    json.set("settings", JSON.valueToTree(new TreeMap<>(desired.settings())));
    json.put(MAX_REPLICA_LAG, desired.rollout().maxReplicaLag());
    return json.toString();
  }

  /** No ConfigMap but those that a pod of theirs reads: the journal is no store of files. */
  private static List<HasMetadata> kept(DesiredCluster desired) {
    var named = new TreeSet<>(PodReading.reads(desired.statefulSet()));
    desired.objects().stream()
        .map(DesiredObject::object)
        .filter(object -> object instanceof StatefulSet || object instanceof Deployment)
        .forEach(object -> named.addAll(PodReading.reads(object)));
    return desired.objects().stream()
        .filter(
            object ->
                object.object() instanceof Deployment
                    || object.role() == ObjectRole.SETTINGS && named.contains(object.key()))
        .map(DesiredObject::object)
        .toList();
  }

  /** How long it will be in the journal, which has its limit. */
  static int size(DesiredCluster desired) {
    return SIZES.of(desired, desired);
  }

  private static int measure(DesiredCluster desired) {
    var text = toJson(desired);
    // Quotes and ends of lines are escaped once more where it lies open.
    if (!text.startsWith(JournalEntry.CONFIDENTIAL))
      return JSON.valueToTree(text).toString().length();
    var packed = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(packed)) {
      zip.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.size() / 3 * 4 + 1024;
  }

  /** Of what it is made of, what takes most of it. */
  static HasMetadata largest(DesiredCluster desired) {
    return Stream.concat(Stream.of(desired.statefulSet()), kept(desired).stream())
        .max(Comparator.comparingInt(object -> JSON.valueToTree(object).toString().length()))
        .orElseThrow();
  }

  /**
   * In bytes, for who has no spec; empty where nothing is known, or the journal keeps it sealed.
   */
  public static OptionalLong maxReplicaLag(JournalEntry journal) {
    try {
      var lag = JSON.readTree(journal.lastGood().orElse("{}")).path(MAX_REPLICA_LAG);
      return lag.isIntegralNumber() ? OptionalLong.of(lag.asLong()) : OptionalLong.empty();
    } catch (JsonProcessingException _) {
      return OptionalLong.empty();
    }
  }

  /** That last worked. */
  static Optional<StatefulSet> statefulSet(JournalEntry journal) {
    return journal.lastGood().map(json -> read(json).statefulSet());
  }

  /** The quarantine, if it is this intent that failed: a new one is tried. */
  public static Optional<Quarantine> quarantine(JournalEntry journal) {
    return journal
        .quarantine()
        .filter(q -> journal.intent().map(i -> i.hash().equals(q.hash())).orElse(false));
  }

  /** What is brought about: the intent, or with all that last worked if it failed. */
  static DesiredCluster insteadOf(DesiredCluster wanted, JournalEntry journal) {
    var json = journal.lastGood();
    if (quarantine(journal).isEmpty() || json.isEmpty()) return wanted;
    var kept = read(json.get());
    var objects = new ArrayList<DesiredObject>();
    wanted.objects().forEach(o -> objects.add(before(o, kept, wanted)));
    var keys = objects.stream().map(DesiredObject::key).collect(Collectors.toSet());
    // What was named by its content is read again by whoever restarts. Without pgpool, nobody
    // reads pgpool's.
    kept.others().entrySet().stream()
        .filter(e -> e.getValue() instanceof ConfigMap && !keys.contains(e.getKey()))
        .map(
            e ->
                new DesiredObject(
                    e.getValue(), ObjectRole.SETTINGS, ApplyPolicy.APPLY, source(wanted)))
        .forEach(objects::add);
    var reload = objects.stream().filter(ReloadedSettings::is).findFirst();
    return new DesiredCluster(
        wanted.layout(),
        objects,
        wanted.rollout(),
        settings(kept, reload, wanted),
        reload.map(o -> ReloadedSettings.hash((ConfigMap) o.object())).orElse(wanted.reloadHash()),
        reload
            .map(o -> ReloadedSettings.synchronousStandbys((ConfigMap) o.object()))
            .orElse(wanted.synchronousStandbys()),
        wanted.mode(),
        wanted.passwords(),
        wanted.advice());
  }

  private static dev.pgbaton.cluster.SourceRef source(DesiredCluster wanted) {
    return wanted.get(wanted.layout().statefulSetKey()).source();
  }

  private static DesiredObject before(DesiredObject object, Kept kept, DesiredCluster wanted) {
    if (object.key().equals(wanted.layout().statefulSetKey()))
      return with(object, sized(kept.statefulSet(), wanted));
    return switch (kept.others().get(object.key())) {
      case null -> object;
      case ConfigMap map when ReloadedSettings.is(object) ->
          with(object, ReloadedSettings.resized(map, (ConfigMap) object.object()));
      case HasMetadata other -> with(object, other);
    };
  }

  private static DesiredObject with(DesiredObject object, HasMetadata instead) {
    return new DesiredObject(instead, object.role(), object.policy(), object.source());
  }

  private static Map<String, String> settings(
      Kept kept, Optional<DesiredObject> reload, DesiredCluster wanted) {
    if (kept.settings().isEmpty()) return wanted.settings();
    var settings = new TreeMap<>(kept.settings());
    var resized =
        reload.isPresent() && !reload.get().object().equals(kept.others().get(reload.get().key()));
    if (resized)
      settings.put(ReloadedSettings.NAMES, wanted.settings().get(ReloadedSettings.NAMES));
    return Collections.unmodifiableSortedMap(settings);
  }

  /** Whether there is something to go back to that differs from what is wanted. */
  static boolean differs(DesiredCluster wanted, JournalEntry journal) {
    return journal
        .lastGood()
        .map(json -> AppliedHash.of(sized(read(json).statefulSet(), wanted)))
        .map(hash -> !hash.equals(AppliedHash.of(wanted.statefulSet())))
        .orElse(false);
  }

  /** How many there shall be is no revision: what is taken back is what each of them runs. */
  private static StatefulSet sized(StatefulSet set, DesiredCluster wanted) {
    return new StatefulSetBuilder(set)
        .editSpec()
        .withReplicas(wanted.statefulSet().getSpec().getReplicas())
        .endSpec()
        .build();
  }

  private static Kept read(String text) {
    try {
      var json = JSON.readTree(text);
      // Of an earlier pgbaton, which kept nothing else.
      if (json.path("kind").asText().equals("StatefulSet"))
        return new Kept(JSON.treeToValue(json, StatefulSet.class), Map.of(), Map.of());
      var others = new TreeMap<ObjectKey, HasMetadata>();
      for (var node : json.path("others")) {
        var object = JSON.treeToValue(node, type(node));
        others.put(key(object), object);
      }
      return new Kept(
          JSON.treeToValue(json.path("statefulSet"), StatefulSet.class),
          others,
          settings(json.path("settings")));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the journal's last good revision can't be read", e);
    }
  }

  private static Class<? extends HasMetadata> type(JsonNode node) {
    return switch (node.path("kind").asText()) {
      case "ConfigMap" -> ConfigMap.class;
      case "Deployment" -> Deployment.class;
      case String kind -> throw new IllegalStateException("the journal keeps a " + kind);
    };
  }

  private static ObjectKey key(HasMetadata object) {
    var meta = object.getMetadata();
    return new ObjectKey(object.getKind(), meta.getNamespace(), meta.getName());
  }

  private static Map<String, String> settings(JsonNode json) {
    var settings = new TreeMap<String, String>();
    json.properties().forEach(e -> settings.put(e.getKey(), e.getValue().asText()));
    return settings;
  }
}

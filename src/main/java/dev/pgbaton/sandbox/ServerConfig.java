package dev.pgbaton.sandbox;

import dev.pgbaton.cluster.ObjectKey;
import dev.pgbaton.instance.InstanceSettings;
import dev.pgbaton.instance.Quorum;
import dev.pgbaton.spec.SettingsCatalogue;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The settings that are mounted into a pod: those for a start are the ones that its template named.
 */
final class ServerConfig {
  private static final Pattern LINE = Pattern.compile("(\\S+) = '?(.*?)'?");

  private final ObjectStore store;
  private final Pod pod;
  private ConfigMap reload;

  ServerConfig(ObjectStore store, Pod pod) {
    this.store = store;
    this.pod = pod;
    refresh();
  }

  /** The kubelet looks at the ConfigMap again. */
  void refresh() {
    mounted("reload").ifPresent(map -> reload = map);
  }

  String reloadHash() {
    return reload == null ? "" : reload.getData().getOrDefault("reload.hash", "");
  }

  int instances() {
    return number("instances", 1);
  }

  int synchronousStandbysMounted() {
    return number("synchronous-standbys", 0);
  }

  InstanceSettings.Failover failover() {
    var asked = reload == null ? "fast" : reload.getData().getOrDefault("failover", "fast");
    return InstanceSettings.Failover.valueOf(asked.toUpperCase(Locale.ROOT));
  }

  private int number(String key, int without) {
    return reload == null
        ? without
        : Integer.parseInt(reload.getData().getOrDefault(key, "" + without));
  }

  SortedMap<String, String> reloadSettings() {
    return reload == null ? new TreeMap<>() : parse(reload.getData().get("reload.conf"));
  }

  SortedMap<String, String> restartSettings() {
    return mounted("restart")
        .map(m -> parse(m.getData().get("restart.conf")))
        .orElseGet(TreeMap::new);
  }

  /** Without them the container can't be made. */
  boolean complete() {
    return mounted("restart").isPresent() && mounted("reload").isPresent();
  }

  /** What PostgreSQL would not take. */
  List<String> errors() {
    return reloadSettings().entrySet().stream()
        .filter(e -> e.getValue().contains("not-taken"))
        .map(e -> "invalid value for parameter \"%s\"".formatted(e.getKey()))
        .toList();
  }

  private Optional<ConfigMap> mounted(String volume) {
    return pod.getSpec().getVolumes().stream()
        .filter(v -> v.getName().equals(volume) && v.getConfigMap() != null)
        .map(Volume::getConfigMap)
        .map(c -> new ObjectKey("ConfigMap", pod.getMetadata().getNamespace(), c.getName()))
        .flatMap(key -> store.find(key, ConfigMap.class).stream())
        .findFirst();
  }

  private static SortedMap<String, String> parse(String conf) {
    var settings = new TreeMap<String, String>();
    if (conf == null) return settings;
    for (var line : conf.split("\n")) {
      var match = LINE.matcher(line.strip());
      if (match.matches())
        settings.put(
            match.group(1),
            SettingsCatalogue.normalised(match.group(1), match.group(2).replace("''", "'")));
    }
    return settings;
  }

  static int synchronousStandbys(Map<String, String> settings) {
    return Quorum.parse(settings.getOrDefault("synchronous_standby_names", "")).standbys();
  }
}

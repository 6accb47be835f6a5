package dev.pgbaton.desired;

import dev.pgbaton.cluster.Names;
import dev.pgbaton.cluster.ReplicationSetting;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The ConfigMap of settings that a reload changes, in another number of instances. */
public final class ReloadedSettings {
  public static final String NAMES = "synchronous_standby_names";

  private ReloadedSettings() {}

  /**
   * {@code kept}'s settings for as many instances as {@code counted} speaks of: who confirms a
   * commit is told by who there is.
   */
  public static ConfigMap resized(ConfigMap kept, ConfigMap counted) {
    if (count(kept).equals(count(counted))) return kept;
    var names = line(counted);
    var conf =
        kept.getData()
            .get("reload.conf")
            .lines()
            .map(line -> isNames(line) ? names : line)
            .collect(Collectors.joining("\n", "", "\n"));
    var data = new TreeMap<>(withConf(kept, conf).getData());
    for (var key : new String[] {ConfigMaps.INSTANCES, ConfigMaps.SYNCHRONOUS_STANDBYS})
      data.put(key, counted.getData().get(key));
    return new ConfigMapBuilder(kept).withData(data).build();
  }

  /** Whether instances let each other in by a certificate only. */
  public static boolean byCertificate(ConfigMap settings) {
    return Optional.ofNullable(settings.getData())
        .map(data -> data.get("reload.conf"))
        .filter(ReplicationSetting::isByCertificate)
        .isPresent();
  }

  /** The same settings, but that instances let each other in by password. */
  public static ConfigMap byPassword(ConfigMap settings) {
    return withConf(settings, ReplicationSetting.byPassword(settings.getData().get("reload.conf")));
  }

  private static ConfigMap withConf(ConfigMap settings, String conf) {
    var data = new TreeMap<>(settings.getData());
    data.put("reload.conf", conf);
    data.put("reload.hash", hash(conf, Optional.ofNullable(data.get(Names.ACCESS_FILE))));
    return new ConfigMapBuilder(settings).withData(data).build();
  }

  /** How many instances it speaks of, and how many of them confirm a commit. */
  public static int synchronousStandbys(ConfigMap settings) {
    return Integer.parseInt(settings.getData().get(ConfigMaps.SYNCHRONOUS_STANDBYS));
  }

  public static String hash(ConfigMap settings) {
    return settings.getData().get("reload.hash");
  }

  static String hash(String conf, Optional<String> rules) {
    return ContentHash.of(conf + rules.map("\n"::concat).orElse(""));
  }

  public static boolean is(DesiredObject object) {
    return object.object() instanceof ConfigMap map
        && map.getData() != null
        && map.getData().containsKey("reload.hash");
  }

  private static String count(ConfigMap settings) {
    return settings.getData().getOrDefault(ConfigMaps.INSTANCES, "");
  }

  private static String line(ConfigMap settings) {
    return settings
        .getData()
        .get("reload.conf")
        .lines()
        .filter(ReloadedSettings::isNames)
        .findFirst()
        .orElse(NAMES + " = ''");
  }

  private static boolean isNames(String line) {
    return line.startsWith(NAMES + " = ");
  }
}

package dev.pgbaton.postgres;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A second process that ends PostgreSQL when this one has not moved the deadline on: because it is
 * stopped, starved, or gone. It knows one process and one moment, and asks nobody.
 */
final class Guard {
  /** The fence in this process comes first, where it can. */
  private static final long AFTER_THE_FENCE_MILLIS = 250;

  /**
   * Reads lines "process milliseconds", "0 0" for none. It looks at the time since the boot five
   * times a second, which goes on while a process is stopped or the machine sleeps; the shell's own
   * timeouts don't. A line may come in pieces: half of one names another process.
   */
  static final String SCRIPT =
      """
      now() { local up; read -r up _ < /proc/uptime; now=${up/./}; }
      children() {
        local entry stat
        for entry in /proc/[0-9]*; do
          { read -r stat < "$entry/stat"; } 2> /dev/null || continue
          stat=${stat##*) }
          set -- $stat
          [[ $2 == "$process" ]] && echo "${entry#/proc/}"
        done
      }
      end() {
        local all i
        all=$(children)
        kill -QUIT "$process" 2> /dev/null
        for i in 1 2 3 4 5 6; do
          kill -0 "$process" 2> /dev/null || break
          read -r -t 0.05 _ <> <(:)
        done
        kill -KILL "$process" $all 2> /dev/null
        process=0
      }
      process=0 deadline=0 line=
      while :; do
        if IFS= read -r -t 0.2 piece; then
          line+=$piece
          now; process=${line% *} deadline=$((now + ${line#* } / 10)) line=
        elif (($? <= 128)); then
          ((process == 0)) || end
          exit 0
        else
          line+=$piece
        fi
        now
        ((process == 0 || now < deadline)) || end
      done
      """;

  private final Consumer<String> log;
  private Process process;
  private Writer line;
  private long told;
  private long toldDeadline;

  Guard(Consumer<String> log) {
    this.log = log;
  }

  /**
   * @param server the process that must not outlive the deadline, 0 for none
   * @param deadline tells one deadline from another
   * @param leftNanos until then
   */
  void watch(long server, long deadline, long leftNanos) {
    if (process != null && !process.isAlive()) {
      log.accept("the guard of the fence has ended with " + process.exitValue());
      process = null;
    }
    if (process != null && told == server && (server == 0 || toldDeadline == deadline)) return;
    if (process == null && server == 0) return;
    try {
      if (process == null) start();
      var left = leftNanos / 1_000_000 + AFTER_THE_FENCE_MILLIS;
      line.write(server == 0 ? "0 0\n" : server + " " + Math.max(0, left) + "\n");
      line.flush();
      told = server;
      toldDeadline = deadline;
    } catch (IOException e) {
      log.accept("the guard of the fence can't be told: " + e.getMessage());
    }
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder("/bin/bash", "-c", SCRIPT)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    line = process.outputWriter(StandardCharsets.US_ASCII);
  }

  void end() {
    if (process != null) process.destroy();
  }
}

package dev.pgbaton.e2e;

import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Looks for passwords in what is let out, in the forms that programs give them. */
final class LeakSearch {
  /** Of base64, what stands for the whole password whatever stands before and behind it. */
  private static final int GROUP = 3;

  /** By what is said of it where it is found, which is never itself. */
  private final Map<String, byte[]> forms = new TreeMap<>();

  private final TreeSet<String> found = new TreeSet<>();
  private final Map<String, Long> searched = new TreeMap<>();

  /**
   * @param passwords by the names of their users
   */
  LeakSearch(Map<String, String> passwords) {
    passwords.forEach(
        (user, password) -> {
          add("%s in clear".formatted(user), password, StandardCharsets.UTF_8);
          add("%s in UTF-16".formatted(user), password, StandardCharsets.UTF_16LE);
          add(
              "%s in a URL".formatted(user),
              URLEncoder.encode(password, StandardCharsets.UTF_8),
              StandardCharsets.US_ASCII);
          add(
              "%s in a path".formatted(user),
              URLEncoder.encode(password, StandardCharsets.UTF_8).replace("+", "%20"),
              StandardCharsets.US_ASCII);
          add(
              "%s in JSON".formatted(user),
              password.replace("\\", "\\\\").replace("\"", "\\\"").replace("&", "\\u0026"),
              StandardCharsets.UTF_8);
          for (int offset = 0; offset < GROUP; offset++)
            add(
                "%s in base64, %d".formatted(user, offset),
                encoded(password, offset),
                StandardCharsets.US_ASCII);
        });
  }

  private void add(String form, String text, Charset charset) {
    forms.put(form, text.getBytes(charset));
  }

  private static String encoded(String password, int offset) {
    var bytes = password.getBytes(StandardCharsets.UTF_8);
    var padded = new byte[offset + bytes.length];
    System.arraycopy(bytes, 0, padded, offset, bytes.length);
    var text = Base64.getEncoder().withoutPadding().encodeToString(padded);
    // The first characters have bits of what stands before, and the last of what stands behind.
    var whole = text.substring(0, padded.length / GROUP * 4);
    return whole.substring(offset == 0 ? 0 : 4);
  }

  LeakSearch in(String where, String text) {
    return in(where, text.getBytes(StandardCharsets.UTF_8));
  }

  LeakSearch in(String where, byte[] bytes) {
    searched.merge(where, (long) bytes.length, Long::sum);
    // Once over the bytes, however many forms there are: a heap is large.
    var beginnings = new HashMap<Integer, List<String>>();
    forms.forEach(
        (form, password) ->
            beginnings.computeIfAbsent(pair(password, 0), _ -> new ArrayList<>()).add(form));
    var begins = new BitSet(1 << Character.SIZE);
    beginnings.keySet().forEach(begins::set);
    for (int i = 0; i + 1 < bytes.length; i++) {
      var pair = pair(bytes, i);
      if (!begins.get(pair)) continue;
      for (var form : beginnings.get(pair))
        if (isAt(bytes, i, forms.get(form))) found.add(where + ": " + form);
    }
    return this;
  }

  private static int pair(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << Byte.SIZE | bytes[at + 1] & 0xff;
  }

  private static boolean isAt(byte[] bytes, int at, byte[] part) {
    return at + part.length <= bytes.length
        && Arrays.equals(bytes, at, at + part.length, part, 0, part.length);
  }

  List<String> found() {
    return new ArrayList<>(found);
  }

  /** How much was looked through, by place: what is empty was not searched. */
  Map<String, Long> searched() {
    return searched;
  }
}

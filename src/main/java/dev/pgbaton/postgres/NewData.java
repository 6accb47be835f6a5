package dev.pgbaton.postgres;

import java.util.List;

/**
 * How a new cluster's data is made.
 *
 * @param initdbArguments beside our own
 * @param superuserLocal whether its superuser stays off the network, unless the spec says otherwise
 */
public record NewData(List<String> initdbArguments, boolean superuserLocal) {
  public static final NewData DEFAULT = new NewData(List.of(), true);
}

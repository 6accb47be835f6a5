package dev.pgbaton.cluster;

/** Where a password lies: a Secret of the cluster's namespace, and its key. */
public record PasswordPlace(String secret, String key) {}

package dev.pgbaton.cluster;

/**
 * How full an instance's volume is, in bytes.
 *
 * @param free what PostgreSQL could still write
 * @param setAside of what is used: data that could not be followed up and was kept
 */
public record VolumeSpace(long total, long free, long setAside) {}

package dev.pgbaton.instance;

/** The next step and, for a person, why. */
public record Decision(InstanceStep step, String reason) {}

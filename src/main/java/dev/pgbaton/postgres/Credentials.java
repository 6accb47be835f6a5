package dev.pgbaton.postgres;

/** The passwords of the three roles that every cluster has. */
public record Credentials(Password superuser, Password repmgr, Password monitor) {}

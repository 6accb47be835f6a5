# shellcheck shell=bash
postgresql_enable_nss_wrapper() { :; }

# Whoever asks for PostgreSQL's end before the pod's own wants it to be nobody's loss: the primary is handed over. It returns
# when clients are led to the new one.
postgresql_stop() { /usr/local/bin/pgbaton-ask pre-stop; }

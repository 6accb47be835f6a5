# shellcheck shell=bash
# shellcheck disable=SC2034  # used by who sources it
# Sourced by the entrypoint, repmgr's events and the pre-stop script.
export PGPASSFILE=$HOME/.pgpass
REPMGR_CONF=$HOME/repmgr.conf
# Who has it was the primary when it was last seen running.
PRIMARY_LOCK=$POSTGRESQL_VOLUME_DIR/lock/primary

say() { echo "plain: $*" >&2; }

partners() { tr , '\n' <<< "$REPMGR_PARTNER_NODES"; }

# The other partner that says of itself that it is writable, if there is one.
find_primary() {
  local node
  for node in $(partners); do
    [[ $node != "$REPMGR_NODE_NETWORK_NAME" ]] || continue
    if [[ $(psql "host=$node user=$REPMGR_USERNAME dbname=$REPMGR_DATABASE connect_timeout=$REPMGR_CONNECT_TIMEOUT" \
      -XAtc 'select pg_is_in_recovery()' 2> /dev/null) == f ]]; then
      echo "$node"
      return
    fi
  done
}

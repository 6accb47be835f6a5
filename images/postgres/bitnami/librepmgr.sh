# shellcheck shell=bash
# Host and port of somebody else, whom nobody has to wait for: there is a new primary when postgresql_stop has returned.
# The tutorials' script asks for one before and after that, the charts' for the other.
repmgr_get_primary_node() { printf '%s\n' handed-over 5432; }
repmgr_get_upstream_node() { repmgr_get_primary_node; }

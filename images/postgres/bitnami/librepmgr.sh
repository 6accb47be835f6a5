# shellcheck shell=bash
# Nobody, in the form "host port": there is no new primary to wait for once postgresql_stop has returned.
repmgr_get_primary_node() { :; }

# The few functions that the well-known pre-stop.sh of other images calls, so that it works as it is. There is no more of them here.
# shellcheck shell=bash
info() { echo "pgbaton: $*" >&2; }
warn() { info "$@"; }
error() { info "$@"; }
debug() { :; }

# retry_while COMMAND TIMES SECONDS
retry_while() {
  local tries=${2:-12} pause=${3:-5}
  while ((tries-- > 0)); do
    if "$1"; then return 0; fi
    sleep "$pause"
  done
  return 1
}

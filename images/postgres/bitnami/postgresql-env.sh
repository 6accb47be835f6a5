# shellcheck shell=bash
# Everything is in the environment already.

#!/bin/bash
# Whether pgpool itself answers: a cluster without a primary is no reason to restart it.
exec 3<> /dev/tcp/127.0.0.1/5432

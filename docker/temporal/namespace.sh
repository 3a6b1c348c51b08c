#!/bin/sh
# Registers Houqin's namespace with 90 days' retention. May run again.
set -eu
temporal operator namespace describe -n "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 && exit 0
temporal operator namespace create -n "$TEMPORAL_NAMESPACE" --retention 90d

#!/bin/sh
# The commands of the image: api, worker, migrate. exec, so that the container's signals reach Node.
set -eu
case "${1:-api}" in
  # As scripts/startup/services.ts has it: decoded photos leave less behind.
  api) export MALLOC_ARENA_MAX=2; exec node --import tsx api/main.ts ;;
  worker) exec node --import ./worker/without-promise-stacks.mjs --import tsx worker/main.ts ;;
  migrate) exec node --import tsx docker/migrate.ts ;;
  *) echo "unknown command \"$1\": use api, worker or migrate" >&2; exit 64 ;;
esac

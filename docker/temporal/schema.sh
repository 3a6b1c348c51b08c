#!/bin/sh
# Brings Temporal's two databases to the schema of this image's version. May run again: what is there stays.
set -eu
for store in temporal visibility; do
  case "$store" in
    temporal) database=temporal ;;
    visibility) database=temporal_visibility ;;
  esac
  temporal-sql-tool --db "$database" setup-schema -v 0.0
  temporal-sql-tool --db "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$store/versioned"
done

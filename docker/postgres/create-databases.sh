#!/bin/sh
# Runs once, on an empty data volume: one role for Houqin, one for Temporal, each with databases of its own.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -v houqin_password="$HOUQIN_DB_PASSWORD" -v temporal_password="$TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE ROLE houqin LOGIN PASSWORD :'houqin_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE houqin OWNER houqin;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE CONNECT ON DATABASE houqin, temporal, temporal_visibility FROM PUBLIC;
SQL

#!/bin/sh
# Run once by the postgres image when its folder is empty: the service's own role, which owns its database and nothing else.
set -eu
psql --no-psqlrc -v ON_ERROR_STOP=1 --username postgres <<'SQL'
\set password `cat /run/secrets/database_password`
CREATE ROLE practice LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE practice OWNER practice;
REVOKE ALL ON DATABASE practice FROM PUBLIC;
SQL

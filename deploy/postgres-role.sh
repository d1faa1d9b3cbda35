#!/bin/sh
# Run once by the postgres image when its folder is empty: the service's own role, which owns its database and nothing else.
set -eu
if ! [ -s /run/secrets/database_password ] || ! [ -r /run/secrets/database_password ]; then
    echo "secrets/database_password is empty or not readable for user $(id -u). Put that right, remove the volume 'database' and begin again." >&2
    exit 1
fi
psql --no-psqlrc -v ON_ERROR_STOP=1 --username postgres <<'SQL'
\set password `cat /run/secrets/database_password`
CREATE ROLE practice LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE practice OWNER practice TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE practice FROM PUBLIC;
SQL

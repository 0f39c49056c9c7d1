#!/bin/sh
# The role with which query-api asks: it reads everything and writes nothing. Runs once, when the database is made; for
# one that was made before: docker compose exec postgres sh /docker-entrypoint-initdb.d/reader.sh
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set password="$POSTGRES_READER_PASSWORD" <<'SQL'
CREATE ROLE verbatim_reader LOGIN PASSWORD :'password';
GRANT pg_read_all_data TO verbatim_reader;
SQL

#!/usr/bin/env bash
# Runs a command beside a private PostgreSQL: a fresh cluster in a temporary folder, on a free port
# of this machine only, with a password of its own. XINHENG_TEST_POSTGRES is its address. Cluster
# and folder are gone when the command ends, and also when this script is killed. With --there in
# place of a command it says only whether one can be made. PG_DURABLE=1 waits for the disk as a
# server in service does; without it nothing here outlives a crash, and nothing waits.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: tools/with-postgres.sh COMMAND… | --there" >&2; exit 2; }

bin=$(dirname "$(command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || true)")
[ -x "$bin/initdb" ] || { echo "no PostgreSQL found: run make setup" >&2; exit 1; }
owner=$(id -un)
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    owner=$(id -un postgres 2>/dev/null || id -un nobody)
fi
[ "$1" != --there ] || exit 0

folder=$(mktemp -d "${TMPDIR:-/tmp}/xinheng-postgres.XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then
    as=(runuser -u "$owner" --)
    chown "$owner" "$folder"
fi

stop() {
    (cd / && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1) || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf '%s\n' "$password" >"$folder/password")
[ ${#as[@]} -eq 0 ] || chown "$owner" "$folder/password"
(
    cd /
    "${as[@]}" "$bin/initdb" -D "$folder/data" -U xinheng --pwfile "$folder/password" \
        --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-sync >/dev/null
)
cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
max_wal_size = 4GB
autovacuum_naptime = 10s
CONF
[ "${PG_DURABLE:-}" = 1 ] || cat >>"$folder/data/postgresql.conf" <<CONF
fsync = off
synchronous_commit = off
full_page_writes = off
CONF

# If this script is killed outright, its shadow stops the cluster. The shadow sits in a session
# of its own, and leaves when this script has cleaned up itself.
export -f stop
shadow() {
    while kill -0 "$1" 2>/dev/null; do sleep 1; done
    [ ! -d "$folder" ] || stop
}
export -f shadow
export folder bin
as_words=${as[*]} setsid bash -c 'as=($as_words); shadow "$0"' $$ >/dev/null 2>&1 </dev/null &

for attempt in 1 2 3 4 5; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
    if (cd / && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -o "-p $port" -l "$folder/log" -w -t 60 start >/dev/null); then
        started=yes
        break
    fi
done
[ "${started:-}" = yes ] || { cat "$folder/log" >&2; exit 1; }

export XINHENG_TEST_POSTGRES="postgres://xinheng:$password@127.0.0.1:$port/postgres"
# Not exec, and not in the foreground: a signal to this script must reach its trap at once.
"$@" <&0 &
command=$!
trap 'kill -INT "$command" 2>/dev/null || true; wait "$command" || true; exit 130' INT
trap 'kill -TERM "$command" 2>/dev/null || true; wait "$command" || true; exit 143' TERM HUP
wait "$command"

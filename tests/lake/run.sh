#!/usr/bin/env bash
# DuckDB and Polars read the lake of a small city as it is, and count what the register counts. Builds
# nothing: XINHENG_BIN names the binary.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=$(realpath "${XINHENG_BIN:-$root/bin/xinheng}")
peers=${CARGO_TARGET_DIR:-$HOME/.cache/xinheng/target}/lake-peers

if ! cmp -s "$here/requirements.txt" "$peers/requirements.txt"; then
    echo "installing: $(grep -v '^#' "$here/requirements.txt" | tr '\n' ' ')"
    rm -rf "$peers"
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$peers/requirements.txt"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XINHENG_DATA=$work/data XINHENG_POLICY=${XINHENG_POLICY:-$root/policy} XINHENG_PLACE=shili
unset DATABASE_URL XINHENG_LAKE
cd "$work"

"$binary" seed --subjects 300 --seed 1 --plain --out "$work/files" >"$work/seed.log" 2>&1
for item in registration penalty; do
    "$binary" import --item "$item" --department scjg "$work/files/scjg-$item-history.csv" >"$work/import.log" 2>&1 ||
        { cat "$work/import.log" >&2; exit 1; }
done
"$binary" lake sync
"$binary" lake check
"$binary" evaluate comprehensive@1
"$peers/bin/python" "$here/read.py" "$XINHENG_DATA"

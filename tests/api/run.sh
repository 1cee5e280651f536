#!/usr/bin/env bash
# Asks the API whatever its description allows, and what it does not, with a real key of a department.
# Builds nothing: XINHENG_BIN names the binary. FUZZ_EXAMPLES is the number of questions an operation.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=$(realpath "${XINHENG_BIN:-$root/bin/xinheng}")
peers=${CARGO_TARGET_DIR:-$HOME/.cache/xinheng/target}/fuzz

if ! cmp -s "$here/requirements.txt" "$peers/requirements.txt"; then
    echo "installing: $(grep -v '^#' "$here/requirements.txt" | tr '\n' ' ')"
    rm -rf "$peers"
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$peers/requirements.txt"
fi

work=$(mktemp -d)
source "$root/tools/site.sh"
end() {
    stop_site
    rm -rf "$work"
}
trap end EXIT
export XINHENG_DATA=$work/data XINHENG_POLICY=${XINHENG_POLICY:-$root/policy} XINHENG_PLACE=shili
unset DATABASE_URL XINHENG_PUBLIC_URL
cd "$work"

"$binary" seed --subjects 300 --seed 1 --plain --out "$work/files" >"$work/seed.log" 2>&1
for item in registration penalty; do
    "$binary" import --item "$item" --department scjg "$work/files/scjg-$item-history.csv" >"$work/import.log" 2>&1 ||
        { cat "$work/import.log" >&2; exit 1; }
done
key=$("$binary" --json key add --department scjg --label 示例系统 --scope deliver --scope read_submission --scope check |
    tail -n 1 | sed 's/.*"key":"\([^"]*\)".*/\1/')
start_site

"$peers/bin/schemathesis" --config-file "$here/schemathesis.toml" run "$url/api/v1/openapi.json" \
    --header "Authorization: Bearer $key" --max-examples "${FUZZ_EXAMPLES:-50}" --continue-on-failure --seed 1 \
    --warnings off

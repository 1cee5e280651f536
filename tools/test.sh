#!/usr/bin/env bash
# Every test: Rust on SQLite and on a private PostgreSQL, other engines on the lake, then the pages in
# Chromium.
# With CI=true neither engine nor browser may be missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/xinheng/target}

skip() {
    echo "skipped: $1"
    if [ "${CI:-}" = true ]; then
        echo "CI=true: this may not be skipped" >&2
        exit 1
    fi
}

# What the platform logs under the tests, down to the finest word.
XINHENG_TEST_LOG=$(mktemp -d)
export XINHENG_TEST_LOG
trap 'rm -rf "$XINHENG_TEST_LOG"' EXIT

if tools/with-postgres.sh --there; then
    tools/with-postgres.sh tools/nextest.sh "$@"
else
    skip "tests on PostgreSQL: no private cluster can be started here"
    tools/nextest.sh "$@"
fi

tools/no-secrets.sh "$XINHENG_TEST_LOG"
echo "no secret in $(cat "$XINHENG_TEST_LOG"/*.log | wc -l) lines of the logs"

# The binary that the tests above were run with.
export XINHENG_BIN=${XINHENG_BIN:-$CARGO_TARGET_DIR/debug/xinheng}
if python3 -c 'import ensurepip' 2>/dev/null; then
    tests/lake/run.sh
else
    skip "other engines on the lake: python3 has no venv"
fi

browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if ! command -v node >/dev/null; then
    skip "tests of the pages: node is missing"
elif [ ! -x "$browser" ]; then
    skip "tests of the pages: no Chromium"
else
    export CHROMIUM=$browser
    tests/browser/run.sh
fi

#!/usr/bin/env bash
# Runs the Rust tests with cargo-nextest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/xinheng/target}
if ! cargo nextest --version >/dev/null 2>&1; then
    echo "cargo-nextest is missing: run make setup" >&2
    exit 1
fi
exec cargo nextest run --workspace --locked "$@"

#!/usr/bin/env bash
# The duels: bin/xinheng against its peers and its limits, on this machine, in one run. Arguments:
# which parts, of check, store, memory, report, serve, wait, access, cases, pull, link and lake; all of them where none is named. Results are
# printed and written to $CARGO_TARGET_DIR/bench/latest.md. bench/README.md says what is measured.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$HOME/.cache/xinheng/target}
export XINHENG_BIN=${XINHENG_BIN:-$PWD/bin/xinheng} XINHENG_POLICY=${XINHENG_POLICY:-$PWD/policy}
work=$CARGO_TARGET_DIR/bench
export BENCH_WORK=$work

[ -x "$XINHENG_BIN" ] || { echo "no binary at $XINHENG_BIN: run make build" >&2; exit 1; }
python=$(command -v python3) || { echo "the peers need python3" >&2; exit 1; }
parts=("$@")
[ $# -gt 0 ] || parts=(check store memory report serve wait access cases pull link lake)
for part in "${parts[@]}"; do
    [ -f "bench/$part.py" ] || { echo "usage: bench/run.sh [check] [store] [memory] [report] [serve] [wait] [access] [cases] [pull] [link] [lake]" >&2; exit 2; }
done

# The peers live beside the build, in an environment of their own.
mkdir -p "$work"
if [ ! -x "$work/peers/bin/python" ] || ! cmp -s bench/requirements.txt "$work/peers/requirements.txt"; then
    echo "bench: installing the peers: $(grep -v '^#' bench/requirements.txt | tr '\n' ' ')"
    rm -rf "$work/peers"
    "$python" -m venv "$work/peers"
    "$work/peers/bin/pip" install --quiet --disable-pip-version-check -r bench/requirements.txt
    cp bench/requirements.txt "$work/peers/requirements.txt"
fi

report=$work/latest.md
: >"$report"
{
    echo "# Bench of $(date -u +%Y-%m-%d), $("$XINHENG_BIN" --version)"
    echo
    echo "$(nproc) cores, $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1), load before: $(cut -d' ' -f1 /proc/loadavg)"
} | tee -a "$report"

# The peers of linkage apart from the others: one of them is built against ICU.
linkers() {
    if [ ! -x "$work/linkers/bin/python" ] || ! cmp -s bench/requirements-link.txt "$work/linkers/requirements.txt"; then
        echo "bench: installing the peers of linkage"
        rm -rf "$work/linkers"
        "$python" -m venv "$work/linkers"
        "$work/linkers/bin/pip" install --quiet --disable-pip-version-check -r bench/requirements-link.txt
        cp bench/requirements-link.txt "$work/linkers/requirements.txt"
    fi
}
run() { "$work/peers/bin/python" -u "bench/$1.py" | tee -a "$report"; }
export -f run
export work report
for part in "${parts[@]}"; do
    printf '\n## %s\n\n' "$part" | tee -a "$report"
    case "$part" in
        check | memory | report | access | cases | lake) run "$part" ;;
        link)
            linkers
            "$work/linkers/bin/python" -u bench/link.py | tee -a "$report"
            ;;
        *)
            # Without PostgreSQL the parts run on SQLite and say so.
            if tools/with-postgres.sh --there; then
                PG_DURABLE=1 tools/with-postgres.sh bash -euo pipefail -c "run $part"
            else
                run "$part"
            fi
            ;;
    esac
done
printf '\nwritten to %s\n' "$report"

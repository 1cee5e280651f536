#!/usr/bin/env bash
# Installs what is missing and says what it does. Arguments: what for, of build, check, postgres,
# browser and peers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "setup: $*"; }
have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_chromium() { [ -x "${CHROMIUM:-}" ] || have chromium || have chromium-browser || have google-chrome; }
have_fonts() { compgen -G '/usr/share/fonts/opentype/noto/Noto*CJK*' >/dev/null || { have fc-list && fc-list :lang=zh family | grep -q 'Noto S.*CJK'; }; }
wanted() { [[ " $purposes " == *" $1 "* ]]; }

purposes=$*
packages=()
for purpose in "$@"; do
    case "$purpose" in
        build)
            have cc || packages+=(build-essential)
            have git || packages+=(git)
            have_fonts || packages+=(fonts-noto-cjk)
            ;;
        postgres)
            have_postgres || packages+=(postgresql)
            have psql || packages+=(postgresql-client)
            ;;
        browser)
            have_chromium || packages+=(chromium)
            have pdftotext || packages+=(poppler-utils)
            compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || packages+=(faketime)
            have node || packages+=(nodejs)
            have npm || packages+=(npm)
            ;;
        peers) { have python3 && python3 -c 'import ensurepip' 2>/dev/null; } || packages+=(python3-venv) ;;
        check) ;;
        *) echo "usage: tools/setup.sh [build] [check] [postgres] [browser] [peers]" >&2; exit 2 ;;
    esac
done

if [ ${#packages[@]} -gt 0 ]; then
    root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    if ! have apt-get; then
        say "this system has no apt-get; please install what Debian calls: ${packages[*]}"
    elif [ ${#root[@]} -gt 0 ] && ! have sudo; then
        say "needs root to install: ${packages[*]}"
    else
        say "installing Debian packages: ${packages[*]}"
        "${root[@]}" apt-get update -q || say "apt-get update failed; trying with the lists at hand"
        "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}" \
            || say "could not install all of: ${packages[*]}; going on, what needs them will say so"
    fi
fi

if { wanted build || wanted check; } && ! have cargo; then
    say "Rust is missing; install it with rustup (https://rustup.rs), then run this again" >&2
    exit 1
fi

# Clones share a build folder, and cargo tells their sources apart by nothing but their time.
target=${CARGO_TARGET_DIR:-$HOME/.cache/xinheng/target}
if wanted build && [ "$(cat "$target/clone" 2>/dev/null)" != "$PWD" ]; then
    [ ! -f "$target/clone" ] || say "another clone built here last; what is ours is built anew"
    mkdir -p "$target"
    find crates -name '*.rs' -exec touch {} +
    echo "$PWD" >"$target/clone"
fi

if wanted check && ! cargo nextest --version >/dev/null 2>&1; then
    say "installing cargo-nextest from source, some minutes"
    CARGO_TARGET_DIR=$target/tools cargo install --locked cargo-nextest --version '^0.9'
fi

if wanted browser && [ tests/browser/package-lock.json -nt tests/browser/node_modules/.package-lock.json ]; then
    if have npm; then
        say "installing the packages of tests/browser by their lock file"
        (cd tests/browser && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json)
    else
        say "npm is missing: the tests of the pages need node and npm"
    fi
fi

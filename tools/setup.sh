#!/usr/bin/env bash
# Installs what is missing and says what it does. Arguments: what for, of build, check and test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "setup: $*"; }
have() { command -v "$1" >/dev/null 2>&1; }
have_postgres() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
have_chromium() { have chromium || have chromium-browser || have google-chrome; }
have_fonts() { compgen -G '/usr/share/fonts/opentype/noto/Noto*CJK*' >/dev/null || { have fc-list && fc-list :lang=zh family | grep -q 'Noto S.*CJK'; }; }

packages=()
for purpose in "$@"; do
    case "$purpose" in
        build)
            have cc || packages+=(build-essential)
            have_fonts || packages+=(fonts-noto-cjk)
            ;;
        test)
            have_postgres || packages+=(postgresql)
            have_chromium || packages+=(chromium)
            have pdftotext || packages+=(poppler-utils)
            ;;
        check) ;;
        *) echo "usage: tools/setup.sh [build] [check] [test]" >&2; exit 2 ;;
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

if ! have cargo; then
    say "Rust is missing; install it with rustup (https://rustup.rs), then run this again" >&2
    exit 1
fi

[[ " $* " == *" test "* || " $* " == *" check "* ]] || exit 0

if ! cargo nextest --version >/dev/null 2>&1; then
    say "installing cargo-nextest from source, some minutes"
    cargo install --locked cargo-nextest
fi

[[ " $* " == *" test "* ]] || exit 0

if [ -f tests/browser/package-lock.json ] && [ tests/browser/package-lock.json -nt tests/browser/node_modules/.package-lock.json ]; then
    if have npm; then
        say "installing the packages of tests/browser by their lock file"
        (cd tests/browser && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json)
    else
        say "npm is missing: the tests of the pages need node and npm"
    fi
fi

#!/usr/bin/env bash
# Looks for secrets in what tests wrote: `no-secrets.sh [--told FILE] PATH…`. FILE has further
# secrets, one to a line. Names the files, never the secret. Exit code 1 where one was found.
set -euo pipefail

told=/dev/null
if [ "${1:-}" = --told ]; then
    told=$2
    shift 2
fi

# What the tests sign in with, an identity number of nobody, and the bytes of their keys.
fixed=(
    山重水复疑无路柳暗花明
    419900198001010017
    07070707070707070707070707070707
    example-secret-of-the-provider
)
# Keys of systems, and the cookie of a session.
shapes='xh_[0-9A-Za-z_-]{20,}|xinheng=[0-9A-Za-z_-]{20,}'

found() {
    local path
    for path in "$@"; do
        LC_ALL=C grep -rlaFf <(printf '%s\n' "${fixed[@]}"; grep -v '^$' "$told") "$path" || true
        LC_ALL=C grep -rlaE "$shapes" "$path" || true
    done
}

# That it would find one is looked at first.
planted=$(mktemp)
trap 'rm -f "$planted"' EXIT
for secret in "${fixed[@]}" "xh_$(printf 'a%.0s' {1..32})"; do
    echo "before $secret after" >"$planted"
    [ -n "$(found "$planted")" ] || { echo "a planted secret was not found" >&2; exit 2; }
done

for path in "$@"; do
    [ -e "$path" ] || { echo "nothing at $path" >&2; exit 2; }
done
where=$(found "$@" | sort -u)
if [ -n "$where" ]; then
    printf 'secrets stand in:\n%s\n' "$where" >&2
    exit 1
fi

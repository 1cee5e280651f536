#!/usr/bin/env bash
# Looks for secrets in what tests wrote: `no-secrets.sh [--told FILE] PATH…`. FILE has further
# secrets, one to a line. Names the files and the kind, never a told secret. Exit code 1 where one was found.
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
# Keys of systems and the cookie of a session, in their own 32 letters and at their length: what is
# sealed stands in base64url, where a shorter shape would be found by chance.
shapes=('xh_[0-9A-HJKMNP-TV-Z]{52}' 'xinheng=[0-9A-HJKMNP-TV-Z]{20,}')

# A line for each file and kind of secret in it.
found() {
    local path shape secret number=0
    for path in "$@"; do
        for shape in "${shapes[@]}"; do
            { LC_ALL=C grep -rlaE "$shape" "$path" || true; } | sed "s/\$/: the shape $shape/"
        done
        for secret in "${fixed[@]}"; do
            { LC_ALL=C grep -rlaF "$secret" "$path" || true; } | sed "s/\$/: what the tests write as $secret/"
        done
        while read -r secret; do
            number=$((number + 1))
            [ -z "$secret" ] || { LC_ALL=C grep -rlaF -e "$secret" "$path" || true; } | sed "s/\$/: the secret told in line $number/"
        done <"$told"
        number=0
    done
}

# That it would find one is looked at first.
planted=$(mktemp)
trap 'rm -f "$planted"' EXIT
for secret in "${fixed[@]}" "xh_$(printf 'A%.0s' {1..52})" "xinheng=$(printf '7%.0s' {1..52})"; do
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

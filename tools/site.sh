# Sourced by the tests that ask a running site: starts `xinheng serve` on a free port, and stops it.
# $binary serves what the environment names, and writes into $work.

site=
url=

# Starts the site with what is given in its environment; $url is its address.
start_site() {
    : >"$work/address"
    env "$@" "$binary" serve --listen 127.0.0.1:0 >"$work/address" 2>>"$work/serve.log" &
    site=$!
    for _ in $(seq 200); do
        url=$(grep -m1 -o 'http://[0-9.:]*' "$work/address" || true)
        [ -z "$url" ] || return 0
        kill -0 "$site" 2>/dev/null || break
        sleep 0.1
    done
    cat "$work/serve.log" >&2
    echo "the site did not start" >&2
    exit 1
}

stop_site() {
    if [ -n "$site" ]; then
        kill "$site" 2>/dev/null || true
        wait "$site" 2>/dev/null || true
    fi
    site=
}

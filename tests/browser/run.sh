#!/usr/bin/env bash
# Makes a small city, serves it, and drives its pages, or those of the drives that are named (pages paths
# workplaces oidc). Builds nothing: XINHENG_BIN names the binary.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=$(realpath "${XINHENG_BIN:-$root/bin/xinheng}")
subjects=${XINHENG_SUBJECTS:-300}

work=$(mktemp -d)
source "$root/tools/site.sh"
end() {
    stop_site
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The policy with a draft beside it, for the drive that tries one.
cp -r "${XINHENG_POLICY:-$root/policy}" "$work/policy"
cards=$work/policy/scorecards
sed -e '/^from = /d' -e '/id = "compliance"/s/weight = 350/weight = 450/' -e '/id = "breach"/s/weight = 250/weight = 150/' \
    "$cards/comprehensive@1.toml" >"$cards/comprehensive@2.toml"

export XINHENG_DATA=$work/data XINHENG_POLICY=$work/policy XINHENG_PLACE=shili
export XINHENG_TOLD=$work/told
unset DATABASE_URL XINHENG_PUBLIC_URL
mkdir -p "$XINHENG_DATA"
cd "$work"

if ! (cd "$here" && node -e 'await import("playwright-core"); await import("@axe-core/playwright")' --input-type=module) 2>/dev/null; then
    (cd "$here" && npm ci --no-fund --no-audit)
fi

"$binary" seed --subjects "$subjects" --seed 1 --out "$work/files" >"$work/seed.log" 2>&1 || {
    cat "$work/seed.log" >&2
    exit 1
}

# One line of arguments for each file of the manifest, in the order in which they were delivered.
node -e '
    const { files } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    for (const one of files) {
        const words = ["--item", one.item, "--department", one.department];
        if (one.pack) words.push("--pack", one.pack);
        if (one.withdraws) words.push("--mode", "withdraw", "--confirm");
        console.log([one.path, ...words].join("\t"));
    }' "$work/files/manifest.json" >"$work/deliveries"
while IFS=$'\t' read -r path item_flag item department_flag department rest; do
    IFS=$'\t' read -ra more <<<"$rest"
    status=0
    "$binary" --json import "$item_flag" "$item" "$department_flag" "$department" "${more[@]}" \
        "$work/files/$path" </dev/null >"$work/import.log" 2>&1 || status=$?
    # 3: done, with rows sent back; the city has defects planted in it.
    if [ "$status" != 0 ] && [ "$status" != 3 ]; then
        echo "import of $path ended with $status" >&2
        cat "$work/import.log" >&2
        exit 1
    fi
done <"$work/deliveries"

export XINHENG_LOG=debug
start_site
export XINHENG_URL=$url

# The index of names follows the deliveries: the pages are driven once somebody can be found.
node --input-type=module -e '
    const until = Date.now() + 120_000;
    for (;;) {
        const page = await fetch(`${process.env.XINHENG_URL}/search?q=${encodeURIComponent("示例")}`);
        if ((await page.text()).includes("class=\"hits\"")) break;
        if (until < Date.now()) throw new Error("/search finds nothing");
        await new Promise((go) => setTimeout(go, 200));
    }'

if [ "${1:-}" = --keep ]; then
    echo "$XINHENG_URL  (data in $XINHENG_DATA; Ctrl-C ends it)"
    wait "$site"
    exit 0
fi
export XINHENG_BIN=$binary
cd "$root"
drive() {
    local files=("${@/#/$here/}")
    node --test --test-reporter=spec "${files[@]/%/.test.mjs}" || {
        status=$?
        grep -E 'ERROR|WARN' "$work/serve.log" | tail -20 >&2 || true
        exit "$status"
    }
}
drives=(pages paths workplaces oidc)
[ $# = 0 ] || drives=("$@")
drive "${drives[@]}"
stop_site

# The same city two weeks later: the clock of its site is set forward, nothing else.
# Who comes back then was here before.
[[ " ${drives[*]} " == *" workplaces "* ]] || exit 0
later=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1 || true)
year=$(date -d '+14 days' +%Y)
if [ ! -f "$XINHENG_POLICY/calendar/$year.toml" ]; then
    echo "skipped: the drive two weeks later ends in $year, whose working days nobody has entered yet"
elif [ -n "$later" ]; then
    export XINHENG_LATER_DAYS=14
    start_site LD_PRELOAD="$later" FAKETIME="+${XINHENG_LATER_DAYS}d" FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1
    export XINHENG_URL=$url
    drive later
    stop_site
elif [ "${CI:-}" = true ]; then
    echo "CI=true: the drive two weeks later needs faketime, and may not be skipped" >&2
    exit 1
else
    echo "skipped: the drive two weeks later needs the Debian package faketime"
fi

# What the drive signed in with stands neither in the log nor in the register.
[ -s "$XINHENG_TOLD" ] || { echo "the drive told no secrets" >&2; exit 1; }
"$root/tools/no-secrets.sh" --told "$XINHENG_TOLD" "$work/serve.log" "$XINHENG_DATA"/register.db* "$XINHENG_DATA/names"

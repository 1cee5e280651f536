#!/usr/bin/env bash
# A demonstration city, from the departments' files to the site. The first run makes and imports
# it; later runs find it made. Whatever was broken off goes on where it stopped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=$PWD/bin/xinheng
subjects=${DEMO_SUBJECTS:-20000}
seed=${DEMO_SEED:-1}
real=${DEMO_REAL_DATA:-../shared/data}
export XINHENG_DATA=$PWD/data/demo XINHENG_PLACE=${XINHENG_PLACE:-shili}
unset DATABASE_URL
files=$XINHENG_DATA/files
imported=$XINHENG_DATA/imported

say() { printf '\n== %s\n' "$*"; }

# Runs one import unless it was done before. Rows sent back (exit code 3) are part of the show.
import() {
    local name=$1 status=0
    shift
    if grep -qxF "$name" "$imported"; then
        return
    fi
    "$binary" import "$@" || status=$?
    if [ "$status" != 0 ] && [ "$status" != 3 ]; then
        echo "import of $name ended with $status; mend it and run make demo again" >&2
        exit 1
    fi
    echo "$name" >>"$imported"
}

# The values of some keys in a list of flat objects, one object a line, parted by tabs.
objects() {
    awk -v keys="$1" '
        BEGIN { count = split(keys, key, " ") }
        /\{ *$/ { split("", value) }
        match($0, /^ *"[a-z_]+": /) {
            name = substr($0, RSTART, RLENGTH); gsub(/[": ]/, "", name)
            rest = substr($0, RSTART + RLENGTH); sub(/,$/, "", rest); gsub(/^"|"$/, "", rest)
            value[name] = rest
        }
        /^ *\},?$/ {
            if (key[1] in value) {
                line = value[key[1]]
                for (i = 2; i <= count; i++) line = line "\t" value[key[i]]
                print line
            }
            split("", value)
        }'
}

# Rows of another size or seed would mix with these.
wanted="$subjects subjects, seed $seed"
if [ -f "$XINHENG_DATA/city" ] && [ "$(cat "$XINHENG_DATA/city")" != "$wanted" ]; then
    echo "data/demo holds $(cat "$XINHENG_DATA/city"); remove the folder to make another" >&2
    exit 1
fi

mkdir -p "$XINHENG_DATA"
touch "$imported"
"$binary" migrate
if [ ! -f "$XINHENG_DATA/city" ]; then
    say "1/4 making the city: $wanted"
    rm -rf "$files"
    "$binary" seed --subjects "$subjects" --seed "$seed" --out "$files"
    echo "$wanted" >"$XINHENG_DATA/city"
fi

total=$(objects path <"$files/manifest.json" | wc -l)
done_before=$(wc -l <"$imported")
[ "$done_before" -ge "$total" ] || say "2/4 importing the departments' files"
number=0
while IFS=$'\t' read -r path item department pack rows withdraws; do
    number=$((number + 1))
    arguments=(--item "$item" --department "$department")
    [ "$pack" = null ] || arguments+=(--pack "$pack")
    [ "$withdraws" != true ] || arguments+=(--mode withdraw --confirm)
    grep -qxF "$path" "$imported" || echo "-- file $number of $total: $path, $rows rows"
    import "$path" "${arguments[@]}" "$files/$path" </dev/null
done < <(objects 'path item department pack rows withdraws' <"$files/manifest.json")

if [ -d "$real" ]; then
    announced=
    while read -r pack file; do
        [ -f "$real/$file" ] || continue
        if ! grep -qxF "$file" "$imported"; then
            [ -n "$announced" ] || say "3/4 importing real files"
            announced=yes
            echo "-- $file through the pack $pack"
        fi
        import "$file" --pack "$pack" "$real/$file" </dev/null
    done <<'LIST'
chicago_licences chicago_business_licences.csv
chicago_inspections chicago_food_inspections.csv
sf_businesses sf_businesses.csv
sf_inspections sf_inspections.csv
sf_violations sf_violations.csv
jp_labour_violations jp_labour_violation_list_2016_2026.tsv
csrc_measures csrc_measures_org_headers.psv
LIST
fi

port=${DEMO_PORT:-8080}
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done

say "4/4 starting the site"
"$binary" serve --listen "127.0.0.1:$port" &
site=$!
trap 'kill "$site" 2>/dev/null || true; wait "$site" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    kill -0 "$site" 2>/dev/null || { echo "the site did not start" >&2; exit 1; }
    sleep 0.2
done

address=http://127.0.0.1:$port
cat <<TEXT

Open   $address/               the portal of 示例市
       $address/api/v1/openapi.json   the API

Try    a search for 示例, for part of a name, for a name with one wrong character, for a code:
TEXT
sed -n '/"samples"/,$p' "$files/truth.json" | awk '
    match($0, /^ *"[^"]+": \{/) && !/"samples"/ { why = $0; gsub(/^ *"|": \{.*$/, "", why); gsub(/_/, " ", why); next }
    /"code":/ { code = $0; gsub(/^.*: "|",?$/, "", code) }
    /"name":/ { name = $0; gsub(/^.*: "|",?$/, "", name) }
    /^ *\},?$/ && why != "" { printf "       %s  %s  (%s)\n", code, name, why; why = "" }'
cat <<TEXT
       on a record page, "why is this here": source row, submission, department, article
       bin/xinheng report CODE --out report.pdf     (with XINHENG_DATA=data/demo)

Ctrl-C stops the site; make demo starts it again.
TEXT
wait "$site"

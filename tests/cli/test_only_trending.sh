# `train --only trending`: a bundle that is there gets a new list of what is asked for, and nothing else changes.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763683200

shop=$(cd "$(dirname "$0")/../../data/shop" && pwd)
cp "$shop/products.csv" "$work/products.csv"
python3 - "$shop/pocketrec.json" "$work/shop.json" <<'PYTHON'
import json, sys
c = json.load(open(sys.argv[1]))
c["events"] = [{"files": "events.csv", "user": "who", "item": "what", "time": "when",
                "type": {"from": "did", "values": {"click": ["click"], "cart": ["cart"], "buy": ["purchase"]}}}]
c["shop"]["trending"] = {"per": "hour", "size": 20}
c["limits"] = {"rejects": 1}
c["outputs"] = {"rejects": "rejects.csv"}
json.dump(c, open(sys.argv[2], "w"))
PYTHON

# events FIRST COUNT PEOPLE [FILE]: a log about COUNT products of the catalogue from line FIRST on, by that many people.
events() {
    awk -F, -v first="$1" -v count="$2" -v people="$3" '
        BEGIN { print "who,what,when,did" }
        FNR > first && FNR <= first + count {
            for (p = 1; p <= people; p++)
                print "p" p "," $1 "," 1763600000 + 600 * FNR + p "," (p % 4 ? "click" : FNR % 3 ? "cart" : "buy")
        }' "${4:-$work/products.csv}" >"$work/events.csv"
}
only() { pocketrec train "$work/shop.json" --only trending --out "$1" "${@:2}"; }
# others DIR: one hash of all shards but trending.
others() { (cd "$1" && find . -name '*.safetensors' ! -name 'trending-*' | sort | xargs sha256sum | sha256sum); }
# listed DIR FILE: the ids of the home page's trending part, one a line; fails where it does not answer.
listed() {
    pocketrec ask "$1" GET '/recommendations/home?user_id=u1' 2>/dev/null >"$work/home" &&
        python3 -c 'import json,sys; [print(p["id"]) for p in json.load(sys.stdin)["trending"]]' <"$work/home" >"$2"
}
# trending_files DIR: how many shards of trending the manifest names.
trending_files() { grep -o '"file":"trending-' "$1/manifest.json" | wc -l; }
summary() { check "$3" grep -qF "\"$1\":$2," "$work/out"; }
# manifest_differs OLD NEW: only in created, memory_peak, checksum and the entry of trending.
manifest_differs() {
    python3 - "$1" "$2" <<'PYTHON'
import json, sys
old, new = (json.load(open(name)) for name in sys.argv[1:])
assert list(old) == list(new)
peak = 0
for m, sign in ((old, -1), (new, 1)):
    peak += sign * (m["memory_peak"] - sum(16384 + s["bytes"] for s in m["shards"]))
    m["shards"] = [s for s in m["shards"] if s["table"] != "trending"]
    for key in ("created", "checksum", "memory_peak"):
        del m[key]
assert peak == 0 and old == new
PYTHON
}

# --- wrong use

events 1 20 8
check_exit 2 "an unknown table" pocketrec train "$work/shop.json" --only trendin --out "$work/none"
check_says '"trendin"' "the table is named"
check_exit 2 "with --model" only "$work/none" --model auto
check_exit 5 "without a bundle" only "$work/none"
check_says 'train the whole bundle first' "it says to train first"
check "no folder is left" test ! -e "$work/none"
mkdir "$work/empty"
check_exit 5 "in an empty folder" only "$work/empty"
check "nothing is left in it" test -z "$(ls -A "$work/empty")"

# --- the same events: the same bytes

check_exit 0 "the whole training" pocketrec train "$work/shop.json" --out "$work/bundle"
whole=$(folder_hash "$work/bundle")
rm "$work/rejects.csv" 2>/dev/null
check_exit 0 "the same events" only "$work/bundle"
check "the same events give the same bytes" test "$(folder_hash "$work/bundle")" = "$whole"
check "no rejects file is written" test ! -e "$work/rejects.csv"

# --- other events: only trending and the manifest change

cp -R "$work/bundle" "$work/first"
events 30 20 9
SOURCE_DATE_EPOCH=1763686800 check_exit 0 "other events" only "$work/bundle" --json
summary trending 20 "twenty products"
summary unknown 0 "all of the bundle"
check "the other shards are the same" test "$(others "$work/bundle")" = "$(others "$work/first")"
check "the manifest changes in what it must" manifest_differs "$work/first/manifest.json" "$work/bundle/manifest.json"
check "created is new" grep -qF '"created":"2025-11-21T01:00:00Z"' "$work/bundle/manifest.json"
check "the manifest before is kept" cmp "$work/bundle/manifest.previous.json" "$work/first/manifest.json"
check "with its shard" test "$(find "$work/bundle" -name 'trending-*' | wc -l)" -eq 2
check_exit 0 "inspect" pocketrec inspect "$work/bundle"
check "inspect shows trending" grep -qE '^trending +1 +20 ' "$work/out"
check "it answers" listed "$work/bundle" "$work/after"
check "with products" test -s "$work/after"
listed "$work/first" "$work/before"
check "and differently" test "$(cat "$work/before")" != "$(cat "$work/after")"
cp -R "$work/bundle" "$work/second"

events 10 15 7
check_exit 0 "a third time" only "$work/bundle"
check "the shard of the first time is swept" test "$(find "$work/bundle" -name 'trending-*' | wc -l)" -eq 2
check "threads change nothing" test "$(cp -R "$work/second" "$work/threads" && only "$work/threads" --threads 3 2>/dev/null && folder_hash "$work/threads")" = "$(folder_hash "$work/bundle")"

cp "$work/bundle/manifest.previous.json" "$work/bundle/manifest.json"
check_exit 0 "back to the version before" pocketrec inspect "$work/bundle"
listed "$work/bundle" "$work/back"
check "it answers as before" cmp "$work/back" "$work/after"

# --- the whole training afterwards: the same shards of the tables that no event touches

events 30 20 9
check_exit 0 "the whole training afterwards" pocketrec train "$work/shop.json" --out "$work/again"
listed "$work/again" "$work/trained"
check "lists the same products" cmp "$work/trained" "$work/after"
for table in dictionaries lexicon; do
    same=0
    for shard in "$work"/first/$table-*; do cmp -s "$shard" "$work/again/$(basename "$shard")" || same=1; done
    check "$table is the same" test $same -eq 0
done
events 1 20 8
pocketrec train "$work/shop.json" --out "$work/bundle" >/dev/null 2>&1
check "training on the first events gives the first shards" test "$(others "$work/bundle")" = "$(others "$work/first")"
check "and the first manifest" cmp "$work/bundle/manifest.json" "$work/first/manifest.json"

# --- products that the bundle does not have

cp "$work/products.csv" "$work/kept.csv"
printf 'B0NEW0000%02d,A new thing %d,electronics,Headphones,,,4,5,6,7,0\n' 1 1 2 2 3 3 >>"$work/products.csv"
events 46 30 9
check_exit 0 "with new products" only "$work/bundle" --json
summary unknown 3 "three are not in the bundle"
summary left_out 3 "they would stand in the list"
summary trending 16 "the others stay in it"
check_exit 0 "the bundle still opens" pocketrec inspect "$work/bundle"

# Only new ones are asked for: the list is empty. It comes back at its place.
events 62 3 9
check_exit 0 "an empty list" only "$work/bundle" --json
summary trending 0 "no product is left"
check "the manifest names no shard of it" test "$(trending_files "$work/bundle")" -eq 0
check_exit 0 "it opens without" pocketrec inspect "$work/bundle"
check "it answers without" listed "$work/bundle" "$work/without"
check "an empty part" test ! -s "$work/without"
cp "$work/kept.csv" "$work/products.csv"
events 1 20 8
check_exit 0 "a list again" only "$work/bundle"
check "in the place where a training puts it" cmp "$work/bundle/manifest.json" "$work/first/manifest.json"

# --- wrong bundles and configurations

before=$(folder_hash "$work/bundle")
awk -F, -v OFS=, 'FNR > 1 { $1 = sprintf("X%09d", FNR) } 1' "$work/kept.csv" >"$work/products.csv"
check_exit 3 "another catalogue" only "$work/bundle"
check_says 'of another catalogue' "it says so"
head -n 20 "$work/kept.csv" >"$work/products.csv"
check_exit 3 "less than half of the catalogue" only "$work/bundle"
cp "$work/kept.csv" "$work/products.csv"
python3 -c 'import json,sys; c=json.load(open(sys.argv[1])); del c["shop"], c["search"]; json.dump(c,open(sys.argv[2],"w"))' "$work/shop.json" "$work/noshop.json"
check_exit 3 "a configuration without a shop" pocketrec train "$work/noshop.json" --only trending --out "$work/bundle"
check_says 'no "shop"' "it says so"
cp -R "$PR_TEST_BUNDLE" "$work/other"
check_exit 3 "a bundle without a shop" only "$work/other"
check_says 'none of a shop' "it says so"
check "nothing was changed by these" test "$(folder_hash "$work/bundle")" = "$before"

# --- locked and killed

check "flock is there" command -v flock
exec 9>"$work/bundle/.pocketrec.lock"
flock -n 9
check_exit 6 "while another run holds the lock" only "$work/bundle"
exec 9>&-

# Stopped at the reading of a pipe, before anything is written; and at any other moment the manifest is old or new.
events 30 20 9
mv "$work/events.csv" "$work/new.csv"
mkfifo "$work/events.csv"
"$PR_TEST_COMMAND" train "$work/shop.json" --only trending --out "$work/bundle" >/dev/null 2>&1 </dev/null &
pid=$!
sleep 0.3
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
rm "$work/events.csv"
check "killed before the rename: the manifest stays" cmp "$work/bundle/manifest.json" "$work/first/manifest.json"
mv "$work/new.csv" "$work/events.csv"
broken=0
for i in $(seq 20); do
    rm -rf "$work/killed"
    cp -R "$work/first" "$work/killed"
    SOURCE_DATE_EPOCH=1763686800 "$PR_TEST_COMMAND" train "$work/shop.json" --only trending --out "$work/killed" >/dev/null 2>&1 </dev/null &
    pid=$!
    sleep "$(awk -v i="$i" 'BEGIN { print i / 1000 }')"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    cmp -s "$work/killed/manifest.json" "$work/first/manifest.json" || cmp -s "$work/killed/manifest.json" "$work/second/manifest.json" ||
        broken=$((broken + 1))
    pocketrec inspect "$work/killed" >/dev/null 2>&1 || broken=$((broken + 1))
done
check "20 killed runs leave the manifest before or the new one" test $broken -eq 0
SOURCE_DATE_EPOCH=1763686800 check_exit 0 "the next run" only "$work/killed"
check "and it leaves the same bytes" cmp "$work/killed/manifest.json" "$work/second/manifest.json"

finish

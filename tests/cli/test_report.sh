# `report`: one page about any bundle, well-formed, alone, with everything from outside escaped; exit codes, whole or nothing.
. "$(dirname "$0")/lib.sh"
page() { python3 "$(dirname "$0")/check_html.py" "$@"; }
# has PATTERN: is it in the page that was made last?
has() { grep -qE -- "$1" "$work/page.html"; }

check_exit 0 "a bundle of workouts" pocketrec report "$PR_TEST_BUNDLE" --html "$work/page.html"
check "the page is whole and asks for nothing" page "$work/page.html" Leaderboard Popularity Sizes Settings Health
check "its popularity is drawn" has 'Gini’s number'
check "what is missing is said" has 'carries no figures of its models'
check "nothing else is left in the folder" test "$(ls "$work" | grep -c 'page')" -eq 1
cp "$work/page.html" "$work/first"
run pocketrec report "$PR_TEST_BUNDLE" --html "$work/page.html"
check "the same bundle gives the same bytes" cmp "$work/first" "$work/page.html"

# A small shop's log whose titles and group names try to get out of the text.
hostile='<script>alert(1)</script>&amp;"x" '"'y'"' https://evil.example/'
run pocketrec synth retail --users 150 --items 60 --days 120 --seed 3 --until 2025-04-30 --out "$work/data"
check "sample logs" test "$status" -eq 0
check "hostile titles" python3 - "$work/data/items.csv" "$hostile" <<'PYTHON'
import csv, sys
path, hostile = sys.argv[1:]
rows = list(csv.DictReader(open(path, encoding="utf-8", newline="")))
for row in rows:
    row["title"] = f"{hostile} {row['title']}"
    row["category"] = f"</td><b>{row['category']}"
with open(path, "w", encoding="utf-8", newline="") as out:
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
PYTHON
SOURCE_DATE_EPOCH=1763683200 run pocketrec train "$work/data/pocketrec.json" --out "$work/shop"
check "a bundle of purchases" test -f "$work/shop/manifest.json"
check_exit 0 "its report" pocketrec report "$work/shop" --html "$work/page.html"
check "the page is whole, and the titles are text" page "$work/page.html" "$hostile"
check "the models are there as trained" has 'As measured in training'
check "so is their calibration" has 'Confidence that is stated for a score'
check "and their coverage" has 'Share of the catalogue that is recommended'

# With an evaluation: intervals, NDCG against diversity, the reliability curve; names in it are text as well.
cat >"$work/eval.json" <<'JSON'
{"protocol": "time<i>", "users": 9, "leaderboard": [
  {"model": "hybrid</svg><img src=x>", "metrics": {"ndcg@10": {"mean": 0.15, "low": 0.14, "high": 0.16}, "coverage@10": {"mean": 0.7, "low": 0.6, "high": 0.8}, "diversity@10": {"mean": 0.6, "low": 0.5, "high": 0.7}}},
  {"model": "als", "metrics": {"ndcg@10": {"mean": 0.12, "low": 0.11, "high": 0.13}, "coverage@10": null, "diversity@10": null}}],
 "cold": {"users": 1, "leaderboard": [{"model": "popularity", "metrics": {"ndcg@10": {"mean": 0, "low": 0, "high": 0}}}]},
 "calibration": {"hybrid": [{"low": 0, "high": 0.1, "predicted": 0.05, "observed": 0.06, "count": 9}, {"low": 0.1, "high": 1, "predicted": 0.3, "observed": 0.2, "count": 9}],
   "als": {"items": 2, "bins": [{"items": 2, "confidence": 0.1, "share": 0.11}]}},
 "fold_in": {"users": 9, "models": [{"model": "als", "metric": "ndcg@10", "ratio": {"mean": 0.98, "low": 0.97, "high": 0.99}}]}}
JSON
check_exit 0 "a report with an evaluation" pocketrec report "$work/shop" --html "$work/page.html" --eval "$work/eval.json"
check "the page is whole, and the names are text" page "$work/page.html" 'hybrid</svg><img src=x>' 'time<i>'
for part in '95 % intervals' 'NDCG against diversity within a list' 'Share that came true by the confidence' 'Never seen / trained on' 'class="whisker"'; do
    check "it has: $part" has "$part"
done
printf '{"leaderboard": [], "calibration": [], "cold": 7}' >"$work/empty.json"
check_exit 0 "an evaluation of nothing" pocketrec report "$work/shop" --html "$work/page.html" --eval "$work/empty.json"
check "the page is whole" page "$work/page.html"
printf '{"leaderboard": [{"model": 5, "metrics": {"ndcg@10": {"mean": -3e300}, "diversity@10": 1e-323}}, 7, {"model": "x"}], "calibration": {"a": [7, [1], {"predicted": 1e308, "observed": -1}], "b": [{"predicted": 1e-320, "observed": 4e-324}]}}' >"$work/odd.json"
check_exit 0 "an evaluation of odd numbers" pocketrec report "$work/shop" --html "$work/page.html" --eval "$work/odd.json"
check "the page is whole" page "$work/page.html"

# Wrong use, wrong data, no room: the exit code says which, and the old page stays.
cp "$work/page.html" "$work/first"
check_exit 2 "no file named" pocketrec report "$work/shop"
check_says '--html' "the option is named"
check_exit 2 "no bundle named" pocketrec report --html "$work/page.html"
check_exit 5 "a bundle that is not there" pocketrec report "$work/nowhere" --html "$work/page.html"
check_exit 5 "an evaluation that is not there" pocketrec report "$work/shop" --html "$work/page.html" --eval "$work/nowhere.json"
printf '{"leaderboard": [' >"$work/broken.json"
check_exit 3 "an evaluation that is not JSON" pocketrec report "$work/shop" --html "$work/page.html" --eval "$work/broken.json"
check_says 'broken.json' "the file is named"
printf '{"rows": []}' >"$work/other.json"
check_exit 3 "something else than an evaluation" pocketrec report "$work/shop" --html "$work/page.html" --eval "$work/other.json"
check_exit 5 "a folder that is not there" pocketrec report "$work/shop" --html "$work/nowhere/page.html"
check "the page from before is still there" cmp "$work/first" "$work/page.html"

# A damaged shard: the page says so, the exit code as well, and the rest of the page is there.
shard=$(ls "$work"/shop/neighbours-*.safetensors | head -n 1)
printf 'x' | dd of="$shard" bs=1 seek=300 conv=notrunc 2>/dev/null
check_exit 3 "a bundle with a damaged shard" pocketrec report "$work/shop" --html "$work/page.html"
check "the page is whole and names the shard" page "$work/page.html" "$(basename "$shard")"
check "its popularity is still drawn" has 'Gini’s number'

finish

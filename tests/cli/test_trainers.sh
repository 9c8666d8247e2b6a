# A weekly log through the whole command: learned, asked for lists, and everybody's lists as a private file.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763769600
config=$work/data/pocketrec.json

check_exit 0 "synth trainers" pocketrec synth trainers --users 300 --trainers 60 --weeks 5 --seed 3 --until 2025-11-16 --out "$work/data"
check_exit 0 "train" pocketrec train "$config" --model logistic --threads 1 --out "$work/bundle"
for threads in 2 8; do
    check_exit 0 "train on $threads threads" pocketrec train "$config" --model logistic --threads $threads --quiet --out "$work/b$threads"
    check "the same bundle on $threads threads" test "$(folder_hash "$work/b$threads")" = "$(folder_hash "$work/bundle")"
done
check_exit 2 "a model that there is not" pocketrec train "$config" --model oracle --out "$work/x"
check "no bundle is left of it" test ! -e "$work/x/manifest.json"
check "no user is named in the bundle" sh -c "! grep -aqE 'U[123][0-9][0-9]' '$work'/bundle/*"

# answer_says STATUS PYTHON WHAT PATH [OPTION…]: the status, and a Python expression about the answer `a`.
answer_says() {
    local expected=$1 expression=$2 what=$3 path=$4
    shift 4
    run pocketrec ask "$work/bundle" GET "$path" "$@"
    if grep -q "HTTP $expected" "$work/err" && python3 - "$work/out" "$expression" <<'PYTHON'
import json, sys
a = json.load(open(sys.argv[1]))
sys.exit(not eval(sys.argv[2]))
PYTHON
    then pass "$what"; else fail "$what: not $expected with $expression"; fi
}
answer_says 200 'a["goal_known"] and a["reason"] is None and all(r["goal_match"] for r in a["recommendations"][:1]) and len(a["recommendations"]) == 5' \
    "a goal that is known" '/api/v1/trainers/U1?goal=weight%20loss'
answer_says 200 'not a["goal_known"] and a["matched"] == 0 and a["reason"] == "unknown_goal" and {r["source"] for r in a["recommendations"]} == {"popularity"}' \
    "a goal that nobody offers" '/api/v1/trainers/U1?goal=juggling'
answer_says 200 'a["goal"] is None and a["reason"] == "no_goal" and a["candidates"] == 60' "no goal and no history" '/api/v1/trainers/somebody'
answer_says 200 'a["week"] == 6' "the week after the log" '/api/v1/trainers/U1?week=6'
answer_says 422 'a["error"]["field"] == "week"' "the first week has no past" '/api/v1/trainers/U1?week=1'
answer_says 422 'a["error"]["field"] == "week"' "a week far away" '/api/v1/trainers/U1?week=100000'
answer_says 422 'a["error"]["field"] == "topk"' "no places" '/api/v1/trainers/U1?topk=0'

# Everybody's lists.
lists=$work/lists.csv
check_exit 0 "serve-topk" pocketrec serve-topk "$config" --bundle "$work/bundle" --threads 1 --out "$lists"
check_says "wrote 1500 rows for 300 users, week 6" "it says what was written"
check "only its owner may read the lists" test "$(stat -c %a "$lists")" = 600
check "every user has five places of next week" python3 - "$lists" <<'PYTHON'
import csv, sys
from collections import defaultdict
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
assert list(rows[0]) == "user_id week goal rank trainer_id title score goal_match source".split()
of = defaultdict(list)
for row in rows:
    of[row["user_id"]].append(row)
assert len(of) == 300
for places in of.values():
    assert [int(r["rank"]) for r in places] == [1, 2, 3, 4, 5]
    assert len({r["trainer_id"] for r in places}) == 5
    scores = [float(r["score"]) for r in places]
    assert scores == sorted(scores, reverse=True)
    assert {r["week"] for r in places} == {"6"} and all(r["title"] for r in places)
    assert all((r["goal_match"] == "true") == (r["source"] == "goal") for r in places)
PYTHON
for threads in 2 8; do
    pocketrec serve-topk "$config" --bundle "$work/bundle" --threads $threads --quiet --out "$work/l$threads.csv"
    check "the same lists on $threads threads" cmp "$lists" "$work/l$threads.csv"
done
edit_config "$config" "$work/logistic.json" 'c["ranking"]["model"] = "logistic"'
check_exit 0 "lists without a bundle" pocketrec serve-topk "$work/logistic.json" --quiet --out "$work/trained.csv"
check "they are those of the bundle" cmp "$lists" "$work/trained.csv"
check_exit 0 "an earlier week" pocketrec serve-topk "$config" --bundle "$work/bundle" --week 3 --topk 2 --quiet --out "$work/early.csv"
check "two places each" test "$(wc -l <"$work/early.csv")" -eq 601

# The list of a week does not know that week's clicks, nor later ones.
edit_config "$config" "$work/cut.json" 'c["ranking"]["model"] = "logistic"'
awk -F, 'NR == 1 || $3 < 3' "$work/data/all_weeks_interactions.csv" >"$work/early_log.csv"
sed -i "s|\"[^\"]*all_weeks_interactions.csv\"|\"$work/early_log.csv\"|" "$work/cut.json"
check_exit 0 "the same week of a log that ends before it" pocketrec serve-topk "$work/cut.json" --bundle "$work/bundle" --week 3 --topk 2 --quiet --out "$work/early_cut.csv"
check "gives the same lists" cmp "$work/early.csv" "$work/early_cut.csv"

# What is refused, and how.
before=$(folder_hash "$work/bundle")
check_exit 2 "no --out" pocketrec serve-topk "$config"
check_says "--out is missing" "it says so"
check_exit 2 "into the bundle" pocketrec serve-topk "$config" --bundle "$work/bundle" --out "$work/bundle/lists.csv"
check_says "must not lie in a bundle" "it says why"
ln -s "$work/bundle" "$work/link"
check_exit 2 "into a bundle by a detour" pocketrec serve-topk "$config" --out "$work/link/../link/lists.csv"
check "the bundle is as it was" test "$(folder_hash "$work/bundle")" = "$before"
check_exit 3 "the first week" pocketrec serve-topk "$config" --bundle "$work/bundle" --week 1 --out "$work/none.csv"
check_says "the log has weeks 1 to 5, so give --week 2 to 526" "it names the weeks that there are"
check_exit 3 "a week too far" pocketrec serve-topk "$config" --bundle "$work/bundle" --week 527 --out "$work/none.csv"
check_exit 0 "the last week that can be asked for" pocketrec serve-topk "$config" --bundle "$work/bundle" --week 526 --quiet --out "$work/far.csv"
check_exit 3 "a bundle without ranking" pocketrec serve-topk "$config" --bundle "$PR_TEST_BUNDLE" --out "$work/none.csv"
check_says "made without a weekly log" "it names the reason"
check_exit 3 "a configuration without a weekly log" pocketrec serve-topk "$PR_TEST_DATA/pocketrec.json" --out "$work/none.csv"
check_says 'has no "weekly" log' "it says so"
check_exit 5 "no bundle there" pocketrec serve-topk "$config" --bundle "$work/nowhere" --out "$work/none.csv"
check_exit 5 "a folder that is not there" pocketrec serve-topk "$config" --bundle "$work/bundle" --out "$work/nowhere/lists.csv"
check "nothing was written" test ! -e "$work/none.csv"

finish

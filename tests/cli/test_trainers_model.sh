# The ranking through the command: choosing a model, the same bytes again, what inspect shows, the gate of publish.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763683200

check_exit 0 "synth trainers" pocketrec synth trainers --users 300 --trainers 60 --weeks 5 --seed 3 --until 2025-11-16 --out "$work/data"
# Fewer trees, so that the tests are quick.
edit_config "$work/data/pocketrec.json" "$work/few.json" 'c["ranking"].pop("exploration_log"); c["ranking"]["trees"] = {"count": 30, "depth": 4}'

# ranking WHAT PYTHON: does the bundle's manifest `m` with settings `r` of the ranking say so?
ranking() {
    check "$1" python3 -c 'import json, sys
m = json.load(open(sys.argv[1] + "/manifest.json"))
r = m["settings"].get("ranking")
sys.exit(not eval(sys.argv[2]))' "$work/bundle" "$2"
}

# auto: every model is judged, the best is packed, whatever the number of threads.
check_exit 0 "train" pocketrec train "$work/few.json" --out "$work/bundle" --threads 1
for model in popularity logistic forest boosting pairwise listwise; do
    check_says "^$model: NDCG@5 0\.[0-9]{4} over [0-9]+ people in week 5" "$model is judged"
done
best=$(sed -nE 's/^([a-z]+): NDCG@5 (0\.[0-9]+) .*/\2 \1/p' "$work/err" | sort -rn | head -n 1 | cut -d' ' -f2)
check_says "^the model is $best, learned from [0-9]+ rows" "the best one is taken"
ranking "it is the manifest's" "r['model'] == '$best' and m['needs'] == ['ranking']"
ranking "the week after the last begins when the made-up log says" 'r["last_week"] == 5 and r["next_week_start"] == 1763337600'
for threads in 2 8; do
    pocketrec train "$work/few.json" --out "$work/again$threads" --threads "$threads" --quiet 2>"$work/err"
    check "the same bytes on $threads threads" test "$(folder_hash "$work/bundle")" = "$(folder_hash "$work/again$threads")"
done

# What it is made of can be seen.
check_exit 0 "inspect" pocketrec inspect "$work/bundle"
for line in "^  model +$best$" '^  weeks +1 to 5$' '^  features +[0-9]+: impressions, clicks, .*goal_match, sp__' '^  goals +8: back pain, endurance' \
    '^weeks +1 +5 ' '^weekly +1 +60 ' '^  model_ndcg +0\.[0-9]+'; do
    check "inspect shows $line" grep -qE "$line" "$work/out"
done
run pocketrec inspect "$work/bundle" --json
check "inspect as JSON has the ranking" python3 -c 'import json, sys; i = json.load(open(sys.argv[1])); sys.exit(i["ranking"]["last_week"] != 5 or i["needs"] != ["ranking"])' "$work/out"

# Nobody's id and no goal of few people: with ids that nothing else is called by, and a goal of four people.
check "the made-up ids begin with U" grep -q '^U1,' "$work/data/users.csv"
sed -i 's/^U\([0-9]\)/person-\1/' "$work/data/users.csv" "$work/data/all_weeks_interactions.csv"
sed -i -E '2,5s/^([^,]+),[^,]*,/\1,secret surgery,/' "$work/data/users.csv"
check "four people have the goal" test "$(grep -c 'secret surgery' "$work/data/users.csv")" -eq 4
run pocketrec train "$work/few.json" --out "$work/bundle" --model listwise
check "the ids of the users are nowhere" test "$(cat "$work"/bundle/* | grep -ac "person-")" -eq 0
check "the goal of the others is there" grep -q "back pain" "$work/bundle/manifest.json"
check "a goal of four people is nowhere" test "$(cat "$work"/bundle/* | grep -aci "surgery")" -eq 0

# By name.
ranking "--model takes the place of the configuration's" 'r["model"] == "listwise"'
ranking "the model is a table of trees" '[(s["rows"]) for s in m["shards"] if s["table"] == "trees"] == [30]'
check_exit 0 "--model logistic" pocketrec train "$work/few.json" --out "$work/bundle" --model logistic
ranking "the model is one row of linear" '[s["rows"] for s in m["shards"] if s["table"] in ("linear", "trees")] == [1]'
check_exit 2 "a model that there is not" pocketrec train "$work/few.json" --out "$work/bundle" --model lisstwise
check_says 'there is no model "lisstwise"; did you mean listwise' "the nearest is named"
check_exit 3 "--model without a weekly log" pocketrec train "$PR_TEST_DATA/pocketrec.json" --out "$work/none" --model logistic
check_says 'pocketrec.json: --model chooses among models of a weekly log' "it is said"

# Without XGBoost's library: auto chooses among the others, a name is refused.
check_exit 0 "auto without the library" env POCKETREC_XGBOOST="$work/nowhere" "$PR_TEST_COMMAND" train "$work/few.json" --out "$work/bundle"
check_says "warning: ranking: libxgboost.so was not found.*the choice is made among popularity and logistic" "it warns"
ranking "the choice is one of the others" 'r["model"] == "logistic"'
check_exit 5 "listwise without the library" env POCKETREC_XGBOOST="$work/nowhere" "$PR_TEST_COMMAND" train "$work/few.json" --out "$work/none" --model listwise
check_says "the model listwise needs it; install XGBoost" "it says what to do"

# Logs of which little or nothing can be learned.
log=$work/data/all_weeks_interactions.csv
edit_config "$work/few.json" "$work/wrong.json" 'c["weekly"]["files"] = os.path.join(folder, "data", "wrong.csv")'
awk -F, 'NR == 1 || $3 == 2' "$log" >"$work/data/wrong.csv"
check_exit 0 "a log of one week" pocketrec train "$work/wrong.json" --out "$work/one"
check_says "warning: ranking: the weekly log has only one week.*the model is popularity" "it is popularity, with a warning"
head -n 1 "$log" >"$work/data/wrong.csv"
check_exit 3 "a log without rows" pocketrec train "$work/wrong.json" --out "$work/none"
check_says "weekly.files: there is not a single right row" "it is said"
check "nothing was written" test ! -e "$work/none"

# The gate: a model that is much worse than the published one is only published when that is asked for.
site=$work/site
check_exit 0 "publishing" pocketrec publish "$work/bundle" --to "$site"
before=$(folder_hash "$site")
pocketrec train "$work/few.json" --out "$work/worse" --model popularity --quiet 2>"$work/err"
check_exit 4 "a model that is much worse" pocketrec publish "$work/worse" --to "$site"
check_says 'its ranking model has an NDCG@5 of 0\.[0-9]+ where the published one has 0\.[0-9]+, more than 10 % less' "both values are named"
check "nothing was changed by it" test "$(folder_hash "$site")" = "$before"
check_exit 4 "a log that shrank to one week" pocketrec publish "$work/one" --to "$site"
check_exit 0 "forced" pocketrec publish "$work/worse" --to "$site" --min-ratio 0
check_exit 0 "a better model needs no force" pocketrec publish "$work/bundle" --to "$site"

# What was packed is what is served.
run pocketrec ask "$work/bundle" GET '/api/v1/trainers/U1?goal=rehab&topk=5' --now 2025-11-21T00:00:00Z
check "five trainers for a goal" python3 -c 'import json, sys
a = json.load(open(sys.argv[1]))
sys.exit(len(a["recommendations"]) != 5 or a["model"] != "logistic" or a["week"] != 6 or not a["goal_known"])' "$work/out"

finish

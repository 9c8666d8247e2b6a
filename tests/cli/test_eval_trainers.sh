# `pocketrec eval` with a weekly log: the shape of the report, its order, its intervals, and refusing a planted leak.
. "$(dirname "$0")/lib.sh"

pocketrec synth trainers --users 300 --trainers 60 --weeks 5 --seed 3 --until 2025-11-16 --out "$work/data" 2>/dev/null
edit_config "$work/data/pocketrec.json" "$work/data/small.json" 'c["ranking"]["trees"] = {"count": 20, "depth": 3, "learning_rate": 0.1}
c["ranking"].pop("exploration_log", None)'

check_exit 0 "eval of a weekly log" pocketrec eval "$work/data/small.json" --users 100 --threads 1 --json
cp "$work/out" "$work/report.json"

cat >"$work/report.py" <<'PYTHON'
import json, sys
report, what = json.load(open(sys.argv[1])), sys.argv[2]
boards = {"broad": report["leaderboard"], "serve": report["serve"]["leaderboard"], "rolling": report["rolling"]["leaderboard"],
          "rolling serve": report["rolling"]["serve"]["leaderboard"]}
models = {"popularity", "logistic", "forest", "boosting", "pairwise", "listwise"}
names = {"ndcg@5", "p@5", "map", "mrr", "auc"}
if what == "shape":
    assert (report["protocol"], report["train_week"], report["validation_week"]) == ("weekly", 3, 4)
    assert report["rolling"]["origins"] == [3, 4, 5]
    for board in boards.values():
        assert {row["model"] for row in board} == models and len(board) == len(models)
        assert all(set(row["metrics"]) == names for row in board)
elif what == "order":
    for board in boards.values():
        means = [row["metrics"]["ndcg@5"]["mean"] for row in board]
        assert means == sorted(means, reverse=True)
elif what == "intervals":
    seen = 0
    for board in boards.values():
        for row in board:
            for name, x in row["metrics"].items():
                if x is None or x["mean"] is None:
                    assert name == "auc"
                    continue
                assert 0 <= x["low"] <= x["mean"] <= x["high"] <= 1 and x["low"] < x["high"]
                seen += 1
    assert seen >= 4 * 6 * 4
elif what == "lists have no auc":
    for name in ("serve", "rolling serve"):
        assert all((row["metrics"]["auc"] or {"mean": None})["mean"] is None for row in boards[name])
    for name in ("broad", "rolling"):
        assert all(row["metrics"]["auc"]["mean"] > 0.5 for row in boards[name])
PYTHON
for what in shape order intervals "lists have no auc"; do
    check "report: $what" python3 "$work/report.py" "$work/report.json" "$what"
done

check_exit 0 "two threads" pocketrec eval "$work/data/small.json" --users 100 --threads 2 --json
check "the same figures whatever the number of threads" cmp "$work/out" "$work/report.json"
check_exit 0 "one model" pocketrec eval "$work/data/small.json" --users 20 --model popularity --json
check "it stands alone" python3 -c 'import json,sys; assert [r["model"] for r in json.load(open(sys.argv[1]))["leaderboard"]] == ["popularity"]' "$work/out"
check_exit 0 "as text" pocketrec eval "$work/data/small.json" --users 20 --model popularity
check "the table names the metric" grep -q "ndcg@5" "$work/out"
check_exit 3 "judging on a week before the training" pocketrec eval "$work/data/small.json" --train-week 4 --validation-week 3

# A column of the trainers that is made from the clicks of the week that is judged.
python3 - "$work/data" <<'PYTHON'
import csv, sys
folder = sys.argv[1]
clicks = {}
for row in csv.DictReader(open(folder + "/all_weeks_interactions.csv")):
    if row["week"] == "4":
        clicks[row["trainer_id"]] = clicks.get(row["trainer_id"], 0) + int(row["clicks"])
trainers = list(csv.DictReader(open(folder + "/truth/trainers.csv")))
with open(folder + "/leaky.csv", "w", newline="") as out:
    rows = csv.writer(out)
    rows.writerow(["trainer_id", "name", "specialities", "momentum"])
    for t in trainers:
        rows.writerow([t["trainer_id"], t["trainer_id"], t["goals"], clicks.get(t["trainer_id"], 0)])
PYTHON
edit_config "$work/data/small.json" "$work/data/leaky.json" 'c["items"] = {"files": os.path.join(folder, "leaky.csv"), "id": "trainer_id", "title": "name",
    "columns": {"specialities": {"type": "list", "separators": ",;/&"}, "momentum": {"type": "integer"}}}
c["ranking"]["columns"] = ["momentum"]'
check_exit 4 "a column that knows the future" pocketrec eval "$work/data/leaky.json" --users 20
check_says '"momentum"' "it is named"
edit_config "$work/data/leaky.json" "$work/data/clean.json" 'c["ranking"]["columns"] = []'
check_exit 0 "without it there is no leak" pocketrec eval "$work/data/clean.json" --users 20 --model popularity

finish

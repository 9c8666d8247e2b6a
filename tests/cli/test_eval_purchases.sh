# `pocketrec eval` with purchases: every protocol, figures computed a second time, and what it says of wrong settings.
. "$(dirname "$0")/lib.sh"

# 120 people and 60 things in two tastes; half of what anybody takes is of the own taste. Users 101 and on come late.
cat >"$work/make.py" <<'PYTHON'
import random, sys
folder = sys.argv[1]
random.seed(3)
taken, lines = {}, []
for user in range(1, 121):
    mine = [i for i in range(1, 61) if i % 2 == user % 2]
    for n in range(14):
        item = random.choice(mine if n % 4 else range(1, 61))
        day = random.randint(28, 30) if user > 100 else random.randint(1, 30)
        lines.append((day, user, item, random.randint(1, 3), 1 + item % 7))
        taken.setdefault(user, []).append(item)
lines.sort()
with open(f"{folder}/log.csv", "w") as out:
    out.write("user,item,time,units,price\n")
    for day, user, item, units, price in lines:
        out.write(f"{user},{item},2024-03-{day:02},{units},{price}\n")
with open(f"{folder}/items.csv", "w") as out:
    out.write("id,title,kind,price\n")
    for item in range(1, 61):
        out.write(f"{item},Thing {item},{'odd' if item % 2 else 'even'},{1 + item % 7}\n")
train, test, valid, negatives = [], [], [], []
for user, items in taken.items():
    items = list(dict.fromkeys(items))
    test.append(f"{user} {' '.join(map(str, items[-2:]))}")
    valid.append(f"{user} {' '.join(map(str, items[-4:-2]))}")
    train.append(f"{user} {' '.join(map(str, items[:-2]))}")
    others = [i for i in range(1, 61) if i not in items]
    negatives.append(f"({user},{items[-1]})\t" + "\t".join(map(str, random.sample(others, 30))))
for name, rows in (("train", train), ("test", test), ("valid", valid), ("negatives", negatives)):
    with open(f"{folder}/{name}.txt", "w") as out:
        out.write("\n".join(rows) + "\n")
PYTHON
check "the data are made" python3 "$work/make.py" "$work"
cat >"$work/pocketrec.json" <<'TEXT'
{
  "name": "things",
  "items": {
    "files": "items.csv", "id": "id", "title": "title",
    "columns": { "kind": { "type": "category" }, "price": { "type": "real" } }
  },
  "events": [
    { "files": "log.csv", "user": "user", "item": "item", "time": "time", "quantity": "units", "price": "price", "type": "purchase" }
  ],
  "purchases": { "price": "price", "category": ["kind"], "als": { "factors": 16 } },
  "limits": { "min_users": 1 },
  "evaluation": { "k": [5, 10] }
}
TEXT
config=$work/pocketrec.json

cat >"$work/report.py" <<'PYTHON'
import json, sys
report, protocol = json.load(open(sys.argv[1])), sys.argv[2]
metrics = [f"{m}@{k}" for k in (5, 10)
           for m in ("ndcg", "recall", "map", "mrr", "hit_rate", "novelty", "diversity", "coverage")]
assert report["protocol"] == protocol and report["part"] == "test", report["part"]
assert report["events_trained"] > 0
assert ("cut" in report) == (protocol == "time")
for board in (report, report["warm"], report["cold"], report["warm_items"], report["cold_items"]):
    assert bool(board["users"]) == bool(board["leaderboard"])
    for row in board["leaderboard"]:
        assert list(row["metrics"]) == metrics
        for name, x in row["metrics"].items():
            assert x["low"] <= x["mean"] <= x["high"], (name, x)
            assert name.startswith("novelty") or 0 <= x["low"] and x["high"] <= 2, (name, x)
assert {row["model"] for row in report["leaderboard"]} == {"als", "item_cf", "popularity", "hybrid"}
values = [row["metrics"]["ndcg@5"]["mean"] for row in report["leaderboard"]]
assert values == sorted(values, reverse=True) and values[0] > 0
best = report["leaderboard"][0]["model"]
assert {d["model"] for d in report["differences"]} == {best}
assert {(d["minus"], d["metric"]) for d in report["differences"]} == {
    (row["model"], m) for row in report["leaderboard"][1:] for m in ("ndcg@5", "recall@5", "ndcg@10", "recall@10")}
for d in report["differences"]:
    one, other = (next(r["metrics"][d["metric"]]["mean"] for r in report["leaderboard"] if r["model"] == d[side])
                  for side in ("model", "minus"))
    assert abs(d["mean"] - (one - other)) < 1e-8 and d["low"] <= d["mean"] <= d["high"]
assert report["fold_in"]["users"] > 0
assert {m["model"] for m in report["fold_in"]["models"]} == {"als", "item_cf", "hybrid"}
if protocol != "ncf":  # where it ranks what is given, and the core the whole catalogue
    for m in report["served"]["models"]:
        assert 0.9 < m["ratio"]["mean"] < 1.1, m  # of few people: one that changes places shows
        assert m["model"] != "popularity" or m["served"] == m["native"], m
assert len(report["served"]["tuned"]) == 4
assert set(report["calibration"]) == {"als", "item_cf", "popularity", "hybrid"}
for c in report["calibration"].values():
    assert 0 <= c["expected_calibration_error"] <= 1 and sum(b["items"] for b in c["bins"]) == c["items"]
PYTHON
for protocol in time leave-last random; do
    check_exit 0 "protocol $protocol" pocketrec eval "$config" --json --protocol "$protocol"
    cp "$work/out" "$work/$protocol.json"
    check "$protocol: the report is whole" python3 "$work/report.py" "$work/$protocol.json" "$protocol"
done
run pocketrec eval "$config" --json --threads 3
check "the same bytes for any number of threads" cmp "$work/out" "$work/time.json"
cat >"$work/cold.py" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["cold"]["users"] > 0 and [r["model"] for r in report["cold"]["leaderboard"]] == ["popularity"]
assert report["cut"] % 86400 == 0 and report["warm"]["users"] == report["users"]
PYTHON
check "people without a history are a board of their own" python3 "$work/cold.py" "$work/time.json"
check_exit 0 "as text" pocketrec eval "$config" --board-alone
check "the text has boards and calibration" grep -q "People with a history" "$work/out"
check "and only those" sh -c "! grep -q 'Served' '$work/out'"
check_exit 0 "judged on the validation part" pocketrec eval "$config" --json --valid --board-alone
check "which it says" grep -q '"part":"valid"' "$work/out"

# Given files: popularity and its figures once more, in Python.
edit_config "$config" "$work/lists.json" "
c['events'] = [{'files': '$work/train.txt', 'format': 'lists', 'type': 'complete'}]
c['purchases']['popularity'] = {'count': 0, 'buyers': 1, 'quantity': 0, 'half_life_days': 0}
c['evaluation'] = {'protocol': 'lightgcn', 'k': [5, 10], 'test': '$work/test.txt', 'valid': '$work/valid.txt'}"
check_exit 0 "protocol lightgcn" pocketrec eval "$work/lists.json" --json
cp "$work/out" "$work/lightgcn.json"
check "lightgcn: the report is whole" python3 "$work/report.py" "$work/lightgcn.json" lightgcn
check_exit 0 "lightgcn on valid" pocketrec eval "$work/lists.json" --json --valid --board-alone
cp "$work/out" "$work/valid.json"
edit_config "$work/lists.json" "$work/ncf.json" "c['evaluation'] = {'protocol': 'ncf', 'k': [5, 10], 'negatives': '$work/negatives.txt'}"
check_exit 0 "protocol ncf" pocketrec eval "$work/ncf.json" --json
cp "$work/out" "$work/ncf.out"
check "ncf: the report is whole" python3 "$work/report.py" "$work/ncf.out" ncf
cat >"$work/again.py" <<'PYTHON'
import json, math, sys
folder = sys.argv[1]
def lists(name):
    rows = [line.replace("(", " ").replace(")", " ").replace(",", " ").split() for line in open(f"{folder}/{name}.txt")]
    return {int(r[0]): [int(x) for x in r[1:]] for r in rows}
def judge(train, test, choices=None):
    owners = {item: sum(item in items for items in train.values()) for item in range(1, 61)}
    sums = dict.fromkeys(("ndcg@5", "recall@5", "map@5", "mrr@5", "hit_rate@5"), 0.0)
    for user, relevant in test.items():
        ranked = sorted((i for i in (choices[user] if choices else owners) if i not in train[user]),
                        key=lambda i: (-owners[i], i))[:5]
        places = [n + 1 for n, i in enumerate(ranked) if i in relevant]
        most = min(5, len(relevant))
        sums["ndcg@5"] += sum(1 / math.log2(p + 1) for p in places) / sum(1 / math.log2(n + 2) for n in range(most))
        sums["recall@5"] += len(places) / len(relevant)
        sums["map@5"] += sum((n + 1) / p for n, p in enumerate(places)) / most
        sums["mrr@5"] += 1 / places[0] if places else 0
        sums["hit_rate@5"] += bool(places)
    return {name: value / len(test) for name, value in sums.items()}
def check(name, expected):
    report = json.load(open(f"{folder}/{name}"))
    (row,) = [r for r in report["leaderboard"] if r["model"] == "popularity"]
    for metric, value in expected.items():
        assert abs(row["metrics"][metric]["mean"] - value) < 1e-8, (name, metric, row["metrics"][metric], value)
train, test, valid, given = (lists(n) for n in ("train", "test", "valid", "negatives"))
check("lightgcn.json", judge(train, test))
check("valid.json", judge({u: [i for i in items if i not in valid[u]] for u, items in train.items()}, valid))
check("ncf.out", judge(train, {u: items[:1] for u, items in given.items()}, given))
PYTHON
check "popularity's figures are those of a second computation" python3 "$work/again.py" "$work"

# The draw by ids, made again.
edit_config "$config" "$work/hash.json" "c['evaluation'] = {'protocol': 'random', 'split': 'hash', 'seed': 42}"
check_exit 0 "split by ids" pocketrec eval "$work/hash.json" --json --board-alone
cp "$work/out" "$work/hash.out"
cat >"$work/hash.py" <<'PYTHON'
import csv, json, sys
def mix64(x):
    x = (x + 0x9E3779B97F4A7C15) % 2**64
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
    return x ^ x >> 31
rows = [(int(r["user"]), int(r["item"])) for r in csv.DictReader(open(sys.argv[1]))]
held = [mix64(mix64(42) ^ (user << 32 | item)) % 5 == 0 for user, item in rows]
report = json.load(open(sys.argv[2]))
assert (report["events_judged"], report["events_trained"]) == (sum(held), len(held) - sum(held))
PYTHON
check "it is the draw that other programs make" python3 "$work/hash.py" "$work/log.csv" "$work/hash.out"

# What is said of settings that cannot be.
check_exit 2 "a protocol that there is not" pocketrec eval "$config" --protocol yesterday
check_says "time, leave-last, random, lightgcn, ncf" "the sentence names those that there are"
check_exit 3 "a protocol without its files" pocketrec eval "$config" --protocol lightgcn
check_says "evaluation.test" "the sentence names the key"
check_exit 3 "validation where there is none" pocketrec eval "$work/ncf.json" --valid
check_says "no validation part" "the sentence says so"
edit_config "$config" "$work/bad.json" "c['evaluation'] = {'protocol': 'time', 'split': 'hash'}"
check_exit 3 "a key that means nothing" pocketrec eval "$work/bad.json"
check_says "evaluation.split means nothing to the protocol time" "the sentence says so"
edit_config "$config" "$work/bad.json" "c['evaluation'] = {'k': [10, 10]}"
check_exit 3 "the same length twice" pocketrec eval "$work/bad.json"
check_says "evaluation.k holds 10 twice" "the sentence says so"
edit_config "$config" "$work/bad.json" "del c['purchases']"
check_exit 3 "evaluation without purchases" pocketrec eval "$work/bad.json"
check_says 'add "purchases"' "the sentence says what to do"
edit_config "$work/bad.json" "$work/bad2.json" "del c['evaluation']"
check_exit 3 "an option of purchases without them" pocketrec eval "$work/bad2.json" --valid
check_says "which --valid is about" "the sentence names the option"
edit_config "$config" "$work/bad.json" "c['events'][0].pop('time')"
check_exit 3 "time without times" pocketrec eval "$work/bad.json"
check_says "leave-last or random" "the sentence names other protocols"
rm "$work/test.txt"
check_exit 5 "lists that are not there" pocketrec eval "$work/lists.json"
check_says "test.txt" "the sentence names the file"
finish

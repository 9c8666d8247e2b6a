# `pocketrec eval` with judged queries: what it reports, and what it says of wrong files.
. "$(dirname "$0")/lib.sh"

cat >"$work/papers.txt" <<'TEXT'
.I 1
.T
flow over a flat plate
.W
the boundary layer of a flat plate in a stream .
.I 2
.T
buckling of shells
.W
thin cylindrical shells under pressure .
.I 3
.T
heat transfer
.W
heat transfer behind a shock wave .
TEXT
printf '.I 001\n.W\nboundary layer\n.I 004\n.W\nzirconium\n.I 009\n.W\nnothing of it is judged\n.I 010\n.W\nshock waves, flat\n' >"$work/queries.txt"
cat >"$work/pocketrec.json" <<'TEXT'
{
  "name": "papers",
  "items": { "files": "papers.txt", "format": "smart", "id": "I", "title": "T", "text": "W" },
  "events": [],
  "shop": {},
  "search": { "fields": { "title": 1, "text": 1 } },
  "judgements": { "queries": "queries.txt", "relevance": "relevance.txt" }
}
TEXT
config=$work/pocketrec.json

# The second query finds nothing; of the fourth's two papers one is not in the catalogue.
printf '1 1 2\n1 2 -1\n2 3 1\n4 3 4\n4 99 1\n' >"$work/relevance.txt"
check_exit 0 "eval of judged queries" pocketrec eval "$config" --json
cp "$work/out" "$work/report.json"
cat >"$work/report.py" <<'PYTHON'
import json, math, sys
report = json.load(open(sys.argv[1]))
assert (report["protocol"], report["queries"], report["cut"]) == ("search", 3, 0)
(row,) = report["leaderboard"]
assert row["model"] == "bm25f" and set(row["metrics"]) == {"ndcg@10", "mrr@10", "recall@10"}
for x in row["metrics"].values():
    assert 0 <= x["low"] <= x["mean"] <= x["high"] <= 1
assert abs(row["metrics"]["recall@10"]["mean"] - (1 + 0 + 1 / 2) / 3) < 1e-9
assert row["metrics"]["mrr@10"]["mean"] >= 1 / 3
PYTHON
check "the report has the protocol and figures by hand" python3 "$work/report.py" "$work/report.json"
run pocketrec eval "$config" --json
check "the same figures twice" cmp "$work/out" "$work/report.json"
check_exit 0 "eval as text" pocketrec eval "$config"
check "the text names the metrics" grep -q "ndcg@10.*mrr@10.*recall@10" "$work/out"

# A query may be longer than what the core takes.
{ printf '.I 1\n.W\n' && printf 'boundary layer of a flat plate %.0s' $(seq 20) && printf '\n'; } >"$work/queries.txt"
printf '1 1 1\n' >"$work/relevance.txt"
check_exit 0 "eval of a long query" pocketrec eval "$config" --json
check "a long query is cut, and that is told" grep -q '"cut":1' "$work/out"

printf '1 1 1\n2 1 1\n' >"$work/relevance.txt"
check_exit 3 "a judgement of a query that is not there" pocketrec eval "$config"
check_says 'relevance.txt line 2: there is no query 2' "the sentence names file and line"
printf 'what\n' >"$work/queries.txt"
check_exit 3 "queries in another format" pocketrec eval "$config"
check_says 'queries.txt line 1: there is no record' "the sentence says so"
rm "$work/queries.txt"
check_exit 5 "queries that are not there" pocketrec eval "$config"
check_says 'queries.txt' "the sentence names the file"
finish

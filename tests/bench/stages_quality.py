"""What the four stages find: a made-up retailer's invoices are cut at a day, the bundle is trained on what was before it, each of 800 users asks
for the homepage as of that day, and what they went on to buy is compared with it. Lists by one voice alone stand beside the blend.

    stages_quality.py ENCODER     a folder of a text encoder, such as all-MiniLM-L6-v2
"""
import csv
import json
import os
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = os.environ.get("PR_TEST_COMMAND", str(ROOT / "build/native/pocketrec"))
WORK = Path(os.environ.get("PR_BENCH_WORK", ROOT / "build/bench")) / "stages_quality"
CUT, WANTED, USERS = "2025-09-20", 12, 800


def seconds(stamp):
    return int(datetime.fromisoformat(stamp + "+00:00").timestamp())


NOW = seconds(CUT + "T00:00:00")
ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": str(NOW)}


def make_logs():
    """Purchases of each user before and after the cut; the invoices before it as a file of their own."""
    data = WORK / "data"
    words = ["--users", "2000", "--items", "1000", "--seed", "11", "--until", "2025-11-20"]
    subprocess.run([COMMAND, "synth", "retail", *words, "--out", str(data)], check=True, capture_output=True)
    with open(data / "invoices.csv") as file:
        rows = list(csv.DictReader(file))
    with open(data / "before.csv", "w") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(row for row in rows if row["invoice_date"] < CUT)
    before, after = {}, {}
    for row in rows:
        if row["customer_id"] and not row["invoice"].startswith("C"):
            (before if row["invoice_date"] < CUT else after).setdefault(row["customer_id"], []).append(row)
    users = sorted(user for user in before if user in after and len(before[user]) >= 3)
    random.Random(1).shuffle(users)
    return before, after, users[:USERS]


def lists(meaning, before, users):
    config = json.loads((WORK / "data/pocketrec.json").read_text())
    config["events"][0]["files"] = "before.csv"
    config["meaning"] = {**meaning, "cache": str(WORK / "cache.embeddings")}
    file = WORK / "data/cut.json"
    file.write_text(json.dumps(config))
    subprocess.run([COMMAND, "train", str(file), "--out", str(WORK / "bundle")], check=True, capture_output=True, env=ENVIRONMENT)
    requests = []
    for user in users:
        events = [{"type": "purchase", "item": row["item_id"], "time": seconds(row["invoice_date"])} for row in before[user]]
        state = json.dumps({"version": 1, "events": events[-500:]})
        requests.append({"method": "GET", "path": f"/api/v1/recommendations/homepage?limit={WANTED}", "body": "", "state": state, "now": NOW, "seed": 0})
    text = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([COMMAND, "ask", str(WORK / "bundle"), "--batch", "-"], input=text, capture_output=True, text=True, check=True)
    return [json.loads(json.loads(line)["body"])["recommendations"] for line in done.stdout.splitlines()]


def report(name, answers, after, users):
    hits = recall = categories = 0
    for user, picks in zip(users, answers):
        bought = {row["item_id"] for row in after[user]}
        found = len(bought & {pick["product_id"] for pick in picks})
        hits += found > 0
        recall += found / min(WANTED, len(bought))
        categories += len({pick["category"] for pick in picks})
    count = len(users)
    print(f"{name:36} hit rate@12 {hits / count:.3f}  recall@12 {recall / count:.4f}  categories {categories / count:.1f}", flush=True)


def main():
    encoder = {"encoder": str(Path(sys.argv[1]).resolve())}
    weights = lambda *parts: {"weights": dict(zip(("content", "collaborative", "popularity"), parts))}  # noqa: E731
    WORK.mkdir(parents=True, exist_ok=True)
    before, after, users = make_logs()
    for name, meaning in {
        "blend 0.5, 0.3, 0.2": encoder,
        "blend, without limit of categories": encoder | {"max_per_category": 0},
        "blend 0.2, 0.6, 0.2": encoder | weights(0.2, 0.6, 0.2),
        "content alone": encoder | weights(1, 0, 0),
        "collaborative alone": encoder | weights(0, 1, 0),
        "popularity alone": encoder | weights(0, 0, 1),
        "blend, bundle without vectors": {},
    }.items():
        report(name, lists(meaning, before, users), after, users)


if __name__ == "__main__":
    main()

"""NDCG@10 against the planted truth of synthetic logs, asked through the command as a visitor would.

For each of several seeds: make logs, train, and ask for the ten best workouts of each thin segment (the third of the
segments with the fewest sessions) under three priors. A list's gain is the planted probability of a like; everything
that would blur the comparison of priors is off (only the like rate is weighted, no freshness, no diversity), the same
for all three. With --as-shipped the default weights, freshness and diversity are left on and the gain is the planted
relevance: the chance of completing and liking, times the interest that ageing has left.

    python planted_truth.py --seeds 8 --min-users 1
"""
import argparse
import json
import pathlib
import tempfile

import numpy as np
import pandas as pd

import segment_recommendations as oracle
from project import NOW, run

PRIORS = {"learned": "learned", "Beta(2,5)": {"alpha": 2, "beta": 5}, "raw": "none"}
ONLY_LIKES = {"completion": 0, "like": 1, "views": 0, "freshness": 0, "mmr": 1}
DISCOUNT = 1 / np.log2(np.arange(10) + 2)


def prepare(folder, seed, min_users, gain):
    """Logs and bundle; returns the bundle, the thin segments' keys and the gain of each item in each segment."""
    run("synth", "workouts", "--seed", seed, "--until", "2025-04-30", "--out", folder / "logs")
    config = json.loads((folder / "logs/pocketrec.json").read_text())
    config["limits"]["min_users"] = min_users
    (folder / "logs/pocketrec.json").write_text(json.dumps(config))
    run("train", folder / "logs/pocketrec.json", "--out", folder / "bundle", SOURCE_DATE_EPOCH=NOW)
    items, users, sessions, feedback = oracle.read_logs(folder / "logs")
    cells = oracle.count_cells(oracle.number_items(items, sessions), users, sessions, feedback)
    size = cells.groupby("segment").started.sum().sort_values(kind="stable")
    truth = pd.read_csv(folder / "logs/truth/affinity.csv", dtype={"workout_id": str})
    by_segment = {key: dict(zip(g.workout_id, g[gain])) for key, g in truth.groupby("segment_key")}
    return folder / "bundle", list(size.index[:len(size) // 3]), by_segment


def ask(bundle, segments, knobs):
    """The ids recommended for each segment."""
    lines = []
    for key in segments:
        age, level, kind = key.split("|")
        body = {"age": age, "level": level, "types": [kind], "n": 10, "knobs": knobs}
        lines.append(json.dumps({"method": "POST", "path": "/api/v1/onboarding", "body": body, "now": NOW}))
    requests = bundle.parent / "requests.jsonl"
    requests.write_text("\n".join(lines) + "\n")
    answers = [json.loads(line) for line in run("ask", bundle, "--batch", requests).stdout.splitlines()]
    assert all(a["status"] == 200 for a in answers), answers[0]
    return [[r["id"] for r in json.loads(a["body"])["recommendations"]] for a in answers]


def ndcg(ids, truth):
    """Items of other types than the asked one gain nothing."""
    gains = np.array([truth.get(i, 0.0) for i in ids] + [0.0] * (10 - len(ids)))
    ideal = np.sort(list(truth.values()))[::-1][:10]
    return float(gains @ DISCOUNT / (ideal @ DISCOUNT[:len(ideal)]))


def measure(seeds, min_users, as_shipped=False):
    """NDCG@10 by prior, one value for each thin segment of each seed."""
    values = {name: [] for name in PRIORS}
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            gain = "relevance" if as_shipped else "like_probability"
            bundle, segments, truth = prepare(pathlib.Path(folder), seed, min_users, gain)
            for name, prior in PRIORS.items():
                lists = ask(bundle, segments, {**({} if as_shipped else ONLY_LIKES), "prior": prior})
                values[name] += [ndcg(ids, truth[key]) for ids, key in zip(lists, segments)]
    return {name: np.array(v) for name, v in values.items()}


def interval(values, rounds=2000):
    """Mean and its 95 % bootstrap interval over segments."""
    random = np.random.default_rng(1)
    means = values[random.integers(0, len(values), (rounds, len(values)))].mean(axis=1)
    return values.mean(), *np.quantile(means, [0.025, 0.975])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--min-users", type=int, default=1)
    parser.add_argument("--as-shipped", action="store_true")
    options = parser.parse_args()
    values = measure(range(1, options.seeds + 1), options.min_users, options.as_shipped)
    names = list(values)
    for name in names:
        print("{:<22} {:.4f}  [{:.4f}, {:.4f}]".format(name, *interval(values[name])))
    for better, worse in zip(names, names[1:]):
        difference = interval(values[better] - values[worse])
        print("{:<22} {:+.4f} [{:+.4f}, {:+.4f}]".format(f"{better} − {worse}", *difference))


if __name__ == "__main__":
    main()

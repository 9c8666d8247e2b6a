"""An independent computation of segment_recommendations.csv, from the logs alone.

It shares nothing with the trainer but the formulas of docs/scoring.md: pandas groups the logs, numpy scores, reranks.
It reads the workout files' own layout (not any configuration that the trainer accepts), and takes the constants from
pocketrec.json.

    python segment_recommendations.py DIR/pocketrec.json --now 1746057600 > segment_recommendations.csv
"""
import argparse
import json
import pathlib
import sys

import numpy as np
import pandas as pd


def read_logs(folder):
    """Items, users, sessions and feedback, every id a string."""
    folder = pathlib.Path(folder)
    items = pd.DataFrame(json.loads((folder / "augmented_workouts.json").read_text(encoding="utf-8")))
    ids = {"user_id": str, "workout_id": str}
    users, sessions, feedback = (pd.read_csv(folder / f"{name}.csv", dtype=ids, keep_default_na=False)
                                 for name in ("users", "sessions", "feedback"))
    return items, users, sessions, feedback


def number_items(items, sessions):
    """Items by falling number of sessions, ties in the order of the file: the `item` of everything below."""
    started = sessions.workout_id.value_counts()
    items = items.assign(popularity=items.workout_id.map(started).fillna(0), place=np.arange(len(items)))
    items = items.sort_values(["popularity", "place"], ascending=[False, True], ignore_index=True)
    return items.drop(columns="place").assign(item=np.arange(len(items)))


def count_cells(items, users, sessions, feedback):
    """One row for each segment and item with anything in the logs: four counts and the distinct people behind them."""
    people = users[["user_id", "age_group", "fitness_level"]]
    things = items[["workout_id", "workout_type", "item"]]

    def placed(log):
        log = log.merge(people, on="user_id").merge(things, on="workout_id")
        return log.assign(segment=log.age_group + "|" + log.fitness_level + "|" + log.workout_type)

    sessions, feedback = placed(sessions), placed(feedback)
    key = ["segment", "item"]
    cells = pd.concat([
        sessions.groupby(key).completed.agg(started="size", completed="sum"),
        feedback.groupby(key).liked.agg(rated="size", liked="sum"),
        pd.concat([sessions, feedback]).groupby(key).user_id.nunique().rename("people"),
    ], axis=1)
    return cells.fillna(0).astype(int).reset_index()


def z_scores(counts):
    """Deviations from the mean in sample standard deviations; 0 where there is no spread."""
    if len(counts) < 2 or counts.nunique() == 1:
        return counts * 0.0
    return (counts - counts.mean()) / counts.std(ddof=1)


def score_cells(cells, items, config, now):
    """The kept cells with their parts and `score`."""
    weights, limits = config["score"], config["limits"]
    cells = cells[cells.people >= limits["min_users"]].copy()
    prior = weights["prior"] if isinstance(weights["prior"], dict) else {"alpha": 0, "beta": 0}
    cells["completion"] = (cells.completed / cells.started.where(cells.started > 0)).fillna(0.0)
    trials = cells.rated + prior["alpha"] + prior["beta"]
    cells["like"] = ((cells.liked + prior["alpha"]) / trials.where(trials > 0)).fillna(0.0)
    cells["views"] = cells.groupby("segment").started.transform(z_scores)
    release = pd.to_datetime(items.set_index("item").release_date, utc=True).map(lambda t: t.timestamp())
    days = np.floor((now - cells.item.map(release)) / 86400).clip(lower=0)
    fresh = np.exp(-weights["freshness"]["decay"] * days)
    cells["score"] = fresh * (weights["completion"] * cells.completion + weights["like"] * cells["like"]
                              + weights["views"] * cells["views"])
    return cells


def tag_cosines(items):
    """Cosine of the binary tag vectors of every two items."""
    tags = items.tags.explode().dropna()
    matrix = pd.crosstab(tags.index, tags).reindex(items.index, fill_value=0).clip(upper=1).to_numpy(float)
    norm = np.linalg.norm(matrix, axis=1, keepdims=True)
    unit = np.divide(matrix, norm, out=np.zeros_like(matrix), where=norm > 0)
    return unit @ unit.T


class Segment:
    """The pool of one segment, best score first, and what MMR makes of it."""

    def __init__(self, cells, cosines, config):
        pool = cells.sort_values(["score", "item"], ascending=[False, True]).head(config["rank"]["pool"])
        self.items = pool.item.to_numpy()
        self.scores = pool.score.to_numpy()
        self.similar = cosines[np.ix_(self.items, self.items)]
        self.mmr = config["rank"]["mmr"]
        self.wanted = min(config["limits"]["list"], len(pool))

    def values(self, chosen):
        """What each of the pool is worth after `chosen` (positions in the pool); -inf for those."""
        if not chosen:
            return self.scores.copy()
        worth = self.mmr * self.scores - (1 - self.mmr) * self.similar[:, chosen].max(axis=1)
        worth[chosen] = -np.inf
        return worth

    def picks(self):
        chosen = []
        while len(chosen) < self.wanted:
            worth = self.values(chosen)
            chosen.append(int(worth.argmax()))  # of equal ones the first in the pool: better score, then lower item
        return chosen


def segments(folder, config, now):
    """All segments by key in byte order, and the numbered items."""
    items, users, sessions, feedback = read_logs(folder)
    items = number_items(items, sessions)
    cells = score_cells(count_cells(items, users, sessions, feedback), items, config, now)
    cosines = tag_cosines(items)
    found = {key: Segment(group, cosines, config) for key, group in cells.groupby("segment")}
    return dict(sorted(found.items(), key=lambda pair: pair[0].encode())), items


def recommendations(folder, config, now):
    """The whole table as segment_key, workout_id, score."""
    found, items = segments(folder, config, now)
    ids = items.workout_id.to_numpy()
    rows = [(key, ids[s.items[i]], s.scores[i]) for key, s in found.items() for i in s.picks()]
    return pd.DataFrame(rows, columns=["segment_key", "workout_id", "score"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", type=pathlib.Path)
    parser.add_argument("--now", type=int, required=True, help="seconds since 1970, as in SOURCE_DATE_EPOCH")
    options = parser.parse_args()
    table = recommendations(options.config.parent, json.loads(options.config.read_text()), options.now)
    table.to_csv(sys.stdout, index=False, float_format="%.9g", lineterminator="\n")


if __name__ == "__main__":
    main()

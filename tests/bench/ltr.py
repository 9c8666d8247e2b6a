"""NDCG@5 of our models beside scikit-learn, XGBoost and LightGBM, on the same feature rows in the same run.

The data are the peers' own (PR_ANCHORS/native/ltr.py makes them from a seed), so is the protocol: learn from weeks 4 to 6, test on
week 8. Two sets of features: ltr.py's own 27, and ours, from the same log written as CSV. Our model is the one that a training would
pack: the best on week 7. `bench_ltr` trains and scores with the very functions of the command. Intervals: 95 %, bootstrap over the
lists of the test week."""
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np

NATIVE = Path(os.environ["PR_ANCHORS"]) / "native"
WORK = Path(os.environ["PR_BENCH_WORK"]) / "ltr"
PROGRAMS = Path(os.environ["PR_TEST_COMMAND"]).parent / "tests"
MODELS = ["popularity", "logistic", "forest", "boosting", "pairwise", "listwise"]
LEARN, CHOOSE, TEST = (3, 4, 5), 6, 7  # weeks counted from 0, as ltr.py does
THREADS = 2
TREES, DEPTH, RATE = os.environ.get("PR_BENCH_TREES", "300 3 0.05").split()
DISCOUNT = 1 / np.log2(np.arange(2, 7))


def generator():
    """The part of ltr.py that makes the data and its features, as a name space."""
    source = (NATIVE / "ltr.py").read_text()
    words, sys.argv = sys.argv, ["ltr.py"]
    sys.path.insert(0, str(NATIVE))
    sys.dont_write_bytecode = True
    world = {}
    exec(compile(source[: source.index("tr = [features(T)")], "ltr.py", "exec"), world)
    sys.argv = words
    return world


class Rows:
    """Feature rows of some weeks, those of a user and week together."""

    def __init__(self, parts):
        self.values = np.concatenate([p[0] for p in parts]).astype("<f4")
        self.labels = np.concatenate([p[1] for p in parts]).astype("<f4")
        self.groups = np.concatenate([p[2][p[2] > 0] for p in parts]).astype("<u4")

    def write(self, path):
        starts = np.concatenate([[0], np.cumsum(self.groups)]).astype("<u4")
        head = np.array([*self.values.shape, len(self.groups)], "<u4")
        path.write_bytes(b"".join(a.tobytes() for a in (head, starts, self.labels, self.values)))

    @staticmethod
    def read(path):
        data = path.read_bytes()
        rows, columns, groups = np.frombuffer(data, "<u4", 3)
        starts = np.frombuffer(data, "<u4", groups + 1, 12)
        labels = np.frombuffer(data, "<f4", rows, 16 + 4 * groups)
        values = np.frombuffer(data, "<f4", rows * columns, 16 + 4 * (groups + rows)).reshape(rows, columns)
        return values, labels, np.diff(starts)


def ndcg(scores, rows):
    """NDCG@5 of each list that has something relevant; ties by place."""
    found, at = [], 0
    for n in rows.groups:
        s, y = scores[at : at + n], rows.labels[at : at + n]
        at += n
        if y.sum():
            hits = y[np.argsort(-s, kind="stable")[:5]]
            found.append((hits * DISCOUNT[: len(hits)]).sum() / DISCOUNT[: min(5, int(y.sum()))].sum())
    return np.array(found)


def interval(values):
    draws = np.random.default_rng(1).integers(0, len(values), (1000, len(values)))
    return np.quantile(values[draws].mean(1), [0.025, 0.975])


def ours(learn, score, popularity):
    """Scores of each of our models, and the bytes of its table and of the library's file."""
    files = [WORK / name for name in ("learn.rows", "score.rows", "scores")]
    learn.write(files[0])
    score.write(files[1])
    words = [PROGRAMS / "bench_ltr", *files, popularity, THREADS, TREES, DEPTH, RATE]
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    sizes = {name: (int(a), int(b)) for name, a, b in (text.split() for text in done.stdout.splitlines())}
    return {name: np.fromfile(f"{files[2]}.{name}") for name in MODELS}, sizes


def peers(learn, test):
    """Scores of each peer, with the settings of ltr.py. Logistic regression takes the mean where a value is missing."""
    import lightgbm
    import xgboost
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    warnings.filterwarnings("ignore")
    same = dict(n_estimators=200, learning_rate=0.05, n_jobs=THREADS, random_state=42)
    forest = dict(n_jobs=THREADS, random_state=42)
    all_peers = {
        "sklearn logreg": make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=1000)),
        "sklearn rf": RandomForestClassifier(200, **forest),
        "sklearn rf10": RandomForestClassifier(200, max_depth=10, **forest),
        "lightgbm": lightgbm.LGBMClassifier(num_leaves=31, verbose=-1, **same),
        "lightgbm ranker": lightgbm.LGBMRanker(num_leaves=31, verbose=-1, **same),
        "xgboost": xgboost.XGBClassifier(max_depth=6, tree_method="hist", **same),
        "xgboost ranker": xgboost.XGBRanker(objective="rank:ndcg", max_depth=6, tree_method="hist", **same),
    }
    scores = {}
    for name, model in all_peers.items():
        more = dict(group=learn.groups) if name.endswith("ranker") else {}
        model.fit(learn.values, learn.labels, **more)
        scores[name] = model.predict_proba(test.values)[:, 1] if hasattr(model, "predict_proba") else model.predict(test.values)
    return scores


def line(figure, mine, peer, bar):
    print(f"{figure:<46} {mine:>12} {peer:>12} {bar:>14}", flush=True)


def show(name, values, note=""):
    low, high = interval(values)
    print(f"    {name:<24} {values.mean():.4f}  [{low:.4f}, {high:.4f}]{note}", flush=True)


def measure(title, weeks, popularity):
    """One set of features: our models and the peers on the test week."""
    learn, choose, test = Rows([weeks(t) for t in LEARN]), Rows([weeks(CHOOSE)]), Rows([weeks(TEST)])
    earlier, _ = ours(learn, choose, popularity)
    winner = max(MODELS, key=lambda name: ndcg(earlier[name], choose).mean())
    scores, sizes = ours(learn, test, popularity)
    mine = {name: ndcg(scores[name], test) for name in MODELS}
    theirs = {name: ndcg(s, test) for name, s in peers(learn, test).items()}
    best = max(theirs, key=lambda name: theirs[name].mean())
    line(f"NDCG@5, {title}: {winner} / {best}", f"{mine[winner].mean():.4f}", f"{theirs[best].mean():.4f}", ">= peer, 0.474")
    for name in MODELS:
        table, library = sizes[name]
        note = f"  table {table} bytes" + (f", 1/{library / table:.1f} of XGBoost's file" if library else "")
        show(name, mine[name], note + (" <- best on week 7" if name == winner else ""))
    for name, values in theirs.items():
        show(name, values)
    low, high = interval(mine[winner] - theirs[best])
    print(f"    {winner} - {best}: {mine[winner].mean() - theirs[best].mean():+.4f}  [{low:+.4f}, {high:+.4f}]", flush=True)


def write_log(world):
    """ltr.py's data as the files of a training."""
    goals = [f"goal {k}" for k in range(world["NG"])]
    users = ["user_id,goal"] + [f"U{u},{goals[g]}" for u, g in enumerate(world["goal"])]
    items = ["trainer_id,name,specialities,years,price"]
    for t in range(world["NT"]):
        names = ";".join(goals[k] for k in range(world["NG"]) if world["spec"][t, k])
        items.append(f"T{t},Trainer {t},{names},{int(world['years'][t])},{world['price'][t]!r}".replace("np.float64(", "").replace(")", ""))
    log = ["user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes"]
    for w in range(world["NW"]):
        for u, t in zip(*np.nonzero(world["imp"][w])):
            n = [int(world[key][w, u, t]) for key in ("imp", "clk", "view", "like")]
            log.append(f"U{u},T{t},{w + 1},{n[0]},{n[1]},{n[2]},{world['watch'][w, u, t]:.3f},{n[3]}")
    for name, lines in (("users.csv", users), ("trainers.csv", items), ("log.csv", log)):
        (WORK / name).write_text("\n".join(lines) + "\n")
    config = {
        "name": "ltr",
        "items": {"files": "trainers.csv", "id": "trainer_id", "title": "name",
                  "columns": {"specialities": {"type": "list", "separator": ";"}, "years": {"type": "integer"}, "price": {"type": "real"}}},
        "users": {"files": "users.csv", "id": "user_id", "columns": {"goal": {"type": "category"}}},
        "events": [],
        "weekly": {"files": "log.csv"},
        "ranking": {"goal": {"user": "goal", "item": "specialities"}},
    }
    (WORK / "pocketrec.json").write_text(json.dumps(config))


def our_features(week):
    path = WORK / f"week{week}.rows"
    words = [str(PROGRAMS / "bench_rows"), str(WORK / "pocketrec.json"), str(week + 1), str(path)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return Rows.read(path), int(done.stdout)


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    world = generator()
    measure("ltr.py's 27 features", world["features"], 12)
    write_log(world)
    made = {week: our_features(week) for week in (*LEARN, CHOOSE, TEST)}
    for week, (rows, _) in made.items():
        if not np.array_equal(rows[1], world["features"](week)[1]):
            sys.exit(f"the labels of week {week + 1} are not ltr.py's")
    measure(f"our {made[TEST][0][0].shape[1]} features", lambda week: made[week][0], made[TEST][1])


main()

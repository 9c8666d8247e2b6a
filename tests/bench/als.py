"""Alternating least squares beside implicit and rusket: time, memory and how good the lists are.
`./dev bench als` calls it; the sets are read from PR_DATA. With names of sets as words only those.

All programs learn from the same training part, each in fresh processes that take turns, with 64 factors, 15 iterations and 2 threads.
A time is the fit alone, the least of all processes. Memory is the most a process held, from its start. All lists are judged by the same
code: all items ranked but those of the user's training part, NDCG (binary) and recall as means over the users with a test part.

ml-100k: every rating counts; a pair is for testing when splitmix64 of user and item says so (about 20 %). gowalla: train and test as
published. The peers have the settings of ../shared/anchors: what is taken weighs 1 and 40 times what is not, with little regularisation ("tuned":
the best found there on ml-100k). Ours: on gowalla the same 1 to 40, on ml-100k what a validation part of train chose. "direct" and
"block" are our exact and iALS++ solvers; "cpu" is the time of all threads, which other programs on the machine disturb less."""
import json
import os
import subprocess
import sys
from pathlib import Path

from sets import FILES, are_there, peak, read_matrix, split, timed, write_lists

WORK = Path(os.environ.get("PR_BENCH_WORK", ".")) / "als"
FACTORS, ITERATIONS, THREADS, ROUNDS = 64, 15, 2, 3
# What each program is called with; "ours" first. The settings of ours are those of prt_als_options.
OURS = {"ml-100k": "unobserved=0.2 regularization=0.02", "gowalla": "unobserved=0.025 regularization=0.003"}
PEERS = {
    "ml-100k": {"implicit": (1, 0.05), "rusket": (1, 0.05), "implicit tuned": (10, 50)},
    "gowalla": {"implicit": (40, 0.05), "rusket": (40, 0.05)},
}
PLAIN = ["implicit", "rusket"]  # those that the bar is about


# --- a peer's process ---


def with_implicit(matrix, alpha, regularization):
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(factors=FACTORS, regularization=regularization, alpha=alpha, iterations=ITERATIONS,
                                    num_threads=THREADS, random_state=42)
    return model, timed(model.fit, matrix, show_progress=False)


def with_rusket(matrix, alpha, regularization):
    import rusket

    model = rusket.ALS(factors=FACTORS, regularization=regularization, alpha=alpha, iterations=ITERATIONS, seed=42)
    return model, timed(model.fit, matrix)


def work(peer, path, items, alpha, regularization, out):
    """Print figures as JSON, write the vectors as bench_als does."""
    import numpy as np

    matrix = read_matrix(path, items)
    before = peak()
    fit = with_rusket if peer == "rusket" else with_implicit
    model, took = fit(matrix, alpha, regularization)
    figures = {**took, "before": before, "peak": peak()}
    np.asarray(model.user_factors, np.float32).tofile(f"{out}.users")
    np.asarray(model.item_factors, np.float32).tofile(f"{out}.items")
    print(json.dumps(figures))


# --- the lists ---


def score_all(users, items, judged, batch=256):
    """Each judged user with the scores of all items."""
    for first in range(0, len(judged), batch):
        some = judged[first : first + batch]
        yield from zip(some, users[some] @ items.T)


def judge(out, train, test):
    """NDCG and recall of the lists that the vectors give."""
    import numpy as np

    users, items = (np.fromfile(f"{out}.{side}", np.float32).reshape(-1, FACTORS) for side in ("users", "items"))
    discount = 1 / np.log2(np.arange(2, 22))
    sums = {"ndcg@10": 0.0, "ndcg@20": 0.0, "recall@20": 0.0}
    judged = [user for user, row in enumerate(test) if row]
    for user, scores in score_all(users, items, judged):
        scores[train[user]] = -np.inf
        top = np.argpartition(scores, -20)[-20:]
        top = top[np.argsort(-scores[top], kind="stable")]
        hits = np.isin(top, test[user])
        for k in (10, 20):
            sums[f"ndcg@{k}"] += (hits[:k] * discount[:k]).sum() / discount[: min(k, len(test[user]))].sum()
        sums["recall@20"] += hits.sum() / len(test[user])
    return {key: value / len(judged) for key, value in sums.items()}


# --- the turns ---


def run(words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          env={**os.environ, "RAYON_NUM_THREADS": str(THREADS), "OPENBLAS_NUM_THREADS": "1"})
    if done.returncode:
        sys.exit(f"{words[0]} failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def programs(name, path, items):
    """What to call for each program."""
    ours = [Path(os.environ["PR_TEST_COMMAND"]).parent / "tests/bench_als", path, items, 1]
    common = [f"factors={FACTORS}", f"iterations={ITERATIONS}", f"threads={THREADS}", *OURS[name].split()]
    calls = {}
    for program, solver in {"ours": "solver=0", "ours direct": "solver=2", "ours block": "solver=1"}.items():
        calls[program] = [*ours, WORK / f"{name}.{program}", *common, solver]
    for program, (alpha, regularization) in PEERS[name].items():
        out = WORK / f"{name}.{program}"
        calls[program] = [sys.executable, __file__, "--peer", program.split()[0], path, items, alpha, regularization, out]
    return calls


def report(name, figures):
    fastest = min(PLAIN, key=lambda p: figures[p]["fit"])
    smallest = min(PLAIN, key=lambda p: figures[p]["peak"])
    best = max(PLAIN, key=lambda p: figures[p]["ndcg@10"])
    ours = figures["ours"]
    for title, key, peer, digits, bar in (
        ("s", "fit", fastest, 3, "<= 0.5 x peer"),
        ("MiB", "peak", smallest, 1, "< peer"),
        ("NDCG@10", "ndcg@10", best, 4, ">= peer"),
        ("NDCG@20", "ndcg@20", best, 4, ">= peer"),
    ):
        label = f"{title}, {name}: ours / {peer}"
        print(f"{label:<46} {ours[key]:>12.{digits}f} {figures[peer][key]:>12.{digits}f} {bar:>14}")
    for program, f in figures.items():
        quality = "  ".join(f"{key} {f[key]:.4f}" for key in ("ndcg@10", "ndcg@20", "recall@20"))
        times = f"fit {f['fit']:7.3f} s, cpu {f['cpu']:7.3f} s"
        print(f"    {program:<15} {times}  {quality}  peak {f['peak']:6.1f} MiB, {f['before']:6.1f} before", flush=True)


def measure(name):
    (train, test), items = split(name)
    path = WORK / f"{name}.train"
    write_lists(train, path)
    calls = programs(name, path, items)
    runs = [{program: run(words) for program, words in calls.items()} for _ in range(ROUNDS)]
    figures = {p: {key: min(r[p][key] for r in runs) for key in runs[0][p]} for p in calls}
    for program in calls:
        figures[program].update(judge(WORK / f"{name}.{program}", train, test))
    report(name, figures)


def main():
    if sys.argv[1:2] == ["--peer"]:
        return work(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6]), sys.argv[7])
    if not are_there():
        return print("als: left out, the sets are not there; name their folder in PR_DATA")
    WORK.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or FILES:
        measure(name)


main()

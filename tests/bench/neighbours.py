"""Item-item models beside implicit's nearest neighbours and EASE by numpy: time, memory and whether they are the same.
`./dev bench neighbours` calls it; the sets are read from PR_DATA. With names of sets as words only those.

All programs learn from the same training part, each in fresh processes that take turns, with 2 threads (numpy's BLAS too). A time is the
fit alone, the least of all processes; "cpu" is the time of all threads, which other programs on the machine disturb less. Memory is the
most a process held, from its start.

cosine, tfidf and bm25 keep 50 neighbours of each item: implicit counts the item itself among its K, so it has 51. No shrinkage, which
implicit does not know; k1 1.2 and b 0.75. "same top 10" is the share of our ten nearest that are among implicit's ten, or are as near as
its tenth (within 1e-5): how ties are broken is nobody's mistake. EASE has lambda 500, the closed form in double precision with numpy.linalg.inv;
"difference" is the greatest between weights that we keep (up to 1,000 an item, none below 0) and numpy's. Gowalla's items are too
many for EASE. SLIM has no peer here; its time stands alone."""
import json
import os
import subprocess
import sys
from pathlib import Path

from sets import FILES, are_there, peak, read_matrix, split, timed, write_lists

WORK = Path(os.environ.get("PR_BENCH_WORK", ".")) / "neighbours"
THREADS, KEPT, TOP, TIE = 2, 50, 10, 1e-5
ROUNDS, ROUNDS_ALONE = 5, 2
K1, B, RIDGE, EASE_KEPT = 1.2, 0.75, 500, 1000
KINDS = {"ml-100k": ["cosine", "tfidf", "bm25", "ease", "slim"], "gowalla": ["cosine", "tfidf", "bm25", "slim"]}
OURS = {
    "ease": f"top={EASE_KEPT} regularization={RIDGE}",
    "slim": f"top={KEPT} regularization=20 candidates=150",
    "bm25": f"top={KEPT} shrinkage=0 k1={K1} b={B}",
}
PLAIN = f"top={KEPT} shrinkage=0"


# --- a peer's process ---


def with_implicit(kind, matrix):
    """The rows as (neighbours, weights), and the fit's time."""
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender

    if kind == "bm25":
        model = BM25Recommender(K=KEPT + 1, K1=K1, B=B, num_threads=THREADS)
    else:
        model = {"cosine": CosineRecommender, "tfidf": TFIDFRecommender}[kind](K=KEPT + 1, num_threads=THREADS)
    took = timed(model.fit, matrix, show_progress=False)
    rows = model.similarity
    return took, lambda i: (rows.indices[rows.indptr[i] : rows.indptr[i + 1]], rows.data[rows.indptr[i] : rows.indptr[i + 1]])


def with_numpy(matrix):
    """Steck 2019, equation 8."""
    import numpy as np

    made = []

    def fit():
        gram = (matrix.T @ matrix).toarray().astype(np.float64)
        gram[np.diag_indices_from(gram)] += RIDGE
        inverse = np.linalg.inv(gram)
        shares = inverse / -np.diag(inverse)
        shares[np.diag_indices_from(shares)] = 0
        made.append(shares)

    took = timed(fit)
    return took, lambda i: (np.arange(len(made[0])), made[0][i])


def work(kind, path, items, out):
    """Print figures as JSON, write the rows as bench_neighbours does; of EASE all, also those below 0."""
    matrix = read_matrix(path, items)
    before = peak()
    took, row = with_numpy(matrix) if kind == "ease" else with_implicit(kind, matrix)
    figures = {**took, "before": before, "peak": peak()}
    with open(out, "w") as file:
        for i in range(items):
            file.write(" ".join(f"{j}:{w:.9g}" for j, w in zip(*row(i)) if j != i and w != 0) + "\n")
    print(json.dumps(figures))


# --- the same? ---


def read_rows(path):
    """Of each item (weight, neighbour), the greatest first."""
    for line in Path(path).read_text().splitlines():
        pairs = [pair.split(":") for pair in line.split()]
        yield sorted(((float(weight), int(item)) for item, weight in pairs), key=lambda p: (-p[0], p[1]))


def same_top(ours, theirs):
    """The share of our first TOP that are among theirs, or as near as their last."""
    same = count = 0
    for mine, other in zip(read_rows(ours), read_rows(theirs), strict=True):
        mine, other = mine[:TOP], other[:TOP]
        theirs_too = {item for _, item in other}
        last = other[-1][0] if other else 0
        same += sum(item in theirs_too or abs(weight - last) <= TIE * last for weight, item in mine)
        count += max(len(mine), len(other))
    return same / count


def greatest_difference(ours, theirs):
    """Between the weights that are kept; what is not kept must be below the least of a full row, or not above 0."""
    greatest = 0
    for mine, other in zip(read_rows(ours), read_rows(theirs), strict=True):
        weights = {item: weight for weight, item in other}
        least = mine[-1][0] if len(mine) == EASE_KEPT else 0
        for weight, item in mine:
            greatest = max(greatest, abs(weight - weights.pop(item, 0)))
        greatest = max([greatest, *(weight - least for weight in weights.values())])
    return greatest


# --- the turns ---


def run(words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          env={**os.environ, "OPENBLAS_NUM_THREADS": str(THREADS if "ease" in words else 1)})
    if done.returncode:
        sys.exit(f"{words[0]} failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def programs(name, kind, path, items):
    ours = Path(os.environ["PR_TEST_COMMAND"]).parent / "tests/bench_neighbours"
    calls = {"ours": [ours, path, items, 1, WORK / f"{name}.{kind}.ours", kind, f"threads={THREADS}", *OURS.get(kind, PLAIN).split()]}
    if kind != "slim":
        peer = "numpy" if kind == "ease" else "implicit"
        calls[peer] = [sys.executable, __file__, "--peer", kind, path, items, WORK / f"{name}.{kind}.{peer}"]
    return calls


def line(label, ours, peer="", bar=""):
    print(f"{label:<46} {ours:>12} {peer:>12} {bar:>14}")


def report(name, kind, figures, rows):
    ours, peer = figures["ours"], list(figures)[-1]
    if peer == "ours":
        line(f"s, {name}, {kind}", f"{ours['fit']:.3f}")
    else:
        theirs = figures[peer]
        line(f"s, {name}, {kind}: ours / {peer}", f"{ours['fit']:.3f}", f"{theirs['fit']:.3f}", "< peer")
        line(f"MiB, {name}, {kind}: ours / {peer}", f"{ours['peak']:.1f}", f"{theirs['peak']:.1f}", "< peer")
        if kind == "ease":
            line(f"greatest difference, {name}, {kind}", f"{greatest_difference(rows['ours'], rows[peer]):.1e}", "", "<= 1e-6")
        else:
            line(f"same top {TOP}, {name}, {kind}", f"{same_top(rows['ours'], rows[peer]):.6f}", "", ">= 0.9999")
    for program, f in figures.items():
        print(f"    {program:<10} fit {f['fit']:8.3f} s, cpu {f['cpu']:8.3f} s  peak {f['peak']:7.1f} MiB, {f['before']:6.1f} before", flush=True)


def measure(name, kind, path, items):
    calls = programs(name, kind, path, items)
    runs = [{program: run(words) for program, words in calls.items()} for _ in range(ROUNDS if len(calls) > 1 else ROUNDS_ALONE)]
    figures = {p: {key: min(r[p][key] for r in runs) for key in runs[0][p]} for p in calls}
    report(name, kind, figures, {p: WORK / f"{name}.{kind}.{p}" for p in calls})


def main():
    if sys.argv[1:2] == ["--peer"]:
        return work(sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
    if not are_there():
        return print("neighbours: left out, the sets are not there; name their folder in PR_DATA")
    WORK.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or FILES:
        (train, _), items = split(name)
        path = WORK / f"{name}.train"
        write_lists(train, path)
        for kind in KINDS[name]:
            measure(name, kind, path, items)


main()

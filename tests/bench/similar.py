"""Similar items beside scikit-learn: TF-IDF vectors of product texts and the 20 nearest of each, both from the same words, each in a
fresh process, in turns. `./dev bench similar` calls it.

The products are Amazon's, from PR_DATA/amazon-products (text: name and both categories); without the folder nothing is measured.
scikit-learn goes the usual way: TfidfVectorizer, then linear_kernel of 1,000 rows with all, argpartition."""
import csv
import gzip
import json
import os
import pathlib
import subprocess
import sys

import numpy as np

BENCH = pathlib.Path(os.environ["PR_TEST_COMMAND"]).parent / "tests" / "bench_similar"
WORK = pathlib.Path(os.environ["PR_BENCH_WORK"]) / "similar"
ROWS, TOP, THREADS, OURS, PEERS = 50_000, 20, 2, 5, 2
FASTER, SMALLER, NEAR = 10, 4, 1e-5

PEER = """
import json, resource, sys, time
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

texts, top, out = open(sys.argv[1], encoding="utf-8").read().split("\\n")[:-1], int(sys.argv[2]), sys.argv[3]
start = time.perf_counter()
vectors = TfidfVectorizer(lowercase=False, token_pattern=r"\\S\\S+").fit_transform(texts)
made = time.perf_counter()
items, scores = [], []
for first in range(0, len(texts), 1000):
    block = linear_kernel(vectors[first : first + 1000], vectors)
    rows = np.arange(len(block))[:, None]
    block[rows[:, 0], first + rows[:, 0]] = -1
    best = np.argpartition(-block, top, axis=1)[:, :top]
    order = np.argsort(-block[rows, best], axis=1)
    items.append(best[rows, order])
    scores.append(block[rows, items[-1]])
end = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
np.concatenate(scores).astype("<f4").tofile(out)
print(json.dumps({"rows": len(texts), "terms": vectors.shape[1], "weights": int(vectors.nnz), "vectors_s": made - start,
                  "top_s": end - made, "peak_mib": peak}))
"""

# A process counts the memory of the one that started it as its own peak until it becomes another program: start ours by a bare one.
STARTER = "import os, sys; os.execv(sys.argv[1], sys.argv[1:])"


def run(words):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def measured(words):
    return json.loads(run([sys.executable, "-I", "-S", "-c", STARTER, *words]))


def write_texts(products):
    """The words that count of each product's text, one product a line: what splitting finds is not compared here."""
    raw, path = WORK / "raw.txt", WORK / "texts.txt"
    with gzip.open(products, "rt", encoding="utf-8", newline="") as file, open(raw, "w", encoding="utf-8") as out:
        for row, _ in zip(csv.DictReader(file), range(ROWS)):
            text = " ".join(row[column] or "" for column in ("name", "main_category", "sub_category"))
            out.write(" ".join(text.split()) + "\n")
    path.write_text(run([BENCH, "words", raw]), encoding="utf-8")
    return path


def line(figure, ours, peer, bar=""):
    print(f"{figure:<46} {ours:>12} {peer:>12} {bar:>14}", flush=True)


def best(runs, key):
    return min(key(one) for one in runs)


def main():
    products = pathlib.Path(os.environ.get("PR_DATA", "")) / "amazon-products" / "amazon_products.csv.gz"
    if not products.exists():
        print("similar: set PR_DATA to the folder that holds amazon-products; nothing was measured.")
        return
    WORK.mkdir(parents=True, exist_ok=True)
    texts, files = write_texts(products), [WORK / "ours.f32", WORK / "peer.f32"]
    mine, theirs = [], []
    for turn in range(max(OURS, PEERS)):
        if turn < PEERS:
            theirs.append(measured([sys.executable, "-c", PEER, texts, TOP, files[1]]))
        if turn < OURS:
            mine.append(measured([BENCH, "time", texts, THREADS, TOP, 0, 0, files[0]]))
    a, b = mine[0], theirs[0]
    if any(a[key] != b[key] for key in ("rows", "terms", "weights")):
        sys.exit(f"the vectors differ: {a} and {b}")
    scores = [np.fromfile(file, "<f4").reshape(-1, TOP) for file in files]
    apart = np.abs(scores[0] - scores[1]).max()

    def all_of(one):
        return one["vectors_s"] + one["top_s"]

    ours, peer = best(mine, all_of), best(theirs, lambda one: one["top_s"])
    memory = max(one["peak_mib"] for one in mine), best(theirs, lambda one: one["peak_mib"])
    size = f"{a['rows']:,} texts"
    line(f"similar items, {size}, top {TOP}", f"{ours:.2f} s", f"{best(theirs, all_of):.2f} s", f"{best(theirs, all_of) / ours:.1f}x")
    line("  ours with vectors beside the peer's search", f"{ours:.2f} s", f"{peer:.2f} s", f"{peer / ours:.1f}x of {FASTER}x")
    for name, key in (("vectors", "vectors_s"), ("search", "top_s")):
        line(f"  {name}", f"{best(mine, lambda one: one[key]):.3f} s", f"{best(theirs, lambda one: one[key]):.3f} s")
    line("  peak memory", f"{memory[0]:.0f} MiB", f"{memory[1]:.0f} MiB", f"{memory[1] / memory[0]:.1f}x of {SMALLER}x")
    line("  scores apart by at most", f"{apart:.1e}", "", f"<= {NEAR:.0e}")
    if apart > NEAR:
        sys.exit("the scores differ")


main()

"""Frequent itemsets beside Borgelt's FP-growth (pyfim) and rusket: time, memory, and whether all sets and supports are the same.
`./dev bench itemsets` calls it; the baskets are read from PR_DATA.

Every program runs in fresh processes, in turns, on the same numbered baskets in memory. A time is the least of 5 calls and of 3
processes; preparing (the flat arrays of ours, the sparse matrix of rusket; pyfim takes lists as they are) counts as well. `fim-count`
counts the sets without giving them out; the others give all of them. Memory is the most the process held, and how much of it came
with preparing and mining."""
import gzip
import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

DATA = Path(os.environ.get("PR_DATA", "/nowhere"))
WORK = Path(os.environ.get("PR_BENCH_WORK", ".")) / "itemsets"
SETS = {"groceries": ("groceries/groceries.csv.gz", ","), "fimi-retail": ("fimi-retail/retail.dat.gz", None)}
SUPPORTS, REPEATS, ROUNDS = (0.001, 0.0005), 5, 3
PEERS = ["rusket", "fim", "fim-count"]


def peak():
    """The most memory this process held, in MiB; ru_maxrss would also count the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def least(call):
    """The least time of the repeats, and what the last one gave."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        given = call()
        times.append(time.perf_counter() - start)
    return min(times), given


def with_fim(baskets, need, report):
    import fim

    before = peak()
    took, given = least(lambda: fim.fpgrowth(baskets, target="s", supp=-need, report=report))
    found = int(sum(given.values())) if report == "#" else len(given)
    figures = dict(sets=found, prepare=0, mine=took, before=before, peak=peak())
    return figures, () if report == "#" else given


def with_rusket(baskets, need):
    import numpy as np
    import rusket
    from scipy.sparse import csr_matrix

    def prepare():
        items = np.fromiter((item for basket in baskets for item in basket), np.int32)
        starts = np.concatenate([[0], np.cumsum([len(basket) for basket in baskets])])
        return csr_matrix((np.ones(len(items), bool), items, starts), shape=(len(baskets), int(items.max()) + 1))

    before = peak()
    prepared, matrix = least(prepare)
    share = (need - 0.5) / len(baskets)
    took, given = least(lambda: rusket.fpgrowth(matrix, min_support=share, use_colnames=False))
    figures = dict(sets=len(given), prepare=prepared, mine=took, before=before, peak=peak())
    return figures, ((items, round(support * len(baskets))) for items, support in zip(given.itemsets, given.support))


def work(peer, path, need, out):
    """What a peer's process does: print figures as JSON, write its sets as bench_itemsets does."""
    baskets = [[int(item) for item in line.split()] for line in Path(path).read_text().splitlines()]
    if peer == "rusket":
        figures, sets = with_rusket(baskets, need)
    else:
        figures, sets = with_fim(baskets, need, "#" if peer == "fim-count" else "a")
    Path(out).write_text("".join(f"{support} {' '.join(map(str, sorted(items)))}\n" for items, support in sets))
    print(json.dumps(figures))


def write_baskets(name):
    """The set's baskets as lines of rising item numbers, each once: what all the programs read. Their number, too."""
    file, separator = SETS[name]
    with gzip.open(DATA / file, "rt", encoding="utf-8") as text:
        words = [[word.strip() for word in line.split(separator)] for line in text if line.strip()]
    numbers = {}
    baskets = [sorted({numbers.setdefault(word, len(numbers)) for word in basket if word}) for basket in words]
    (WORK / name).write_text("".join(" ".join(map(str, basket)) + "\n" for basket in baskets))
    return len(baskets)


def run(program, name, need):
    out = WORK / f"{name}.{program}"
    if program == "ours":
        words = [Path(os.environ["PR_TEST_COMMAND"]).parent / "tests/bench_itemsets", WORK / name, need, 0, REPEATS, out]
    else:
        words = [sys.executable, __file__, program, WORK / name, need, out]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{program} failed: {done.stderr.strip()}")
    return json.loads(done.stdout.splitlines()[-1])


def check_same(name, need, figures):
    """Stop unless every set with its support is the same with all that give them out, and the number with the one that counts."""
    ours = (WORK / f"{name}.ours").read_text().splitlines()
    for peer in PEERS:
        if figures[peer]["sets"] != len(ours):
            sys.exit(f"{name} at {need}: we find {len(ours)} sets, {peer} finds {figures[peer]['sets']}")
        if peer != "fim-count" and sorted((WORK / f"{name}.{peer}").read_text().splitlines()) != sorted(ours):
            sys.exit(f"{name} at {need}: the sets are not those of {peer}")


def measure(name, baskets, support):
    need = math.ceil(support * baskets - 1e-9)
    runs = [{program: run(program, name, need) for program in ["ours", *PEERS]} for _ in range(ROUNDS)]
    figures = {p: {key: min(r[p][key] for r in runs) for key in runs[0][p]} for p in runs[0]}
    check_same(name, need, figures)
    total = {p: 1e3 * (f["prepare"] + f["mine"]) for p, f in figures.items()}
    fastest = min(PEERS, key=total.get)
    smallest = min(PEERS, key=lambda p: figures[p]["peak"])
    title = f"{name} {support:g}"
    print(f"{f'ms, {title}: ours / {fastest}':<46} {total['ours']:>12.1f} {total[fastest]:>12.1f} {'<= peer':>14}")
    print(f"{f'MiB, {title}: ours / {smallest}':<46} {figures['ours']['peak']:>12.1f} {figures[smallest]['peak']:>12.1f} {'< peer':>14}")
    print(f"    {figures['ours']['sets']} sets in at least {need} of {baskets} baskets, all the same with all peers")
    for p, f in figures.items():
        times = f"prepare {1e3 * f['prepare']:8.1f} ms  mine {1e3 * f['mine']:8.1f} ms"
        print(f"    {p:<10} {times}  peak {f['peak']:7.1f} MiB, {f['peak'] - f['before']:6.1f} of it for the mining", flush=True)


def main():
    if len(sys.argv) > 1:
        return work(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
    if not all((DATA / file).exists() for file, _ in SETS.values()):
        return print("itemsets: left out, the baskets are not there; name their folder in PR_DATA")
    WORK.mkdir(parents=True, exist_ok=True)
    for name in SETS:
        baskets = write_baskets(name)
        for support in SUPPORTS:
            measure(name, baskets, support)


main()

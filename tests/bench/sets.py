"""Who took what, for the benches of models of purchases: the sets of PR_DATA as lists and matrices, and what a peer's process tells of itself."""
import gzip
import os
import time
from pathlib import Path

DATA = Path(os.environ.get("PR_DATA", "/nowhere"))
FILES = {"ml-100k": ["u.data.gz"], "gowalla": ["train.txt.gz", "test.txt.gz"]}


def are_there():
    return all((DATA / name / file).exists() for name, files in FILES.items() for file in files)


def split(name):
    """((train, test), items): the items of each user, rising. ml-100k: every rating counts; a pair is for testing when splitmix64 of user and
    item says so (about 20 %). gowalla: as published."""
    return split_gowalla() if name == "gowalla" else split_ml_100k()


def mix64(x):
    """splitmix64's step and finaliser, of an array."""
    import numpy as np

    with np.errstate(over="ignore"):
        x = np.asarray(x, np.uint64) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def split_ml_100k():
    import numpy as np

    with gzip.open(DATA / "ml-100k/u.data.gz", "rt", encoding="utf-8") as text:
        users, items = np.array([line.split()[:2] for line in text], np.uint64).T
    test = mix64((users << np.uint64(32) | items) ^ mix64(42)) % np.uint64(5) == 0
    users, items = (np.unique(ids, return_inverse=True)[1] for ids in (users, items))
    shape = users.max() + 1, items.max() + 1
    return [lists(users[part], items[part], shape[0]) for part in (~test, test)], int(shape[1])


def lists(users, items, count):
    taken = [[] for _ in range(count)]
    for user, item in zip(users.tolist(), items.tolist()):
        taken[user].append(item)
    return [sorted(row) for row in taken]


def split_gowalla():
    parts = []
    for file in FILES["gowalla"]:
        with gzip.open(DATA / "gowalla" / file, "rt", encoding="utf-8") as text:
            parts.append([sorted(map(int, line.split()[1:])) for line in text])
    return parts, 1 + max(max(row, default=0) for part in parts for row in part)


def write_lists(rows, path):
    path.write_text("".join(" ".join(map(str, row)) + "\n" for row in rows))


def read_matrix(path, items):
    """What write_lists wrote, as users x items of ones."""
    import numpy as np
    from scipy.sparse import csr_matrix

    rows = [np.array(line.split(), np.int32) for line in Path(path).read_text().splitlines()]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    taken = np.concatenate(rows)
    return csr_matrix((np.ones(len(taken), np.float32), taken, starts), shape=(len(rows), items))


def peak():
    """The most memory this process held, in MiB; ru_maxrss would also count the process that started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def timed(call, *given, **options):
    """Seconds by the clock, and of all processors."""
    start, busy = time.perf_counter(), time.process_time()
    call(*given, **options)
    return {"fit": time.perf_counter() - start, "cpu": time.process_time() - busy}

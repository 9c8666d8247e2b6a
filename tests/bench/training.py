"""Training end to end beside pandas, on the same logs in the same run.

The peer (PR_ANCHORS/native/coldstart.py) makes its logs from a seed, writes them as CSV and times its own work inside the process. It is
run with a temporary folder of ours, so its very files are what we train on; only the catalogue, which it keeps in memory, is
made again by its formulas. Our time is that of the whole process: start, reading, checks, bundle written."""
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

COMMAND = os.environ["PR_TEST_COMMAND"]
NATIVE = Path(os.environ["PR_ANCHORS"]) / "native"
WORK = Path(os.environ["PR_BENCH_WORK"])
TYPES = ["yoga", "cycling", "cardio", "walking", "boxing", "strength", "pilates", "hiit"]
BARS = {1: 1.5, 100: 5.0}


def line(figure, ours, peer, bar):
    print(f"{figure:<46} {ours:>12} {peer:>12} {bar:>14}", flush=True)


# A process counts the memory of the one that started it as its own peak until it becomes another program, so programs are
# started by a bare Python that has read hardly anything. It prints seconds and peak on stderr.
STARTER = """import os, sys, time
start = time.perf_counter()
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(child, 0)
sys.stderr.write(f"\\n{time.perf_counter() - start} {used.ru_maxrss}")
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run(words, **more):
    """(seconds, peak MiB, output) of a program."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", STARTER, *words], capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{words[0]} failed with {done.returncode}: {done.stderr}")
    seconds, peak = done.stderr.splitlines()[-1].split()
    return float(seconds), int(peak) / 1024, done.stdout


def peer(scale, folder):
    """Run the peer; returns its result and the folder of its logs."""
    temporary = folder / "peer"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    words = [sys.executable, str(NATIVE / "coldstart.py"), "--scale", str(scale)]
    _, peak, text = run(words, env=environment, cwd=NATIVE)
    result = json.loads(text[text.index("{"):])
    logs = next(path for path in temporary.iterdir() if (path / "sessions.csv").exists())
    return result["total_s"], peak, logs


def catalogue(logs):
    """The peer's workouts, by its own formulas and random numbers."""
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("common", NATIVE / "common.py")
    common = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(common)
    count = 600
    types = (common.uniform(3, 0, count) * 8).astype(int)
    ages = (common.uniform(4, 0, count) * 365).astype(int)
    tags = common.uniform(5, 0, count * 40).reshape(count, 40) < 0.1
    items = []
    for i in range(count):
        names = sorted({types[i]} | {int(j) for j in tags[i].nonzero()[0]})
        items.append({"workout_id": str(i + 1), "title": f"Workout {i + 1}", "workout_type": TYPES[types[i]],
                      "release_date": (date(2026, 1, 1) - timedelta(days=int(ages[i]))).isoformat(), "tags": [f"t{j}" for j in names]})
    (logs / "workouts.json").write_text(json.dumps(items))


def configure(logs):
    """The peer's segments, weights and list length."""
    config = {
        "name": "bench",
        "items": {"files": "workouts.json", "id": "workout_id", "title": "title",
                  "columns": {"workout_type": {"type": "category"}, "tags": {"type": "list"}, "release_date": {"type": "date"}}},
        "users": {"files": "users.csv", "id": "user_id", "columns": {"age_group": {"type": "category"}, "fitness_level": {"type": "category"}}},
        "events": [
            {"files": "sessions.csv", "user": "user_id", "item": "workout_id", "type": {"from": "completed", "values": {"1": ["complete"], "0": ["abandon"]}}},
            {"files": "feedback.csv", "user": "user_id", "item": "workout_id", "type": {"from": "liked", "values": {"1": ["like"], "0": ["dislike"]}}},
        ],
        "segments": {
            "dimensions": [
                {"name": "age_group", "side": "user", "column": "age_group", "input": "age", "label": "Age"},
                {"name": "fitness_level", "side": "user", "column": "fitness_level", "input": "level", "label": "Level"},
                {"name": "workout_type", "side": "item", "column": "workout_type", "input": "types", "label": "Types"},
            ],
            "backoff": [["age_group", "fitness_level"], ["workout_type"], []],
        },
        "score": {"completion": 0.5, "like": 0.3, "views": 0.2, "prior": {"alpha": 2, "beta": 5}, "freshness": {"column": "release_date", "decay": 0.01}},
        "rank": {"mmr": 0.7, "pool": 50, "similarity": ["tags"]},
        "limits": {"list": 5},
        "outputs": {"segment_recommendations": "segment_recommendations.csv"},
    }
    path = logs / "pocketrec.json"
    path.write_text(json.dumps(config))
    return path


def ours(config, folder, runs):
    """Best wall time and greatest peak over fresh bundles."""
    best, peak = float("inf"), 0.0
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600"}
    for _ in range(runs):
        bundle = folder / "bundle"
        shutil.rmtree(bundle, ignore_errors=True)
        words = [COMMAND, "train", str(config), "--out", str(bundle), "--quiet"]
        seconds, memory, _ = run(words, env=environment)
        best, peak = min(best, seconds), max(peak, memory)
    return best, peak


def bench(scale):
    """Peer and ours take turns, so that what else the machine does hits both; the best of each counts."""
    folder = WORK / f"training-{scale}"
    best = memory = their_best = their_memory = float("inf")
    for _ in range(4 if scale < 10 else 2):
        seconds, peak, logs = peer(scale, folder)
        their_best, their_memory = min(their_best, seconds), min(their_memory, peak)
        catalogue(logs)
        seconds, peak = ours(configure(logs), folder, 3)
        best, memory = min(best, seconds), min(memory, peak)
    line(f"training, {34287 * scale:,} sessions", f"{best:.3f} s", f"{their_best:.3f} s", f"<= {their_best / BARS.get(scale, 1):.3f} s")
    line("  times as fast as pandas in-process", f"{their_best / best:.1f} x", "1.0 x", f">= {BARS.get(scale, 1):g} x")
    line("  peak memory of the process", f"{memory:.0f} MiB", f"{their_memory:.0f} MiB", f"<= {their_memory / 2:.0f} MiB")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if not (NATIVE / "coldstart.py").exists():
        sys.exit(f"the peer {NATIVE}/coldstart.py is not there; set PR_ANCHORS to the folder that holds native/coldstart.py")
    for scale in os.environ.get("PR_BENCH_SCALES", "1 100").split():
        bench(int(scale))

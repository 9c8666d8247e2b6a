"""Weekly features: the whole command beside pandas as the reference project does it (read, weekly sums, decay, rates;
without specialities and goal matching), paired runs. Arguments: command, folder of `pocketrec synth trainers`, week."""
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import pandas as pd

KEYS = ["user_id", "trainer_id"]
SUMS = ["impressions", "clicks", "video_views", "likes", "watch"]


def rates(table, head=""):
    for name, part, whole in [("ctr", "clicks", "impressions"), ("view_rate", "video_views", "clicks"),
                              ("like_rate", "likes", "video_views")]:
        table[head + name] = (table[head + part] + 1) / (table[head + whole] + 20)
    return table


def faded(past, keys, head):
    return rates(past.groupby(keys)[SUMS].sum().add_prefix(head), head).reset_index()


def with_pandas(log, users, week):
    weekly = log.assign(watch=log.video_views * log.avg_watch_time)
    weekly = weekly.groupby([*KEYS, "week"], as_index=False)[SUMS].sum()
    past = weekly[weekly.week < week].copy()
    past[SUMS] = past[SUMS].mul(0.8 ** (week - 1 - past.week), axis=0)
    rows = weekly.loc[(weekly.week == week) & (weekly.impressions > 0), KEYS]
    for keys, head in [(KEYS, ""), (["trainer_id"], "item_"), (["user_id"], "user_")]:
        rows = rows.merge(faded(past, keys, head), on=keys, how="left")
    return rows.merge(users[["user_id", "goal"]], on="user_id", how="left")


def main():
    command, folder, week = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    ours, making, whole = [], [], []
    for _ in range(5):
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            subprocess.run([command, "features", folder / "pocketrec.json", "--week", str(week), "--out",
                            pathlib.Path(out) / "x.safetensors"], check=True, capture_output=True)
            ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        log = pd.read_csv(folder / "all_weeks_interactions.csv")
        users = pd.read_csv(folder / "users.csv")
        read = time.perf_counter()
        with_pandas(log, users, week)
        making.append(time.perf_counter() - read)
        whole.append(time.perf_counter() - start)
    for name, times in [("command", ours), ("pandas, features alone", making), ("pandas, with reading", whole)]:
        print(f"{name}: median {statistics.median(times):.3f} s (of {len(times)}: {min(times):.3f} to {max(times):.3f})")


if __name__ == "__main__":
    main()

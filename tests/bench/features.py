"""Weekly features beside pandas: the same features, from tables in memory, in turns. `./dev bench features` calls it.

pandas does it as the reference project does, with groupby, merge and get_dummies: weekly sums, decayed sums, smoothed rates, the
trainers' specialities as columns of 0 and 1, goal match, and what is known of trainer and user. Its matrix has as many columns as
ours but for spellings of specialities that ours puts together."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
import zipfile

import numpy as np
import pandas as pd

COMMAND = os.environ["PR_TEST_COMMAND"]
WORK = pathlib.Path(os.environ["PR_BENCH_WORK"]) / "features"
SCALES = [(2000, 200), (20000, 200)]
WEEKS, WEEK, REPEATS, DECAY = 8, 8, 5, 0.8
KEYS = ["user_id", "trainer_id"]
SUMS = ["impressions", "clicks", "video_views", "likes", "watch"]


def faded(past, keys, head):
    return past.groupby(keys, sort=False)[SUMS].sum().add_prefix(head).reset_index()


def rates(table, head, base):
    for name, part, whole, strength in [("ctr", "clicks", "impressions", 20), ("view_rate", "video_views", "clicks", 10),
                                        ("like_rate", "likes", "video_views", 10)]:
        table[head + name] = (table[head + part] + strength * base[name]) / (table[head + whole] + strength)
    table[head + "watch"] = table[head + "watch"] / table[head + "video_views"].where(table[head + "video_views"] > 0)
    return table


def logit(p):
    return np.log(p / (1 - p))


def with_pandas(log, users, trainers, synonyms, week):
    weekly = log.assign(watch=log.video_views * log.avg_watch_time).groupby([*KEYS, "week"], as_index=False, sort=False)[SUMS].sum()
    past = weekly[weekly.week < week]
    whole = past.groupby(KEYS, sort=False)[["impressions", "clicks"]].sum().add_prefix("all_").reset_index()
    clicked = past[past.clicks > 0].groupby(KEYS, sort=False).week.max().rename("last_click").reset_index()
    past = past.assign(**past[SUMS].mul(DECAY ** (week - 1 - past.week), axis=0))
    everyone = past[SUMS].sum()
    base = {"ctr": everyone.clicks / everyone.impressions, "view_rate": everyone.video_views / everyone.clicks,
            "like_rate": everyone.likes / everyone.video_views}
    shown = weekly.loc[(weekly.week == week) & (weekly.impressions > 0)]
    rows = shown[KEYS].merge(users[["user_id", "goal"]], on="user_id", how="left")
    rows = rows.merge(faded(past, KEYS, ""), on=KEYS, how="left").merge(whole, on=KEYS, how="left").merge(clicked, on=KEYS, how="left")
    rows[SUMS + ["all_impressions", "all_clicks"]] = rows[SUMS + ["all_impressions", "all_clicks"]].fillna(0)
    rows["weeks_since_click"] = week - rows.pop("last_click")
    rows = rates(rows, "", base)
    item = rates(faded(past, ["trainer_id"], "item_"), "item_", base)
    for name in ["impressions", "clicks", "video_views", "likes"]:
        item["item_" + name] *= len(trainers) / everyone[name]
    rows = rows.merge(item, on="trainer_id", how="left")
    rows = rows.merge(rates(faded(past, ["user_id"], "user_"), "user_", base), on="user_id", how="left")
    rows[["item_ctr", "user_ctr"]] = rows[["item_ctr", "user_ctr"]].fillna(base["ctr"])
    rows["expected_ctr"] = 1 / (1 + np.exp(-(logit(rows.item_ctr) + logit(rows.user_ctr) - logit(base["ctr"]))))
    rows["ctr_lift"] = (rows.clicks + 20 * rows.expected_ctr) / (rows.impressions + 20) - rows.expected_ctr
    flags = trainers.specialities.str.lower().str.replace(r"\s*[,;/&]\s*", "|", regex=True).str.get_dummies().add_prefix("sp__")
    matches = pd.DataFrame({
        goal: trainers.specialities.str.lower().str.contains("|".join(words), regex=True).astype(np.int8) for goal, words in synonyms.items()
    })
    matches.insert(0, "trainer_id", trainers.trainer_id)
    matches = matches.melt("trainer_id", var_name="goal", value_name="goal_match")
    rows = rows.merge(matches, on=["trainer_id", "goal"], how="left")
    columns = pd.concat([trainers[["trainer_id", "years_experience", "price", "rating"]], flags], axis=1)
    rows = rows.merge(columns, on="trainer_id", how="left")
    rows = pd.concat([rows, pd.get_dummies(rows.goal, prefix="goal_")], axis=1)
    labels = (shown.clicks > 0).to_numpy()
    return rows.drop(columns=[*KEYS, "goal"]).to_numpy(np.float32), labels


def make(users, trainers):
    folder = WORK / f"{users}x{trainers}"
    if not (folder / "pocketrec.json").exists():
        subprocess.run([COMMAND, "synth", "trainers", "--users", str(users), "--trainers", str(trainers), "--weeks", str(WEEKS), "--until",
                        "2025-04-30", "--out", folder], check=True, capture_output=True)
    return folder


def read_sheet(path):
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(path) as book:
        root = xml.fromstring(book.read("xl/worksheets/sheet1.xml"))
    head, *rows = [["".join(cell.itertext()) for cell in row.iter(main + "c")] for row in root.iter(main + "row")]
    table = pd.DataFrame(rows, columns=head)
    numbers = ["years_experience", "price", "rating"]
    return table.assign(**table[numbers].apply(pd.to_numeric))


def ours(folder):
    bench = pathlib.Path(COMMAND).parent / "tests" / "bench_features"
    duckdb = pathlib.Path(COMMAND).parent.parent / "duckdb"
    done = subprocess.run([bench, folder / "pocketrec.json", str(WEEK), "2", "5"], check=True, capture_output=True, text=True,
                          env={**os.environ, "POCKETREC_DUCKDB": str(duckdb)})
    lines = [line.split() for line in done.stdout.splitlines()]
    return min(float(line[0]) for line in lines), lines[0][3:5]


def main():
    for users, trainers in SCALES:
        folder = make(users, trainers)
        log, people = pd.read_csv(folder / "all_weeks_interactions.csv"), pd.read_csv(folder / "users.csv")
        config = json.loads((folder / "pocketrec.json").read_text())
        synonyms = {group[0]: group for group in config["ranking"]["goal"]["synonyms"]}
        table = read_sheet(folder / "Trainers.xlsx")
        mine, theirs = [], []
        for _ in range(REPEATS):
            seconds, shape = ours(folder)
            mine.append(seconds)
            start = time.perf_counter()
            matrix, _ = with_pandas(log, people, table, synonyms, WEEK)
            theirs.append(time.perf_counter() - start)
        ratio = statistics.median(theirs) / statistics.median(mine)
        print(f"{f'weekly features, {len(log):,} log rows':<46} {statistics.median(mine):>10.3f} s {statistics.median(theirs):>10.3f} s"
              f" {f'{ratio:.1f}x of 10x':>14}", flush=True)
        print(f"{'  rows and columns':<46} {' x '.join(shape):>12} {f'{matrix.shape[0]} x {matrix.shape[1]}':>12}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

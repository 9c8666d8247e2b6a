"""`pocketrec synth trainers`: formats, planted structure, lists shown with known chances, the same bytes everywhere."""
import hashlib
import json
import re
import xml.etree.ElementTree as xml
import zipfile

import numpy as np
import pandas as pd
import pytest

from project import run

# One hash of all files of seed 1 but the sheet, whose bytes are those of one DuckDB, and one of the sheet's cells. A new
# one means that everybody's sample logs change: say so in the change log.
HASH_OF_SEED_1 = "f654fa163e5adae9cb6484f1a83f88bb5e2b29ef3c3ff306ed6153a726e04791"
HASH_OF_SHEET_1 = "d838642b233ef68d33b7d8c84786b7a3b034bb8ee92ca0325a0a3f414deb43c2"

TEXTS = ["all_weeks_interactions.csv", "exploration.jsonl", "pocketrec.json", "truth/README.md", "truth/clicks.csv",
         "truth/trainers.csv", "users.csv"]
SHEET = "Trainers.xlsx"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_sheet(path):
    """The first sheet as a list of rows of texts."""
    with zipfile.ZipFile(path) as book:
        root = xml.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [["".join(cell.itertext()) for cell in row.iter(MAIN + "c")] for row in root.iter(MAIN + "row")]


def digest(folder):
    total = hashlib.sha256()
    for name in TEXTS:
        total.update((folder / name).read_bytes())
    return total.hexdigest()


def sheet_digest(folder):
    return hashlib.sha256(json.dumps(read_sheet(folder / SHEET)).encode()).hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("trainers")
    run("synth", "trainers", "--until", "2025-11-16", "--out", made)
    return made


@pytest.fixture(scope="module")
def tables(folder):
    users = pd.read_csv(folder / "users.csv", keep_default_na=False)
    sheet = read_sheet(folder / SHEET)
    trainers = pd.DataFrame(sheet[1:], columns=sheet[0])
    log = pd.read_csv(folder / "all_weeks_interactions.csv")
    clicks = pd.read_csv(folder / "truth/clicks.csv")
    planted = pd.read_csv(folder / "truth/trainers.csv")
    match = matrix(users, planted)
    for frame in (log, clicks):
        frame["u"] = frame.user_id.str[1:].astype(int) - 1
        frame["t"] = frame.trainer_id.str[1:].astype(int) - 1
        frame["match"] = match[frame.u, frame.t]
    return users, trainers, log, clicks, planted


def matrix(users, planted):
    """users x trainers: does the trainer offer the user's goal?"""
    offers = [set(goals.split(";")) for goals in planted.goals]
    of_goal = {goal: np.array([goal in o for o in offers]) for goal in set(users.goal)}
    return np.array([of_goal[goal] for goal in users.goal])


def test_the_same_bytes(folder, tmp_path):
    assert digest(folder) == HASH_OF_SEED_1
    assert sheet_digest(folder) == HASH_OF_SHEET_1
    run("synth", "trainers", "--until", "2025-11-16", "--out", tmp_path / "again")
    assert (tmp_path / "again" / SHEET).read_bytes() == (folder / SHEET).read_bytes()
    assert digest(tmp_path / "again") == HASH_OF_SEED_1
    run("synth", "trainers", "--until", "2025-11-16", "--seed", 2, "--out", tmp_path / "other")
    assert digest(tmp_path / "other") != HASH_OF_SEED_1
    assert sheet_digest(tmp_path / "other") != HASH_OF_SHEET_1


def test_the_references_formats(folder, tables):
    users, trainers, log, clicks, planted = tables
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()) == sorted([*TEXTS, SHEET])
    assert list(users.columns) == ["user_id", "goal", "age", "level", "city"] and len(users) == 2000
    assert list(trainers.columns) == ["trainer_id", "name", "specialities", "years_experience", "price", "rating",
                                      "city", "bio"] and len(trainers) == 200
    lines = (folder / "all_weeks_interactions.csv").read_text().splitlines()
    assert lines[0] == "user_id,trainer_id,week,impressions,clicks,video_views,avg_watch_time,likes"
    assert all(re.fullmatch(r"U\d+,T\d+,\d+,[1-4],\d,\d,0\.\d{3},\d", line) for line in lines[1:])
    assert users.user_id.is_unique and trainers.trainer_id.is_unique and trainers.name.nunique() == 200
    assert not log.duplicated(["user_id", "trainer_id", "week"]).any()
    assert sorted(log.week.unique()) == list(range(1, 9))
    assert len(clicks) == 2000 * 200 and clicks.chance.between(0, 1).all()
    assert trainers.years_experience.astype(int).between(1, 35).all()
    assert trainers.rating.astype(float).between(2.5, 5).all() and trainers.price.astype(float).between(15, 150).all()


def test_the_funnel(tables):
    log = tables[2]
    assert (log.clicks <= log.impressions).all() and (log.video_views <= log.clicks).all()
    assert (log.likes <= log.video_views).all()
    assert (log.avg_watch_time[log.video_views == 0] == 0).all()
    assert log.avg_watch_time[log.video_views > 0].between(0.01, 0.99).all()


def test_specialities_are_spelt_freely_and_still_found(folder, tables):
    """With the configuration's separators and synonyms, a goal finds exactly the trainers who are there for it."""
    _, trainers, _, _, planted = tables
    config = json.loads((folder / "pocketrec.json").read_text())
    separators = config["items"]["columns"]["specialities"]["separators"]
    groups = config["ranking"]["goal"]["synonyms"]
    assert trainers.specialities.nunique() > 150
    assert all(trainers.specialities.str.contains(re.escape(s)).any() for s in separators)

    def words(text):
        return set(re.findall(r"[a-z]+", text.lower()))

    for offered, goals in zip(trainers.specialities, planted.goals):
        values = [words(value) for value in re.split(f"[{separators}]", offered)]
        found = {group[0] for group in groups if any(words(phrase) <= v for phrase in group for v in values)}
        assert found == set(goals.split(";")), offered


def test_goal_match_has_the_planted_odds(folder, tables):
    """What a match adds to the log-odds of the planted chances, users and trainers held fixed; and in the log itself the
    odds ratio is the one that the chances of the shown pairs say."""
    _, _, log, clicks, _ = tables
    readme = (folder / "truth/README.md").read_text()
    planted = float(re.search(r"\| goal match \| ([\d.]+) \|", readme)[1])
    odds = np.log(clicks.chance / (1 - clicks.chance)).to_numpy().reshape(2000, 200)
    match = clicks.match.to_numpy(float).reshape(2000, 200)

    def within(x):
        return x - x.mean(1, keepdims=True) - x.mean(0, keepdims=True) + x.mean()

    estimate = (within(odds) * within(match)).sum() / (within(match) ** 2).sum()
    assert abs(estimate - planted) < 0.02
    both = log.merge(clicks[["u", "t", "chance"]], on=["u", "t"])
    both["expected"] = both.chance * both.impressions
    sums = both.groupby("match")[["impressions", "clicks", "expected"]].sum()

    def log_odds(column):
        return np.log(sums[column] / (sums.impressions - sums[column]))

    seen, said = log_odds("clicks"), log_odds("expected")
    error = np.sqrt((1 / sums.clicks + 1 / (sums.impressions - sums.clicks)).sum())
    assert abs((seen[True] - seen[False]) - (said[True] - said[False])) < 4 * error + 0.02  # 0.02: the weeks' drift
    assert seen[True] - seen[False] > 0.8


def test_chances_are_click_rates(tables):
    """In each tenth of the shown pairs by chance, the click rate is the mean chance: within 4 standard errors and what
    the drift of trainers by the week may do to it."""
    _, _, log, clicks, _ = tables
    both = log.merge(clicks[["u", "t", "chance"]], on=["u", "t"])
    both["tenth"] = pd.qcut(both.chance, 10, labels=False)
    for _, group in both.groupby("tenth"):
        trials = group.impressions.sum()
        chance = np.average(group.chance, weights=group.impressions)
        error = np.sqrt(chance * (1 - chance) / trials)
        assert abs(group.clicks.sum() / trials - chance) < 4 * error + 0.01 * chance


def test_it_looks_real(tables):
    users, _, log, _, _ = tables
    shown = log.groupby("user_id").impressions.sum()
    clicked = log.groupby("trainer_id").clicks.sum()
    assert shown.quantile(0.99) > 3.5 * shown.median() and clicked.quantile(0.99) > 5 * clicked.median()
    assert 20 < len(log) / log.groupby(["user_id", "week"]).ngroups < 30
    assert 0 < len(users) - log.user_id.nunique() < 150  # people of whom nothing is known
    rates = log.groupby("week").clicks.sum() / log.groupby("week").impressions.sum()
    assert rates.max() / rates.min() < 1.1
    watched = log[log.video_views > 0].groupby("match").avg_watch_time.mean()
    assert watched[True] > watched[False] + 0.05


def requests(folder):
    return [json.loads(line) for line in (folder / "exploration.jsonl").read_text().splitlines()]


def test_the_logging_policy(folder, tables):
    """Pools are the matching trainers, filled up to 30, by popularity; propensities are those of the policy."""
    users, _, log, _, planted = tables
    match = matrix(users, planted)
    by_week = log.pivot_table(index="t", columns="week", values="clicks", aggfunc="sum", fill_value=0)
    popular = np.zeros(200)
    popular[by_week.index] = sum(by_week[week] * 0.8 ** (8 - week) for week in range(1, 9))
    order = np.lexsort((np.arange(200), -np.round(popular, 6)))
    explored = 0
    for number, request in enumerate(requests(folder)):
        assert request["user_id"] == f"U{number + 1}" and request["week"] == 9
        assert request["goal"] == (users.goal[number] or None)
        mine = match[number] if users.goal[number] else np.ones(200, bool)
        others = max(0, 30 - mine.sum()) if users.goal[number] else 0
        fill = [t for t in order if not mine[t]][:others]
        pool = [f"T{t + 1}" for t in order if mine[t] or t in fill]
        assert request["pool"] == pool
        left = list(pool)
        assert len(request["shown"]) == 5
        for place in request["shown"]:
            best = place["id"] == left[0]
            assert place["propensity"] == pytest.approx(0.8 * best + 0.2 / len(left), rel=1e-8)
            explored += not best
            left.remove(place["id"])
    share = explored / (5 * len(users))
    assert abs(share - 0.2 * (1 - 1 / 50)) < 0.015


def test_clicks_of_the_exploration_are_drawn_from_the_truth(folder, tables):
    chances = tables[3].chance.to_numpy().reshape(2000, 200)
    shown = [(int(r["user_id"][1:]) - 1, int(p["id"][1:]) - 1, p["clicked"]) for r in requests(folder)
             for p in r["shown"]]
    chance = np.array([chances[u, t] for u, t, _ in shown])
    clicked = np.array([c for _, _, c in shown])
    z = (clicked.sum() - chance.sum()) / np.sqrt((chance * (1 - chance)).sum())
    assert abs(z) < 4
    half = chance > np.median(chance)
    assert clicked[half].mean() > clicked[~half].mean() + 0.1


def test_the_week_after_the_log_begins_after_the_last_day(folder):
    start = json.loads((folder / "pocketrec.json").read_text())["weekly"]["start"]
    assert pd.Timestamp(start) + pd.Timedelta(days=7 * 8) == pd.Timestamp("2025-11-17")


def test_other_sizes(tmp_path):
    run("synth", "trainers", "--users", 3, "--trainers", 2, "--weeks", 1, "--out", tmp_path / "tiny")
    assert len(read_sheet(tmp_path / "tiny" / SHEET)) == 3
    assert all(len(r["shown"]) <= 2 for r in requests(tmp_path / "tiny"))
    run("synth", "trainers", "--users", 50, "--trainers", 1200, "--weeks", 2, "--out", tmp_path / "wide")
    assert len(read_sheet(tmp_path / "wide" / SHEET)) == 1201


def test_it_trains_as_it_is(folder, tmp_path):
    done = run("train", folder / "pocketrec.json", "--out", tmp_path / "bundle")
    assert "0 rows rejected" in done.stderr
    assert not (folder / "rejects.csv").exists()

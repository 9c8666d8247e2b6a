"""`pocketrec synth workouts`: formats, exact sizes, planted truth, the same bytes everywhere."""
import hashlib
import json
import re

import numpy as np
import pandas as pd
import pytest

from project import run

# One hash of all files of seed 1 at the reference's size, in the order of their names. A new one means that everybody's
# sample logs change: say so in the change log.
HASH_OF_SEED_1 = "dc2e4bf0de2645ba871cb8d1b5b2c3336e13113f91bae91297bddd298425e882"

FILES = ["augmented_workouts.json", "feedback.csv", "pocketrec.json", "sessions.csv", "truth/affinity.csv",
         "truth/instructors.csv", "users.csv"]


def digest(folder):
    total = hashlib.sha256()
    for name in FILES:
        total.update((folder / name).read_bytes())
    return total.hexdigest()


def read(folder):
    items = pd.DataFrame(json.loads((folder / "augmented_workouts.json").read_text(encoding="utf-8")))
    users, sessions, feedback = (pd.read_csv(folder / f"{n}.csv", dtype={"workout_id": str})
                                 for n in ("users", "sessions", "feedback"))
    return items, users, sessions, feedback


@pytest.fixture(scope="module")
def logs(synthetic):
    return read(synthetic)


def test_the_same_bytes(synthetic, tmp_path):
    assert sorted(str(p.relative_to(synthetic)) for p in synthetic.rglob("*") if p.is_file() and
                  str(p.relative_to(synthetic)) in FILES) == FILES
    assert digest(synthetic) == HASH_OF_SEED_1
    run("synth", "workouts", "--out", tmp_path / "a", "--seed", 2)
    assert digest(tmp_path / "a") != HASH_OF_SEED_1


def test_the_references_size(logs):
    items, users, sessions, feedback = logs
    assert [len(x) for x in logs] == [600, 2000, 34287, 14368]
    both = sessions.merge(users, on="user_id").merge(items, on="workout_id", suffixes=("", "_item"))
    assert len(both) == len(sessions)
    assert len(both.groupby(["age_group", "fitness_level", "workout_type"])) == 144


def test_the_references_formats(synthetic, logs):
    items, *_ = logs
    lines = {name: (synthetic / f"{name}.csv").read_text(encoding="utf-8").splitlines()
             for name in ("users", "sessions", "feedback")}
    assert lines["users"][0] == "user_id,age_group,fitness_level,preferred_types"
    assert lines["sessions"][0] == "session_id,user_id,workout_id,completed,timestamp"
    assert lines["feedback"][0] == "feedback_id,session_id,user_id,workout_id,liked,feedback_time"
    day = r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d"
    user = re.compile(r"\d+,(18-25|26-35|36-45|46-55|56-65|65\+),(Beginner|Intermediate|Advanced),"
                      r'([a-z]+|"[a-z]+(,[a-z]+)+")')
    assert all(user.fullmatch(line) for line in lines["users"][1:])
    assert all(re.fullmatch(rf"\d+,\d+,\d+,[01],{day}\.\d{{6}}", line) for line in lines["sessions"][1:])
    assert all(re.fullmatch(rf"\d+,\d+,\d+,\d+,[01],{day}Z", line) for line in lines["feedback"][1:])
    assert set(items.workout_type) == {"yoga", "cycling", "cardio", "walking", "boxing", "strength", "pilates", "hiit"}
    assert items.workout_id.map(type).eq(str).all() and items.workout_id.is_unique
    assert items.duration.between(10, 60).all() and items.tags.map(len).between(1, 5).all()
    assert items.title.nunique() == 600 and items.instructor.nunique() == 40 == items.instructor_id.nunique()


def test_feedback_belongs_to_sessions(logs):
    items, _, sessions, feedback = logs
    assert feedback.session_id.is_unique
    both = feedback.merge(sessions, on="session_id", suffixes=("", "_session"))
    assert len(both) == len(feedback)
    assert (both.user_id == both.user_id_session).all() and (both.workout_id == both.workout_id_session).all()
    assert (pd.to_datetime(both.feedback_time).dt.tz_localize(None) > pd.to_datetime(both.timestamp)).all()
    dated = sessions.merge(items, on="workout_id")
    assert (pd.to_datetime(dated.timestamp) >= pd.to_datetime(dated.release_date)).all()


def test_popularity_is_steep_and_segments_differ_in_size(logs):
    items, users, sessions, _ = logs
    counts = sessions.workout_id.value_counts()
    assert counts.head(60).sum() > 0.4 * len(sessions)
    people = users.groupby(["age_group", "fitness_level"]).size()
    assert people["65+", "Advanced"] < 0.25 * people.max()


def test_truth_is_in_the_logs(synthetic, logs):
    items, users, sessions, feedback = logs
    truth = pd.read_csv(synthetic / "truth/affinity.csv", dtype={"workout_id": str})
    assert len(truth) == 18 * 600 and truth.segment_key.nunique() == 144
    assert (truth.relevance > 0).all()
    assert (truth.relevance < truth[["like_probability", "complete_probability"]].min(axis=1)).all()
    outcomes = ((sessions, "completed", "complete_probability"), (feedback, "liked", "like_probability"))
    for log, outcome, column in outcomes:
        both = log.merge(users, on="user_id").merge(items, on="workout_id", suffixes=("", "_item"))
        both["segment_key"] = both.age_group + "|" + both.fitness_level + "|" + both.workout_type
        both = both.merge(truth, on=["segment_key", "workout_id"])
        low, high = (both[both[column].between(*b)] for b in ((0.0, 0.3), (0.7, 1.0)))
        assert low[outcome].mean() < 0.35 and high[outcome].mean() > 0.7
        assert np.corrcoef(both[outcome], both[column])[0, 1] > 0.3


def test_bad_instructors_are_abandoned(synthetic, logs):
    items, _, sessions, _ = logs
    planted = pd.read_csv(synthetic / "truth/instructors.csv").set_index("instructor_id")
    abandoned = 1 - sessions.merge(items, on="workout_id").groupby("instructor_id").completed.mean()
    bad = planted.bad == 1
    assert bad.sum() == 4
    assert abandoned[planted.index[bad]].min() > 0.6 and abandoned[planted.index[~bad]].max() < 0.5


@pytest.mark.parametrize("sizes", [(1, 1, 0, 0), (3, 2, 40, 40), (50, 9, 1000, 1), (5000, 4000, 20000, 20000)])
def test_any_size(tmp_path, sizes):
    users, workouts, sessions, feedback = sizes
    run("synth", "workouts", "--users", users, "--workouts", workouts, "--sessions", sessions, "--feedback", feedback,
        "--seed", 9, "--out", tmp_path)
    assert [len(x) for x in read(tmp_path)] == [workouts, users, sessions, feedback]
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("arguments, status", [
    (["workouts"], 2), (["gardens", "--out", "x"], 2), (["workouts", "--users", "0", "--out", "x"], 2),
    (["workouts", "--sessions", "5", "--feedback", "6", "--out", "x"], 2), (["workouts", "--out", "/proc/none"], 5)])
def test_wrong_use(tmp_path, monkeypatch, arguments, status):
    monkeypatch.chdir(tmp_path)
    done = run("synth", *arguments, status=status)
    assert done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())

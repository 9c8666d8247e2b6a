"""segment_recommendations.csv of `pocketrec train` equals an independent computation from the same logs."""
import numpy as np
import pandas as pd
import pytest

import segment_recommendations as oracle
from project import NOW

TOLERANCE = 1e-6

CHANGES = {
    "default": {},
    "everyone": {"limits.min_users": 1},
    "weights": {"score.completion": 0.2, "score.like": 0.7, "score.views": 0.05,
                "score.prior": {"alpha": 1, "beta": 1}},
    "raw": {"score.prior": "none", "limits.min_users": 1},
    "diverse": {"rank.mmr": 0.2, "limits.list": 10},
    "relevant": {"rank.mmr": 1.0, "rank.pool": 8, "limits.list": 8},
    "novel": {"rank.mmr": 0.0, "limits.list": 7, "limits.min_users": 3},
    "timeless": {"score.freshness": {"column": "release_date", "decay": 0.0}},
}


def read(path):
    return pd.read_csv(path, dtype={"workout_id": str, "score": float})


def compare(table, folder, config, now=NOW):
    """Every row has the right score and every choice is a best one: a tie may be broken either way."""
    segments, items = oracle.segments(folder, config, now)
    number = dict(zip(items.workout_id, items.item))
    got = {key: group for key, group in table.groupby("segment_key", sort=False)}
    assert list(got) == list(segments), "the segments and their order"
    exact = rows = 0
    for key, segment in segments.items():
        place = {item: i for i, item in enumerate(segment.items)}
        chosen = [place[number[i]] for i in got[key].workout_id]
        assert len(chosen) == segment.wanted and len(set(chosen)) == len(chosen), key
        assert np.allclose(got[key].score, segment.scores[chosen], rtol=0, atol=TOLERANCE), key
        for k, pick in enumerate(chosen):
            worth = segment.values(chosen[:k])
            assert worth[pick] >= worth.max() - 1e-9, f"{key}, rank {k + 1}"
        rows += len(chosen)
        exact += sum(a == b for a, b in zip(chosen, segment.picks()))
    return exact, rows


@pytest.mark.parametrize("name", CHANGES)
def test_synthetic_logs(synthetic, train, name):
    config, table, _ = train(synthetic, name, CHANGES[name])
    exact, rows = compare(read(table), synthetic, config)
    assert rows > 500 and exact == rows


@pytest.mark.parametrize("name", CHANGES)
def test_awkward_logs(made, train, name):
    config, table, _ = train(made, name, CHANGES[name])
    exact, rows = compare(read(table), made, config)
    assert rows > 50 and exact >= 0.98 * rows  # sums in another order break some ties the other way


def test_at_another_time(made_earlier, train):
    now = NOW - 200 * 86400 + 43200  # noon, before half of the items came out
    config, table, _ = train(made_earlier, now=now)
    exact, rows = compare(read(table), made_earlier, config, now)
    assert exact >= 0.98 * rows


def test_form_of_the_file(synthetic, train):
    _, table, _ = train(synthetic)
    text = table.read_bytes()
    assert text.startswith(b"segment_key,workout_id,score\n") and text.endswith(b"\n") and b"\r" not in text
    rows = read(table)
    assert rows.segment_key.nunique() == 144
    assert rows.groupby("segment_key").size().max() == 5
    assert rows.score.notna().all() and not rows.duplicated(["segment_key", "workout_id"]).any()
    assert [line.count(b",") for line in text.splitlines()] == [2] * (len(rows) + 1)


def test_the_oracle_on_a_case_by_hand(tmp_path):
    """Two people, two items, everything computed on paper."""
    items = pd.DataFrame({"workout_id": ["a", "b"], "workout_type": "yoga", "tags": [["x", "y"], ["x"]],
                          "release_date": ["2025-04-30", "2025-04-21"]})
    users = pd.DataFrame({"user_id": ["1", "2"], "age_group": "18-25", "fitness_level": "Beginner"})
    sessions = pd.DataFrame({"user_id": list("1122"), "workout_id": list("abab"), "completed": [1, 0, 1, 1]})
    sessions = pd.concat([sessions, sessions.iloc[[3]]])  # b once more: a 2 starts, b 3
    feedback = pd.DataFrame({"user_id": ["1"], "workout_id": ["a"], "liked": [1]})
    config = {"score": {"completion": 0.5, "like": 0.4, "views": 0.1, "prior": {"alpha": 2, "beta": 5},
                        "freshness": {"decay": 0.01}}, "limits": {"min_users": 2}}
    numbered = oracle.number_items(items, sessions)
    assert list(numbered.workout_id) == ["b", "a"]
    cells = oracle.score_cells(oracle.count_cells(numbered, users, sessions, feedback), numbered, config, NOW)
    spread = 1 / np.sqrt(2)  # (3 - 2.5) / (sample deviation √½)
    b = (0.5 * 2 / 3 + 0.4 * 2 / 7 + 0.1 * spread) * np.exp(-0.01 * 10)
    a = (0.5 * 1 + 0.4 * 3 / 8 - 0.1 * spread) * np.exp(-0.01 * 1)
    assert np.allclose(cells.score, [b, a], atol=1e-12)
    assert np.allclose(oracle.tag_cosines(numbered), [[1, 1 / np.sqrt(2)], [1 / np.sqrt(2), 1]])

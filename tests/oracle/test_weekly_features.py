"""`pocketrec features` against data/sql/weekly_features.sql, run by DuckDB, on a made log."""
import json

import duckdb
import numpy as np
import pandas as pd
import pytest

from project import ROOT, run

USERS, TRAINERS = 150, 40


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trainers")
    run("synth", "trainers", "--users", USERS, "--trainers", TRAINERS, "--until", "2025-04-30", "--out", folder)
    return folder


def by_sql(log, week):
    config = json.loads((log / "pocketrec.json").read_text())
    weekly = pd.read_csv(log / "all_weeks_interactions.csv").drop_duplicates()
    weekly["watch"] = (weekly.video_views * weekly.avg_watch_time.fillna(0) * 1000 + 0.5).astype("int64")
    weekly = weekly.rename(columns={"video_views": "views"})
    engine = duckdb.connect()
    engine.register("weekly", weekly)
    sql = (ROOT / "data/sql/weekly_features.sql").read_text()
    ranking = config.get("ranking", {})
    smoothing = {"ctr": 20, "view_rate": 10, "like_rate": 10, **ranking.get("smoothing", {})}
    return engine.execute(sql, {"week": week, "decay": ranking.get("decay", 0.8), "trainers": TRAINERS,
                                "min_users": config.get("limits", {}).get("min_users", 5), **smoothing}).df()


@pytest.mark.parametrize("week", [2, 5, 8])
def test_features_are_those_of_the_sql(log, tmp_path, week):
    run("features", log / "pocketrec.json", "--week", week, "--out", tmp_path / "x.csv")
    ours = pd.read_csv(tmp_path / "x.csv").rename(columns={"item_id": "trainer_id"})
    theirs = by_sql(log, week)
    keys = ["user_id", "trainer_id"]
    both = [table.sort_values(keys, ignore_index=True) for table in (ours, theirs)]
    assert len(both[0]) > 100 and both[0][keys].equals(both[1][keys])
    for name in theirs.columns.drop(keys):
        np.testing.assert_allclose(both[0][name].astype(float), both[1][name].astype(float), rtol=2e-6, atol=1e-7,
                                   equal_nan=True, err_msg=name)

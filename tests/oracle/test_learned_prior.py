"""`"prior": "learned"`: the fit and the scores under it equal an independent computation."""
import numpy as np
import pandas as pd
import pytest

import learned_prior
import segment_recommendations as oracle
from bundle import Bundle
from project import NOW


@pytest.fixture(scope="module", params=["synthetic", "made"])
def world(request, train):
    folder = request.getfixturevalue(request.param)
    config, table, bundle = train(folder, "learned", {"score.prior": "learned"})
    items, users, sessions, feedback = oracle.read_logs(folder)
    items = oracle.number_items(items, sessions)
    cells = oracle.count_cells(items, users, sessions, feedback)
    events = pd.concat([sessions, feedback]).merge(users, on="user_id")
    events = events.merge(items, on="workout_id", suffixes=("", "_item"))
    events["segment"] = events.age_group + "|" + events.fitness_level + "|" + events.workout_type
    counts = learned_prior.Counts(cells, items, events, config["limits"]["min_users"])
    return config, table, Bundle(bundle).manifest["model"], items, counts


@pytest.mark.parametrize("rate", ["like", "completion"])
def test_the_fit(world, rate):
    _, _, model, _, counts = world
    want = learned_prior.fit(counts, rate)
    assert model[rate]["mean"] == pytest.approx(want["mean"], rel=1e-8)
    for name in ("item_strength", "row_strength", "cell_strength"):
        assert model[rate][name] == pytest.approx(want[name], rel=0.01), name


def test_the_scores(world):
    config, table, model, items, counts = world
    least, weights = config["limits"]["min_users"], config["score"]
    kept = counts.cells[counts.cells.people >= least].reset_index(drop=True)
    views = kept.groupby("segment").started.transform(oracle.z_scores)
    release = pd.to_datetime(items.set_index("item").release_date, utc=True).map(lambda t: t.timestamp())
    days = np.floor((NOW - kept.item.map(release)) / 86400).clip(lower=0)
    rates = {rate: learned_prior.posterior(counts, kept, rate, model[rate]) for rate in learned_prior.RATES}
    score = sum(weights[rate] * value for rate, value in rates.items())
    kept["score"] = (score + weights["views"] * views) * np.exp(-weights["freshness"]["decay"] * days)
    cosines = oracle.tag_cosines(items)
    got = pd.read_csv(table, dtype={"workout_id": str})
    number = dict(zip(items.workout_id, items.item))
    for key, cells in kept.groupby("segment"):
        segment = oracle.Segment(cells, cosines, config)
        place = {item: i for i, item in enumerate(segment.items)}
        rows = got[got.segment_key == key]
        chosen = [place[number[i]] for i in rows.workout_id]
        assert len(chosen) == segment.wanted
        assert np.allclose(rows.score, segment.scores[chosen], rtol=0, atol=1e-6), key
        for k, pick in enumerate(chosen):
            worth = segment.values(chosen[:k])
            assert worth[pick] >= worth.max() - 1e-9, f"{key}, rank {k + 1}"

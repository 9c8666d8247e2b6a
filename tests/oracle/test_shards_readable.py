"""Python's safetensors package reads every shard; what they say agrees with the logs; nobody can be found in them."""
import hashlib

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file
from scipy import stats

import segment_recommendations as oracle
from bundle import Bundle

COUNTS = ["started", "completed", "rated", "liked"]


@pytest.fixture(scope="module", params=["synthetic", "made"])
def world(request, train):
    """Logs, their configuration, the bundle trained on them, and all events with their segment's parts."""
    folder = request.getfixturevalue(request.param)
    config, _, bundle = train(folder)
    items, users, sessions, feedback = oracle.read_logs(folder)
    items = oracle.number_items(items, sessions)
    events = pd.concat([sessions.assign(started=1, rated=0, liked=0),
                        feedback.assign(started=0, completed=0, rated=1)], ignore_index=True)
    events = events.merge(users, on="user_id").merge(items, on="workout_id", suffixes=("", "_item"))
    return folder, config, Bundle(bundle), items, events


def summed(events, key):
    """Counts and distinct people by `key`."""
    grouped = events.groupby(key)
    return grouped[COUNTS].sum().astype(int).assign(people=grouped.user_id.nunique())


def test_every_shard_opens_and_is_the_promised_one(world):
    _, _, bundle, _, _ = world
    assert {s["table"] for s in bundle.manifest["shards"]} >= {"items", "item_ids", "dictionaries", "segments", "terms"}
    for shard in bundle.manifest["shards"]:
        path = bundle.folder / shard["file"]
        data = path.read_bytes()
        assert len(data) == shard["bytes"] and hashlib.sha256(data).hexdigest() == shard["sha256"]
        assert path.name == f"{shard['table']}-{shard['sha256'][:16]}.safetensors"
        tensors = load_file(path)
        numbers = [t for name, t in tensors.items() if t.dtype.kind == "f" and not name.startswith("column.")]
        assert tensors and all(np.isfinite(t).all() for t in numbers)


def test_items_are_the_catalogue_in_order_of_popularity(world):
    _, config, bundle, items, events = world
    assert bundle.manifest["items"] == len(items)
    assert bundle.texts("items", "id") == list(items.workout_id)
    assert bundle.texts("items", "column.title") == list(items.title)
    counts = summed(events, "item").reindex(items.item, fill_value=0)
    counts[counts.people < config["limits"]["min_users"]] = 0
    for name in COUNTS:
        assert (bundle.column("items", name) == counts[name].to_numpy()).all(), name
    days = pd.to_datetime(items.release_date).astype("datetime64[s]").astype("int64") // 86400
    assert (bundle.column("items", "column.release_date.values") == days.to_numpy()).all()
    assert (bundle.column("items", "column.duration.values") == items.duration.to_numpy()).all()


def test_categories_and_lists(world):
    _, _, bundle, items, _ = world
    dictionary = bundle.texts("dictionaries", "workout_type")
    assert dictionary == sorted(set(items.workout_type), key=str.encode)
    codes = bundle.column("items", "column.workout_type.codes")
    assert [dictionary[c] for c in codes] == list(items.workout_type)
    tags, got = bundle.texts("dictionaries", "tags"), []
    for tensors in bundle.shards("items"):
        offsets, codes = tensors["column.tags.offsets"].astype(int), tensors["column.tags.codes"]
        got += [[tags[c] for c in codes[a:b]] for a, b in zip(offsets, offsets[1:])]
    assert got == [sorted(t, key=str.encode) for t in items.tags]


def test_segments_hold_what_the_logs_say(world):
    _, config, bundle, _, events = world
    least = config["limits"]["min_users"]
    dimensions = [d["name"] for d in config["segments"]["dimensions"]]
    rows = {key: rest for key, *rest in bundle.rows()}
    assert list(rows) == sorted(rows, key=str.encode)
    expected = set()
    for kept in [dimensions, *(b for b in config["segments"]["backoff"] if b)]:
        parts = [events[d] if d in kept else pd.Series("*", index=events.index) for d in dimensions]
        keyed = events.assign(key=parts[0].str.cat(parts[1:], sep="|"))
        totals = summed(keyed, "key")
        cells = summed(keyed, ["key", "item"])
        cells = cells[cells.people >= least]
        expected |= set(totals.index) if kept != dimensions else set(cells.index.get_level_values("key"))
        for key, published in cells.groupby(level="key"):
            total, views, got = rows[key]
            published = published.droplevel("key").sort_index()
            assert (got["item"] == published.index).all(), key
            assert all((got[name] == published[name]).all() for name in COUNTS), key
            assert (total == (totals.loc[key, COUNTS] if totals.people[key] >= least else 0)).all(), key
            assert views[0] == pytest.approx(published.started.mean(), rel=1e-12)
            deviation = published.started.std(ddof=1) if published.started.nunique() > 1 else 0.0
            assert views[1] == pytest.approx(deviation, rel=1e-9)
    everyone = "|".join("*" for _ in dimensions)
    assert set(rows) <= expected | {everyone}
    # the row of everyone: totals, and views over the items that enough people stand behind, but no cells
    total, views, got = rows[everyone]
    of_items = summed(events, "item")
    published = of_items[of_items.people >= least]
    assert len(got["item"]) == 0
    assert (total == events[COUNTS].sum()).all()
    assert views[0] == pytest.approx(published.started.mean(), rel=1e-12)
    assert views[1] == pytest.approx(published.started.std(ddof=1), rel=1e-9)


def test_flagged_instructors(world):
    folder, config, bundle, items, events = world
    rule = config["rules"]["flag"]
    sessions = events[events.started == 1]
    by = sessions.groupby("instructor")
    expected = pd.DataFrame({"started": by.size(), "abandoned": by.size() - by.completed.sum(),
                             "people": by.user_id.nunique()})
    expected = expected[expected.people >= config["limits"]["min_users"]]
    names = bundle.texts("dictionaries", "instructor")
    (groups,) = bundle.shards("groups")
    assert [names[c] for c in groups["code"]] == sorted(expected.index, key=str.encode)
    for i, name in enumerate(names[c] for c in groups["code"]):
        started, abandoned = int(expected.started[name]), int(expected.abandoned[name])
        assert (groups["started"][i], groups["abandoned"][i]) == (started, abandoned)
        want = stats.binomtest(abandoned, started).proportion_ci(rule["confidence"], method="wilson")
        assert groups["low"][i] == pytest.approx(want.low, abs=1e-8)
        assert groups["high"][i] == pytest.approx(want.high, abs=1e-8)
        assert groups["flagged"][i] == (started >= rule["minimum_started"] and want.low > rule["threshold"])
    if (folder / "truth").exists():
        planted = pd.read_csv(folder / "truth/instructors.csv").set_index("instructor_id").bad
        bad = set(items[items.instructor_id.map(planted) == 1].instructor)
        assert {names[c] for c, flagged in zip(groups["code"], groups["flagged"]) if flagged} == bad


def test_nobody_is_in_the_bundle(made, train):
    """The users' ids of these logs are addresses, so that they cannot be mistaken for anything else."""
    _, table, bundle = train(made)
    assert "@example.org" in (made / "users.csv").read_text()
    for path in [*bundle.iterdir(), table]:
        assert b"example.org" not in path.read_bytes(), path.name


@pytest.mark.parametrize("least", [2, 5, 20])
def test_no_count_with_fewer_people_than_promised(made, train, least):
    """Recomputed from the logs: enough different people stand behind every number that is published."""
    config, table, folder = train(made, f"at-least-{least}", {"limits.min_users": least})
    bundle = Bundle(folder)
    items, users, sessions, feedback = oracle.read_logs(made)
    items = oracle.number_items(items, sessions)
    events = pd.concat([sessions, feedback]).merge(users, on="user_id")
    events = events.merge(items, on="workout_id", suffixes=("", "_item"))
    people = events.groupby("item").user_id.nunique()
    published = np.flatnonzero(bundle.column("items", "started") + bundle.column("items", "rated"))
    assert people.loc[published].min() >= least
    for key, total, _, cells in bundle.rows():
        inside = events
        for name, value in zip(("age_group", "fitness_level", "workout_type"), key.split("|")):
            inside = inside[inside[name] == value] if value != "*" else inside
        if total.any():
            assert inside.user_id.nunique() >= least, key
        behind = inside.groupby("item").user_id.nunique()
        assert len(cells["item"]) == 0 or behind.loc[cells["item"]].min() >= least, key
    behind = sessions.merge(items, on="workout_id").groupby("instructor").user_id.nunique()
    names = bundle.texts("dictionaries", "instructor")
    for shard in bundle.shards("groups"):
        assert all(behind[names[c]] >= least for c in shard["code"])
    rows = pd.read_csv(table).merge(items, on="workout_id")
    cells = events.assign(segment_key=events.age_group + "|" + events.fitness_level + "|" + events.workout_type)
    behind = cells.groupby(["segment_key", "item"]).user_id.nunique()
    assert all(behind[key, item] >= least for key, item in zip(rows.segment_key, rows.item))

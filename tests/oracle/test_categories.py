"""The table of categories against a count of its own, and where a category's page looks for what a visitor likes."""
import json
import math
import string

import numpy as np
import pytest

from bundle import Bundle
from project import NOW, run
from small_bert import CONFIG, write_model

WORDS = [*"[PAD] [UNK] [CLS] [SEP] [MASK]".split(), *string.ascii_lowercase, *("##" + letter for letter in string.ascii_lowercase)]
ITEMS, POOL = 900, 50
WIDE, NARROW = ["x/y & z", "huge", "few"], [f"n{k}" for k in range(9)]
PAGE = "/api/v1/recommendations/category/"


def write_data(folder, rng):
    """Items in a wide category and in none to three narrow ones; half of them are bought, some twice."""
    words = ["".join(rng.choice(list("abcdefgh"), rng.integers(3, 7))) for _ in range(60)]
    wide = rng.choice(3, ITEMS, p=[0.4, 0.59, 0.01])
    narrow = [sorted(rng.choice(9, rng.integers(0, 4), replace=False)) for _ in range(ITEMS)]
    rows = [f"i{k},{' '.join(rng.choice(words, 2))} {'abc'[wide[k]] * 3},{WIDE[wide[k]]},{'|'.join(NARROW[n] for n in narrow[k])}" for k in range(ITEMS)]
    (folder / "items.csv").write_text("\n".join(["id,title,wide,narrow", *rows]) + "\n")
    bought = rng.integers(0, ITEMS // 2, 600)
    (folder / "events.csv").write_text("\n".join(["user,item,time", *(f"u{k % 40},i{item},2025-04-{1 + k % 28:02d}" for k, item in enumerate(bought))]) + "\n")
    config = {"name": "categories", "items": {"files": "items.csv", "id": "id", "title": "title", "columns": {"wide": {"type": "category"},
              "narrow": {"type": "list", "separator": "|"}}}, "events": [{"files": "events.csv", "user": "user", "item": "item", "type": "purchase", "time": "time"}],
              "purchases": {"category": ["wide", "narrow"], "als": False}, "limits": {"shard_bytes": 4096, "min_users": 1},
              "meaning": {"encoder": "model", "dims": 16, "clusters": 30, "probes": 2}}
    (folder / "pocketrec.json").write_text(json.dumps(config))
    return wide, narrow


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("categories")
    wide, narrow = write_data(folder, np.random.default_rng(4))
    write_model(folder / "model", {**CONFIG, "vocab_size": len(WORDS)}, words=WORDS)
    run("train", folder / "pocketrec.json", "--out", folder / "bundle", SOURCE_DATE_EPOCH=NOW)
    bundle = Bundle(folder / "bundle")
    number = {text: k for k, text in enumerate(bundle.texts("items", "id"))}
    members = [[number[f"i{k}"] for k in range(ITEMS) if wide[k] == c] for c in np.argsort(WIDE)]
    members += [[number[f"i{k}"] for k in range(ITEMS) if n in narrow[k]] for n in range(9)]
    return folder, bundle, sorted(WIDE) + NARROW, members


def lists(bundle, values, starts):
    """Of each row what the table lists, over all shards."""
    rows = []
    for shard in bundle.shards("categories"):
        offsets = shard[starts].astype(int)
        assert offsets[0] == 0 and offsets[-1] == len(shard[values])
        rows += [shard[values][a:b].astype(int).tolist() for a, b in zip(offsets, offsets[1:])]
    return rows


def test_every_category_lists_its_items_the_most_popular_first(made):
    _, bundle, names, members = made
    assert bundle.manifest["settings"]["meaning"]["categories"] == ["wide", "narrow"] and len(bundle.shards("categories")) > 1
    rows = lists(bundle, "item", "offsets")
    assert len(rows) == len(names) == 12
    for row, expected in zip(rows, members):
        assert row == sorted(expected)  # such a bundle's items are numbered by popularity
    popularity = bundle.column("item_stats", "popularity")
    assert all((np.diff(popularity[row]) <= 0).all() for row in rows)


def test_the_fullest_clusters_hold_nine_tenths(made):
    _, bundle, names, members = made
    first = bundle.shards("clusters")[0]["first"].astype(int)
    cluster = np.zeros(ITEMS, int)
    cluster[bundle.column("vectors", "item")] = np.searchsorted(first, np.arange(ITEMS), "right") - 1
    for row, items in zip(lists(bundle, "cluster", "cluster_offsets"), members):
        counts = np.bincount(cluster[items], minlength=len(first) - 1)
        order = sorted(range(len(counts)), key=lambda c: (-counts[c], c))
        needed = next(k for k in range(len(order) + 1) if 10 * counts[order[:k]].sum() >= 9 * len(items))
        assert row == order[:needed]


def test_a_visitors_candidates_come_from_the_nearest_of_them(made, tmp_path):
    """Also where the visitor's own taste is in another category: so many clusters as should hold 50 items."""
    folder, bundle, names, members = made
    ids, clusters = bundle.texts("items", "id"), bundle.shards("clusters")[0]
    first, rows = clusters["first"].astype(int), bundle.column("vectors", "item")
    vectors = bundle.column("vectors", "values") * bundle.column("vectors", "scale")[:, None].astype(float)
    centres = clusters["values"] * clusters["scale"][:, None].astype(float)
    own = lists(bundle, "cluster", "cluster_offsets")
    counted = []
    for c, name in enumerate(names):
        liked = members[(c + 1) % 3][3]
        state = tmp_path / "state.json"
        state.write_text(json.dumps({"version": 1, "events": [{"type": "click", "item": ids[liked], "time": NOW - 99}]}))
        answer = json.loads(run("ask", folder / "bundle", "GET", PAGE + "".join(f"%{byte:02X}" for byte in name.encode()) + "?limit=40", "--state", state, "--now", NOW).stdout)
        vector = vectors[list(rows).index(liked)]
        probes = min(len(own[c]), max(2, math.ceil(POOL * len(own[c]) / len(members[c]))))
        near = sorted(own[c], key=lambda k: -(centres[k] @ vector))[:probes]
        expected = [rows[r] for k in near for r in range(first[k], first[k + 1]) if rows[r] in set(members[c]) and vectors[r] @ vector > 0]
        assert answer["stages"]["candidates"]["content"] == min(POOL, len(expected)), name
        assert {pick["product_id"] for pick in answer["recommendations"]} <= {ids[item] for item in members[c]}
        assert answer["returned"] == min(40, len(members[c])) and answer["category"] == name
        counted.append(len(expected))
    assert max(counted) > POOL / 2

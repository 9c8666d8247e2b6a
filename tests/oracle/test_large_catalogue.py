"""A large catalogue asks little of a visitor: the homepage of one whose factors and vectors are many is made without the factors and without
most vectors, and its content candidates are those that numpy finds."""
import json
import shutil
import string
import subprocess

import numpy as np
import pytest

from bundle import Bundle
from project import COMMAND, NOW, run
from small_bert import CONFIG, write_model

ITEMS, DIMS, FACTORS, FEW = 17000, 512, 256, 20  # more than 8 MiB of vectors and 4 MiB of factors
WORDS = [*"[PAD] [UNK] [CLS] [SEP] [MASK]".split(), *string.ascii_lowercase, *("##" + letter for letter in string.ascii_lowercase)]
HOME = "/api/v1/recommendations/homepage?limit=12"


def write_data(folder, rng):
    titles = ["".join(rng.choice(list("abcdefgh"), rng.integers(3, 7))) for _ in range(ITEMS)]
    (folder / "items.csv").write_text("id,title\n" + "".join(f"i{k},{title}\n" for k, title in enumerate(titles)))
    lines = ["user,item,time"]
    for user in range(600):
        middle = rng.integers(ITEMS)
        for item in {int(middle + step) % ITEMS for step in rng.integers(0, 60, 30)} | {int(x) for x in rng.integers(0, 40, 5)}:
            lines.append(f"u{user},i{item},{NOW - int(rng.integers(1, 90 * 86400))}")
    (folder / "events.csv").write_text("\n".join(lines) + "\n")
    config = {"name": "large", "items": {"files": "items.csv", "id": "id", "title": "title"},
              "events": [{"files": "events.csv", "user": "user", "item": "item", "time": "time", "type": "purchase"}],
              "purchases": {"als": {"factors": FACTORS, "iterations": 2}}, "meaning": {"encoder": "model", "dims": DIMS, "cache": None}}
    (folder / "pocketrec.json").write_text(json.dumps(config))


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    write_data(folder, np.random.default_rng(4))
    write_model(folder / "model", {**CONFIG, "hidden_size": DIMS, "num_hidden_layers": 1, "intermediate_size": 16, "vocab_size": len(WORDS)}, words=WORDS)
    run("train", folder / "pocketrec.json", "--out", folder / "bundle", SOURCE_DATE_EPOCH=NOW)
    return folder


def visitor(rng):
    """40 events on 20 products that many know and 20 others, all different in weight."""
    items = rng.permutation([*rng.choice(40, 20, replace=False), *(40 + rng.choice(ITEMS - 40, 20, replace=False))])
    return [{"type": ["click", "cart", "purchase", "like"][k % 4], "item": f"i{item}", "time": NOW - 3600 * (k + 1)} for k, item in enumerate(items)]


def ask(bundle, events, folder):
    state = folder / "state.json"
    state.write_text(json.dumps({"version": 1, "events": events}))
    return json.loads(run("ask", bundle, "GET", HOME, "--state", state, "--now", NOW).stdout)


def test_neither_factors_nor_most_vectors_are_needed(large, tmp_path):
    events = visitor(np.random.default_rng(8))
    answer = ask(large / "bundle", events, tmp_path)
    assert len(answer["recommendations"]) == 12 and answer["stages"]["candidates"]["collaborative"] > 10
    poor = tmp_path / "bundle"
    shutil.copytree(large / "bundle", poor)
    manifest = json.loads((poor / "manifest.json").read_text())
    shards = {name: {shard["file"] for shard in manifest["shards"] if shard["table"] == name} for name in ("factors", "vectors")}
    assert shards["factors"] and len(shards["vectors"]) > 100
    for file in shards["factors"]:
        (poor / file).unlink()
    assert ask(poor, events, tmp_path) == answer
    # Of the vectors, those of the heaviest likings and the clusters nearest to them: the rest may be missing.
    needed = 0
    for file in shards["vectors"]:
        kept = (poor / file).read_bytes()
        (poor / file).unlink()
        done = subprocess.run([COMMAND, "ask", poor, "GET", HOME, "--state", tmp_path / "state.json", "--now", str(NOW)], capture_output=True, text=True)
        assert done.returncode != 0 or json.loads(done.stdout) == answer
        needed += done.returncode != 0
        (poor / file).write_bytes(kept)
    assert 0 < needed < len(shards["vectors"]) / 2


def heaviest(events):
    weight = {"click": 1, "cart": 3, "purchase": 5, "like": 2}
    weighed = [(weight[event["type"]] * np.exp(-(NOW - event["time"]) / 86400 / 30), event["item"]) for event in events]
    return sorted(weighed, reverse=True)[:FEW]


def test_content_candidates_follow_the_heaviest_likings(large, tmp_path):
    bundle = Bundle(large / "bundle")
    ids = bundle.texts("items", "id")
    rows = bundle.column("vectors", "item")
    vectors = np.zeros((ITEMS, DIMS))
    vectors[rows] = bundle.column("vectors", "values").astype(float) * bundle.column("vectors", "scale")[:, None]
    number = {text: k for k, text in enumerate(ids)}
    events = visitor(np.random.default_rng(9))
    liked = sum(weight * vectors[number[item]] for weight, item in heaviest(events))
    cosine = vectors @ (liked / np.linalg.norm(liked))
    answer = ask(large / "bundle", events, tmp_path)
    spoken = [(pick["parts"]["content"], cosine[number[pick["product_id"]]]) for pick in answer["recommendations"] if pick["parts"]["content"] > 0]
    assert len(spoken) >= 3
    ratios = [part / found for part, found in spoken]
    assert max(ratios) - min(ratios) < 1e-3 * max(ratios)

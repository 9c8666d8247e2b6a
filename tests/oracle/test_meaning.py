"""Vectors of a bundle against numpy: principal components, rounding, clusters, the nearest, and the blend of words and meaning; and
what a second night encodes."""
import json
import string

import numpy as np
import pytest

from bundle import Bundle
from encoders import make, rows
from project import NOW, run
from small_bert import CONFIG, write_model

WORDS = [*"[PAD] [UNK] [CLS] [SEP] [MASK]".split(), *string.ascii_lowercase, *("##" + letter for letter in string.ascii_lowercase)]
ITEMS, SOURCE, DIMS = 700, 32, 16
DATA, IO = 3, 5  # exit statuses


def name(rng):
    return " ".join("".join(rng.choice(list("abcdefgh"), rng.integers(1, 6))) for _ in range(rng.integers(1, 5)))


def write_shop(folder, texts, **meaning):
    """A shop of these texts; item k has the id i<k>."""
    lines = ["id,name,note"] + [f"i{k},{text},{'note' if text else ''}" for k, text in enumerate(texts)]
    (folder / "items.csv").write_text("\n".join(lines) + "\n")
    config = {"name": "meaning", "items": {"files": "items.csv", "id": "id", "title": "id", "columns": {"name": {"type": "text"}}},
              "events": [], "shop": {"name": "name"}, "search": {"fields": {"name": 1}}, "limits": {"shard_bytes": 4096},
              "meaning": {"encoder": "model", "text": ["name"], "dims": DIMS, "cache": None, **meaning}}
    path = folder / "pocketrec.json"
    path.write_text(json.dumps(config))
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder, texts, the encoder's vectors of them, the bundle."""
    folder = tmp_path_factory.mktemp("meaning")
    rng = np.random.default_rng(3)
    texts = [name(rng) for _ in range(ITEMS)]
    texts[5] = texts[77] = ""
    write_model(folder / "model", {**CONFIG, "vocab_size": len(WORDS)}, words=WORDS, seed=9)
    config = write_shop(folder, texts)
    run("train", config, "--out", folder / "bundle", "--threads", 2, SOURCE_DATE_EPOCH=NOW)
    vectors = rows(make(folder / "model", folder / "encoder8", 8), folder, texts).astype(float)
    return folder, texts, vectors, Bundle(folder / "bundle")


def tables(bundle):
    """rotation, item of each row, vector of each row, centres, first rows."""
    clusters = bundle.shards("clusters")[0]
    values = bundle.column("vectors", "values").astype(float) * bundle.column("vectors", "scale")[:, None]
    centres = clusters["values"].astype(float) * clusters["scale"][:, None]
    return bundle.shards("projection")[0]["rotation"].astype(float), bundle.column("vectors", "item"), values, centres, clusters["first"]


def order_of(bundle):
    """Number in the bundle → number of the text."""
    return [int(text[1:]) for text in bundle.texts("items", "id")]


def expected_vectors(made):
    """Of each text: turned by the rotation, length 1."""
    turned = made[2] @ tables(made[3])[0].T
    return turned / np.linalg.norm(turned, axis=1, keepdims=True)


def test_the_rotation_is_that_of_the_principal_components(made):
    _, texts, vectors, bundle = made
    rotation = tables(bundle)[0]
    x = vectors[[k for k, text in enumerate(texts) if text]]
    assert rotation.shape == (DIMS, SOURCE)
    assert np.abs(rotation @ rotation.T - np.eye(DIMS)).max() < 1e-5
    spectrum = np.sort(np.linalg.eigvalsh(x.T @ x))[::-1]
    kept = ((x @ rotation.T) ** 2).sum(0)
    assert np.abs(kept / spectrum[:DIMS] - 1).max() < 1e-4  # in the order of their size, and no better directions exist
    assert ((x - x @ rotation.T @ rotation) ** 2).sum() < spectrum[DIMS:].sum() * 1.0001


def test_rows_are_the_items_with_a_text_rounded_to_a_byte(made):
    _, texts, _, bundle = made
    _, item, values, _, _ = tables(bundle)
    order, scale = order_of(bundle), bundle.column("vectors", "scale")
    assert len(bundle.shards("vectors")) > 2
    assert sorted(order[i] for i in item) == [k for k, text in enumerate(texts) if text]
    expected = expected_vectors(made)[[order[i] for i in item]]
    assert np.abs(values - expected).max(1) == pytest.approx(scale / 2, rel=1.05)
    assert (np.abs(bundle.column("vectors", "values").astype(int)).max(1) == 127).all()
    place = bundle.column("vector_places", "place")
    assert len(place) == ITEMS
    assert (place[item] == np.arange(len(item))).all()
    assert [order[i] for i in np.flatnonzero(place == 2**32 - 1)] == [k for k in order if not texts[k]]


def test_rows_lie_with_the_nearest_centre(made):
    _, item, values, centres, first = tables(made[3])
    assert first[0] == 0 and first[-1] == len(item) and (np.diff(first) > 0).all()
    assert abs(len(centres) - np.sqrt(len(item))) < 4
    cluster = np.repeat(np.arange(len(centres)), np.diff(first))
    scores = values @ centres.T
    own = scores[np.arange(len(item)), cluster]
    assert (own > scores.max(1) - 0.02).all()
    assert (np.argmax(scores, 1) == cluster).mean() > 0.97
    for c in range(len(centres)):
        assert (np.diff(item[first[c] : first[c + 1]].astype(int)) > 0).all()
    # far better than clusters at random
    assert 1 - own.mean() < (1 - (values @ centres[0]).mean()) / 2
    # shards begin with a cluster wherever one fits
    starts = [s["first_row"] for s in made[3].manifest["shards"] if s["table"] == "vectors"]
    sizes = np.diff(first)
    assert all(start in first for start in starts) or sizes.max() * (DIMS + 8) > 4096


def ask(folder, bodies):
    lines = "".join(json.dumps({"method": "POST", "path": "/recommendations/search", "body": body, "now": NOW}) + "\n" for body in bodies)
    (folder / "requests.jsonl").write_text(lines)
    answers = [json.loads(line) for line in run("ask", folder / "bundle", "--batch", folder / "requests.jsonl").stdout.splitlines()]
    assert all(answer["status"] == 200 for answer in answers)
    return [json.loads(answer["body"]) for answer in answers]


def queries(made, count=60):
    folder = made[0]
    rng = np.random.default_rng(8)
    texts = [name(rng) for _ in range(count)]
    return texts, rows(folder / "encoder8", folder, texts)


def test_the_nearest_are_those_of_numpy_and_more_probes_find_more_of_them(made):
    folder, _, _, bundle = made
    rotation, item, values, _, first = tables(bundle)
    order, (texts, vectors) = order_of(bundle), queries(made)
    scores = vectors.astype(float) @ rotation.T @ values.T
    recall = {}
    for probes in (1, 4, 8, len(first)):
        answers = ask(folder, [{"query": text, "mode": "meaning", "vector": [float(x) for x in vector], "probes": probes, "response_limit": 10}
                               for text, vector in zip(texts, vectors)])
        found = [[order.index(int(hit["id"][1:])) for hit in answer["results"]] for answer in answers]
        best = [set(item[np.argsort(-s)[:10]]) for s in scores]
        recall[probes] = np.mean([len(set(f) & b) / 10 for f, b in zip(found, best)])
        for hits, s, answer in zip(found, scores, answers):
            row_of = {i: r for r, i in enumerate(item)}
            got = [hit["score"] for hit in answer["results"]]
            assert got == pytest.approx([s[row_of[i]] for i in hits], abs=1e-4) and got == sorted(got, reverse=True)
    assert recall[len(first)] > 0.995  # scores that differ by less than rounding may change places
    assert recall[1] < recall[4] <= recall[8] <= recall[len(first)] and recall[8] > 0.8


def test_both_is_the_blend_of_the_two_lists(made):
    folder, _, _, bundle = made
    weight = bundle.manifest["settings"]["meaning"]["vectors"]["weight"]
    texts, vectors = queries(made, 20)
    for text, vector in zip(texts, vectors):
        common = {"query": text, "vector": [float(x) for x in vector], "probes": 65536, "response_limit": 6000, "match": "any"}
        words, meaning, both = ({hit["id"]: hit["score"] for hit in answer["results"]} if "fallback_reason" not in answer else {}
                                for answer in ask(folder, [{**common, "mode": mode} for mode in ("keyword", "meaning", "hybrid")]))
        best_word, best_meaning = max(words.values(), default=1), max(meaning.values())
        assert set(both) == set(words) | set(meaning)
        for key, score in both.items():
            expected = weight * max(0, meaning.get(key, 0)) / best_meaning + (1 - weight) * words.get(key, 0) / best_word
            assert score == pytest.approx(expected, abs=1e-5)


def test_a_query_is_encoded_as_the_items_were(made):
    folder = made[0]
    (text, *_), (vector, *_) = queries(made, 1)
    with_vector = ask(folder, [{"query": text, "mode": "hybrid", "vector": [float(x) for x in vector]}])[0]
    got = run("ask", folder / "bundle", "POST", "/recommendations/search", "--encoder", folder / "encoder8", "--body",
              json.dumps({"query": text, "mode": "hybrid"}), "--now", NOW).stdout
    assert json.loads(got) == with_vector
    path = "/recommendations/search?mode=hybrid&query=" + text.replace(" ", "%20")
    assert json.loads(run("ask", folder / "bundle", "GET", path, "--encoder", folder / "model", "--now", NOW).stdout) == with_vector
    other = run("ask", folder / "bundle", "GET", path, "--encoder", make(folder / "model", folder / "encoder32", 32))
    assert "is not the encoder that made this bundle's vectors" in other.stderr and json.loads(other.stdout)["mode_reason"] == "no_vector"


def manifest_of(folder, out, texts, threads=1, **meaning):
    """The shards of a training, and what it said."""
    done = run("train", write_shop(folder, texts, **meaning), "--out", out, "--threads", threads, "--log-json", SOURCE_DATE_EPOCH=NOW)
    said = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    encoded = [line["message"] for line in said if line.get("event") == "meaning"]
    return [s["file"] for s in json.loads((out / "manifest.json").read_text())["shards"]], encoded[0]


def test_a_second_night_encodes_what_is_new_and_gives_the_same_bytes(made, tmp_path):
    folder, texts, _, bundle = made
    (tmp_path / "model").symlink_to(folder / "model")
    whole = [s["file"] for s in bundle.manifest["shards"]]
    different = len(set(filter(None, texts)))
    first, said = manifest_of(tmp_path, tmp_path / "bundle", texts)
    assert first == whole and f"{different} of them different; {different} encoded" in said
    cache = tmp_path / "bundle.embeddings"
    kept = cache.read_bytes()
    again, said = manifest_of(tmp_path, tmp_path / "bundle", texts, threads=2)
    assert again == whole and f"; 0 encoded, {different} known" in said and cache.read_bytes() == kept
    cache.write_bytes(kept[:-100])  # a night was killed while it wrote
    again, said = manifest_of(tmp_path, tmp_path / "bundle", texts)
    assert again == whole and "; 1 encoded, " in said and cache.read_bytes() == kept
    _, said = manifest_of(tmp_path, tmp_path / "bundle", ["quite another thing", *texts[1:]])
    assert "; 1 encoded, " in said
    assert not list((tmp_path / "bundle").glob("*embeddings*"))  # it is not published


def test_what_cannot_be_is_said_in_one_sentence(made, tmp_path):
    folder, texts, _, _ = made
    (tmp_path / "model").symlink_to(folder / "model")

    def refused(status, sentence, some=texts, **meaning):
        done = run("train", write_shop(tmp_path, some, **meaning), "--out", tmp_path / "refused", status=status)
        assert sentence in done.stderr and not (tmp_path / "refused/manifest.json").exists()

    refused(DATA, "meaning.text: no item has a word in these columns", ["", "", ""])
    refused(DATA, "meaning.dims", dims=64)
    refused(IO, "nowhere", encoder="nowhere")
    refused(DATA, "meaning.text names \"nam\"", text=["nam"])
    refused(DATA, "names \"name\" twice", text=["name", "name"])
    refused(DATA, "meaning.stock", stock="name")
    refused(DATA, "ship_encoder", encoder=None, ship_encoder="int8")
    (tmp_path / "garbage").write_bytes(b"garbage" * 99)
    refused(DATA, "garbage", encoder="garbage")


def test_a_model_may_be_shipped_and_few_items_are_enough(made, tmp_path):
    (tmp_path / "model").symlink_to(made[0] / "model")
    files, _ = manifest_of(tmp_path, tmp_path / "bundle", ["abc", "", "abc"], ship_encoder="int8")
    bundle = Bundle(tmp_path / "bundle")
    assert sum(f.startswith("encoder-") for f in files) == 1
    assert (next((tmp_path / "bundle").glob("encoder-*")).read_bytes()) == (made[0] / "encoder8").read_bytes()
    assert len(bundle.column("vectors", "item")) == 2 and bundle.manifest["settings"]["meaning"]["encoder"]["shipped"]
    answer = json.loads(run("ask", tmp_path / "bundle", "GET", "/recommendations/search?query=abd&mode=meaning").stdout)
    assert [hit["id"] for hit in answer["results"]] == ["i0", "i2"] and answer["mode"] == "meaning"

"""What the cross-encoder says at night, against an implementation in float64: the table, and lists that are reordered by it."""
import json
import string

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from bundle import Bundle
from encoders import make, tokens
from project import NOW, run
from small_bert import CONFIG, Bert, write_model

WORDS = [*"[PAD] [UNK] [CLS] [SEP] [MASK] . >".split(), *string.ascii_lowercase, *("##" + letter for letter in string.ascii_lowercase)]
MODEL = {**CONFIG, "vocab_size": len(WORDS)}
ITEMS, RERANKED, SEP = 120, 20, WORDS.index("[SEP]")
DATA, IO = 3, 5  # exit statuses
PAGE, CATEGORY = "/api/v1/recommendations/product/", "/api/v1/recommendations/category/"
KINDS = "abcdefg"


def write_shop(folder, texts, sales=(), limits=None, **meaning):
    """A shop of these texts; item k has the id "i k" and is of one of seven kinds."""
    (folder / "items.csv").write_text("\n".join(["id,name,kind", *(f"i {k},{text},{KINDS[k % 7]}" for k, text in enumerate(texts))]) + "\n")
    (folder / "events.csv").write_text("\n".join(["user,item,what,time", *(f"u{u},i {k},purchase,2025-04-{1 + u % 28:02d}" for u, k in sales)]) + "\n")
    config = {"name": "reranked", "items": {"files": "items.csv", "id": "id", "title": "name", "columns": {"name": {"type": "text"}, "kind": {"type": "category"}}},
              "events": [], "shop": {"name": "name", "category": ["kind"]}, "search": {"fields": {"name": 1}}, "limits": {"shard_bytes": 4096, **(limits or {})},
              "meaning": {"cross_encoder": "cross", "max_per_category": 0, **meaning}}
    path = folder / "pocketrec.json"
    path.write_text(json.dumps({key: value for key, value in config.items() if value is not None}))
    return path


def train(folder, out, texts, threads=2, **meaning):
    """What the training said about pairs of texts and about candidates."""
    done = run("train", write_shop(folder, texts, **meaning), "--out", out, "--threads", threads, "--log-json", SOURCE_DATE_EPOCH=NOW)
    said = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    return " ".join(line["message"] for line in said if line.get("event") in ("meaning", "rerank", "warning") or line.get("level") == "warning")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder, texts, a bundle without and one with scores of the night, in float32."""
    folder = tmp_path_factory.mktemp("reranked")
    rng = np.random.default_rng(3)
    texts = [" ".join("".join(rng.choice(list("abcdefgh"), rng.integers(1, 6))) for _ in range(rng.integers(1, 4))) for _ in range(ITEMS)]
    texts[7] = texts[19]
    write_model(folder / "cross", MODEL, labels=1, words=WORDS, seed=5)
    train(folder, folder / "plain", texts, cross_encoder=None)
    train(folder, folder / "bundle", texts, ship_cross_encoder="float32")
    return folder, texts


def ask(bundle, requests, state=None):
    """Answers to (path) or (path, body)."""
    lines = bundle.parent / "requests.jsonl"
    asked = [{"method": "POST" if body else "GET", "path": path, **({"body": body} if body else {}), **({"state": state} if state else {}), "now": NOW}
             for path, body in ((r, None) if isinstance(r, str) else r for r in requests)]
    lines.write_text("".join(json.dumps(one) + "\n" for one in asked))
    answers = [json.loads(line) for line in run("ask", bundle, "--batch", lines).stdout.splitlines()]
    assert [answer["status"] for answer in answers] == [200] * len(answers), answers
    return [json.loads(answer["body"]) for answer in answers]


def pages(bundle, query, texts, state=None):
    return ask(bundle, [f"{PAGE}i%20{k}?{query}" for k in range(len(texts))], state)


def logits(folder, pairs):
    """By the network in float64, from the token ids of the command."""
    encoder, bert = make(folder / "cross", folder / "cross32", 32), Bert(folder / "cross")
    return [float(bert.logits(np.array(ids), ids.index(SEP) + 1)[0]) for ids in tokens(encoder, folder, pairs, pairs=True)]


def night(bundle, table="reranked"):
    """Of each item's id, or each category's name, the candidates' ids and scores, in the order of the table; and the steps between scores."""
    ids, rows = bundle.texts("items", "id"), {}
    names, steps = KINDS if table == "reranked_categories" else ids, bundle.column(table, "step")
    for shard in bundle.shards(table):
        offsets = shard["offsets"].astype(int)
        for r, (low, step) in enumerate(zip(shard["low"].astype(float), shard["step"].astype(float))):
            part = slice(offsets[r], offsets[r + 1])
            rows[names[len(rows)]] = [(ids[i], low + step * s) for i, s in zip(shard["item"][part], shard["score"][part].astype(float))]
    return rows, steps


def test_the_table_is_the_networks_order_of_the_pages_candidates(made):
    folder, texts = made
    rows, steps = night(Bundle(folder / "bundle"))
    asked = pages(folder / "plain", "pairs=true", texts)
    pairs = [[answer["pairs"]["query"], document["text"]] for answer in asked for document in answer["pairs"]["documents"]]
    expected = iter(logits(folder, pairs))
    assert len(Bundle(folder / "bundle").shards("reranked")) > 1 and len(rows) == ITEMS and (steps > 0).all()
    for k, answer in enumerate(asked):
        scores = {document["product_id"]: next(expected) for document in answer["pairs"]["documents"]}
        row = rows[f"i {k}"]
        assert len(row) == RERANKED and {item for item, _ in row} == set(scores)
        assert [score for _, score in row] == pytest.approx([scores[item] for item, _ in row], abs=1e-4)
        assert [scores[item] for item, _ in row] == pytest.approx(sorted(scores.values(), reverse=True), abs=1e-4)
        assert row[0][1] > row[-1][1]


def test_pages_of_products_are_in_that_order(made):
    folder, texts = made
    rows, _ = night(Bundle(folder / "bundle"))
    before, after = (pages(folder / name, "limit=30", texts) for name in ("plain", "bundle"))
    moved = 0
    for k, (old, new) in enumerate(zip(before, after)):
        listed = [pick["product_id"] for pick in new["recommendations"]]
        assert listed[:RERANKED] == [item for item, _ in rows[f"i {k}"]]
        assert [pick["pair_score"] for pick in new["recommendations"][:RERANKED]] == pytest.approx([score for _, score in rows[f"i {k}"]], abs=1e-6)
        assert listed[RERANKED:] == [pick["product_id"] for pick in old["recommendations"]][RERANKED:]
        assert all(pick["pair_score"] is None for pick in new["recommendations"][RERANKED:])
        assert [pick["score"] for pick in new["recommendations"]] == [pick["score"] for pick in old["recommendations"]]  # those of the places
        assert (old["stages"]["reranked"], old["stages"]["rerank_skipped"]) == (0, "no_pair_scores")
        assert (new["stages"]["reranked"], new["stages"]["rerank_skipped"]) == (RERANKED, None)
        moved += listed != [pick["product_id"] for pick in old["recommendations"]]
    assert moved > ITEMS // 2
    together = ask(folder / "bundle", ["/api/v1/recommendations/frequently-bought-together/i%203", "/api/v1/recommendations/homepage"])
    assert [answer["stages"]["reranked"] for answer in together] == [0, 0]


def test_pages_of_categories_are_in_the_networks_order(made):
    folder, texts = made
    rows, steps = night(Bundle(folder / "bundle"), "reranked_categories")
    asked, before, after = (ask(folder / name, [f"{CATEGORY}{kind}?{query}" for kind in KINDS])
                            for name, query in (("plain", "pairs=true"), ("plain", "limit=30"), ("bundle", "limit=30")))
    expected = iter(logits(folder, [[kind, document["text"]] for kind, answer in zip(KINDS, asked) for document in answer["pairs"]["documents"]]))
    assert list(rows) == list(KINDS) and (steps > 0).all()
    moved = 0
    for kind, told, old, new in zip(KINDS, asked, before, after):
        assert told["pairs"]["query"] == kind
        scores = {document["product_id"]: next(expected) for document in told["pairs"]["documents"]}
        assert set(scores) == {f"i {k}" for k in range(ITEMS) if KINDS[k % 7] == kind}  # all of them: fewer than 20
        assert {item for item, _ in rows[kind]} == set(scores)
        assert [score for _, score in rows[kind]] == pytest.approx(sorted(scores.values(), reverse=True), abs=1e-4)
        listed = [pick["product_id"] for pick in new["recommendations"]]
        assert listed == [item for item, _ in rows[kind]] and new["stages"]["reranked"] == len(listed) and new["stages"]["held_back"] == 0
        assert old["stages"]["rerank_skipped"] == "no_pair_scores" and new["stages"]["rerank_skipped"] is None
        assert [pick["score"] for pick in new["recommendations"]] == [pick["score"] for pick in old["recommendations"]]
        moved += listed != [pick["product_id"] for pick in old["recommendations"]]
    assert moved > 4


def test_the_nights_order_of_a_category_is_taken_within_what_fits_the_visitor(made):
    """A visitor's own candidates come first; the night only orders those of the first twenty that it knows."""
    folder, texts = made
    known = dict(night(Bundle(folder / "bundle"), "reranked_categories")[0]["c"])
    state = {"version": 1, "events": [{"type": "click", "item": f"i {k}", "time": NOW - 99} for k in (2, 9)]}
    scores = {item: -score for item, score in known.items()}
    before, after = (ask(folder / name, [CATEGORY + "c?limit=30"], state)[0] for name in ("plain", "bundle"))
    (own,) = ask(folder / "bundle", [(CATEGORY + "c", {"limit": 30, "pair_scores": scores})], state)
    old, new, other = ([pick["product_id"] for pick in answer["recommendations"]] for answer in (before, after, own))
    assert set(old) == set(new) and new == sorted(new, key=lambda item: -known[item])
    assert other == sorted(other, key=lambda item: known[item])  # those of the request alone
    assert {pick["product_id"]: pick["hybrid_score"] for pick in before["recommendations"]} == {pick["product_id"]: pick["hybrid_score"] for pick in after["recommendations"]}


def test_small_categories_and_names_of_two_levels(made, tmp_path):
    """Two items have no order worth a score; a name that two levels have means the wider one; the largest are scored first."""
    folder, texts = made
    (tmp_path / "cross").symlink_to(folder / "cross")
    path = write_shop(tmp_path, texts[:40], rerank_items=2)
    wide = ["x"] * 20 + ["y"] * 10 + ["z"] * 8 + ["few"] * 2
    narrow = ["x"] * 5 + ["p"] * 15 + ["q"] * 20
    (tmp_path / "items.csv").write_text("\n".join(["id,name,wide,narrow", *(f"i {k},{texts[k]},{wide[k]},{narrow[k]}" for k in range(40))]) + "\n")
    config = json.loads(path.read_text())
    config["items"]["columns"] = {"name": {"type": "text"}, "wide": {"type": "category"}, "narrow": {"type": "category"}}
    config["shop"]["category"] = ["wide", "narrow"]
    path.write_text(json.dumps(config))
    done = run("train", path, "--out", tmp_path / "bundle", "--log-json", SOURCE_DATE_EPOCH=NOW)
    assert "40 of 2 categories are scored" in done.stderr, done.stderr
    manifest = json.loads((tmp_path / "bundle/manifest.json").read_text())
    assert manifest["settings"]["meaning"]["categories"] == ["wide", "narrow"]
    assert sum(s["rows"] for s in manifest["shards"] if s["table"] == "reranked_categories") == 4 + 3
    x, few, q, y = ask(tmp_path / "bundle", [f"{CATEGORY}{name}?limit=30" for name in ("x", "few", "q", "y")])
    assert {pick["product_id"] for pick in x["recommendations"]} == {f"i {k}" for k in range(20)} and x["stages"]["reranked"] == 20
    assert {pick["product_id"] for pick in few["recommendations"]} == {"i 38", "i 39"} and few["reason"] == "catalogue_exhausted"
    assert (q["stages"]["reranked"], y["stages"]["reranked"], few["stages"]["reranked"]) == (20, 0, 0)
    config["meaning"]["rerank_items"] = 0
    path.write_text(json.dumps(config))
    done = run("train", path, "--out", tmp_path / "bundle", "--log-json", SOURCE_DATE_EPOCH=NOW)
    assert "of 5 categories are scored" in done.stderr  # not `few`, nor the narrow x that no page can be asked for


def test_what_the_night_does_not_know_keeps_its_place(made):
    folder, texts = made
    rows, _ = night(Bundle(folder / "bundle"))
    gone = [item for item, _ in rows["i 3"]][:6]
    state = {"version": 1, "events": [{"type": "purchase", "item": item, "time": NOW - 9999} for item in gone]}
    before, after = (pages(folder / name, "limit=30", texts, state)[3] for name in ("plain", "bundle"))
    known = dict(rows["i 3"])
    old, new = ([pick["product_id"] for pick in answer["recommendations"]] for answer in (before, after))
    assert not set(gone) & set(new) and after["stages"]["reranked"] == RERANKED - 6
    places = [place for place, item in enumerate(old[:RERANKED]) if item in known]
    expected = list(old)
    for place, item in zip(places, sorted((old[place] for place in places), key=lambda item: -known[item])):
        expected[place] = item
    assert new == expected and len(places) == RERANKED - 6


def test_scores_in_a_request_are_used_alone(made):
    folder, _ = made
    page = f"{PAGE}i%203"
    (listed,) = ask(folder / "bundle", [f"{page}?limit=30"])
    first, last = (listed["recommendations"][place]["product_id"] for place in (0, RERANKED - 1))
    two, none = ask(folder / "bundle", [(page, {"limit": 30, "pair_scores": {first: -9.5, last: 9.5}}), (page, {"limit": 30, "pair_scores": {}})])
    scores = {pick["product_id"]: pick["pair_score"] for pick in two["recommendations"] if pick["pair_score"] is not None}
    assert scores == {first: -9.5, last: 9.5} and two["stages"]["reranked"] == 2
    assert none["stages"]["reranked"] == 0 and none["stages"]["rerank_skipped"] == "no_pair_scores"


def test_a_second_night_scores_new_pairs_only_and_threads_change_nothing(made, tmp_path):
    folder, texts = made
    (tmp_path / "cross").symlink_to(folder / "cross")

    def files(out):
        return [s["file"] for s in json.loads((out / "manifest.json").read_text())["shards"]]

    said = train(tmp_path, tmp_path / "bundle", texts, threads=1)
    first = files(tmp_path / "bundle")
    assert f"{ITEMS * RERANKED + ITEMS} pairs" in said and f"{ITEMS * RERANKED} candidates of {ITEMS} products and {ITEMS} of 7 categories" in said and ", 0 known" in said
    cache = tmp_path / "bundle.embeddings.pairs"
    kept = cache.read_bytes()
    said = train(tmp_path, tmp_path / "bundle", texts, threads=2)
    assert "; 0 scored, " in said and files(tmp_path / "bundle") == first and cache.read_bytes() == kept
    cache.unlink()
    train(tmp_path, tmp_path / "bundle", texts, threads=2)
    assert files(tmp_path / "bundle") == first
    said = train(tmp_path, tmp_path / "bundle", ["quite other words", *texts[1:]])
    scored = int(said.split("; ")[1].split(" scored")[0])
    assert RERANKED <= scored < ITEMS * 3  # its own pairs, and those of the pages that it is on now
    write_model(tmp_path / "other", MODEL, labels=1, words=WORDS, seed=6)
    assert ", 0 known" in train(tmp_path, tmp_path / "bundle", texts, cross_encoder="other")
    said = train(tmp_path, tmp_path / "bundle", texts, cross_encoder="other", rerank_items=9)
    assert "; 0 scored" in said and cache.stat().st_size < len(kept) / 2  # what nobody needs any more is gone
    assert ", 0 known" in train(tmp_path, tmp_path / "bundle", texts)


def test_only_the_most_popular_products_are_scored_where_that_is_asked(made, tmp_path):
    folder, texts = made
    (tmp_path / "cross").symlink_to(folder / "cross")
    said = train(tmp_path, tmp_path / "bundle", texts, rerank_items=9)
    rows, _ = night(Bundle(tmp_path / "bundle"))
    full, _ = night(Bundle(folder / "bundle"))
    scored = [item for item, row in rows.items() if row]
    assert len(rows) == ITEMS and len(scored) == 9 and f"{9 * RERANKED} candidates of 9 products" in said
    assert all({item for item, _ in rows[one]} == {item for item, _ in full[one]} for one in scored)
    answers = pages(tmp_path / "bundle", "limit=5", texts)
    assert [answer["stages"]["reranked"] for answer in answers] == [RERANKED if f"i {k}" in scored else 0 for k in range(ITEMS)]


def test_it_is_shipped_where_that_is_asked(made, tmp_path):
    folder, texts = made
    (tmp_path / "cross").symlink_to(folder / "cross")
    for ship, bits in ((False, 8), ("int8", 8), ("float32", 32)):
        train(tmp_path, tmp_path / "bundle", texts[:9], ship_cross_encoder=ship)
        manifest = json.loads((tmp_path / "bundle/manifest.json").read_text())
        about = manifest["settings"]["meaning"]["cross_encoder"]
        shards = [s for s in manifest["shards"] if s["table"] == "cross_encoder"]
        assert about["bits"] == bits and about["shipped"] == bool(ship) and len(shards) == bool(ship)
        encoder = make(folder / "cross", folder / f"made{bits}", bits)
        if ship:
            assert (tmp_path / "bundle" / shards[0]["file"]).read_bytes() == encoder.read_bytes() and about["sha256"] == shards[0]["sha256"]
        (page,) = ask(tmp_path / "bundle", [f"{PAGE}i%201?limit=5"])
        assert page["stages"]["reranked"] == 8


def test_names_of_100_kilobytes_are_scored_as_others(made, tmp_path):
    folder, texts = made
    (tmp_path / "cross").symlink_to(folder / "cross")
    long = [text + " " + "abc " * 25_000 if k < 30 else text for k, text in enumerate(texts[:40])]
    assert "scored" in train(tmp_path, tmp_path / "bundle", long, rerank_items=3)
    page = ask(tmp_path / "bundle", [PAGE + "i%200?limit=5"])[0]
    assert page["stages"]["reranked"] > 0 and len(page["recommendations"]) == 5


def test_without_a_cross_encoder_the_stage_is_skipped_and_the_run_says_so(made, tmp_path):
    folder, texts = made
    done = run("train", write_shop(tmp_path, texts[:9], cross_encoder="nowhere"), "--out", tmp_path / "bundle", SOURCE_DATE_EPOCH=NOW)
    assert "nowhere: there is no cross-encoder at that path" in done.stderr
    manifest = json.loads((tmp_path / "bundle/manifest.json").read_text())
    assert not any("rerank" in s["table"] or "cross" in s["table"] for s in manifest["shards"]) and "cross_encoder" not in manifest["settings"]["meaning"]
    (page,) = ask(tmp_path / "bundle", [f"{PAGE}i%201"])
    assert page["stages"]["rerank_skipped"] == "no_pair_scores"


def test_what_cannot_be_is_said_in_one_sentence(made, tmp_path):
    folder, texts = made

    def refused(status, *sentences, change=None, labels=1, **meaning):
        write_model(tmp_path / "cross", MODEL, labels=labels, words=WORDS, seed=5, change=change)
        spoil = meaning.pop("spoil", None)
        if spoil:
            spoil(tmp_path / "cross")
        done = run("train", write_shop(tmp_path, texts[:9], **meaning), "--out", tmp_path / "refused", status=status)
        assert all(sentence in done.stderr for sentence in sentences), done.stderr
        assert not (tmp_path / "refused/manifest.json").exists() and not list(tmp_path.glob("**/*.new"))

    def cut(model):
        weights = model / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-40])

    def reshape(weights):
        weights["classifier.bias"] = np.zeros(3, np.float32)

    refused(DATA, "meaning.cross_encoder", "has no classifier", labels=0)
    refused(DATA, "meaning.cross_encoder", "gives 2 numbers", labels=2)
    refused(DATA, "model.safetensors", "truncated", spoil=cut)
    refused(DATA, "model.safetensors, tensor classifier.bias", "shape is [3]", change=reshape)
    refused(DATA, "tensor pooler.dense.weight", "is not there", change=lambda w: {k: v for k, v in w.items() if k != "pooler.dense.weight"})
    refused(IO, "config.json", "missing", spoil=lambda model: (model / "config.json").unlink())
    refused(IO, "vocab.txt", spoil=lambda model: (model / "vocab.txt").unlink())
    refused(IO, "model.safetensors", spoil=lambda model: (model / "model.safetensors").unlink())
    refused(DATA, "ship_cross_encoder is on", cross_encoder=None, ship_cross_encoder="int8")
    write_model(tmp_path / "eight", MODEL, labels=1, words=WORDS)
    make(tmp_path / "eight", tmp_path / "made", 8)
    refused(DATA, "meaning.ship_cross_encoder", "have 8 bits", cross_encoder="made", ship_cross_encoder="float32")
    tensors = load_file(tmp_path / "made")
    save_file({**tensors, "settings": tensors["settings"][:9]}, tmp_path / "garbage")
    refused(DATA, "garbage", "settings", cross_encoder="garbage")

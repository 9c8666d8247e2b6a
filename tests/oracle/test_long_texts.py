"""Texts that are longer than a bundle holds are cut between characters, and the run says so."""
import csv
import json

import pytest

from bundle import Bundle
from project import NOW, run

MOST = 65536
LONG = {"ascii": "word " * 30_000, "two bytes": "x" + "ä" * 60_000, "three bytes": "日" * 40_000, "four bytes": "ab" + "😀" * 30_000, "fits": "ä" * (MOST // 2)}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    lines = [json.dumps({"id": name, "title": text, "note": ["long", text]}, ensure_ascii=False) for name, text in LONG.items()]
    (folder / "items.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = {"name": "long", "items": {"files": "items.jsonl", "id": "id", "title": "title", "columns": {"note": {"type": "text"}}}, "events": [],
              "shop": {"name": "title"}, "outputs": {"rejects": "rejects.csv"}}
    (folder / "pocketrec.json").write_text(json.dumps(config))
    said = run("train", folder / "pocketrec.json", "--out", folder / "bundle", SOURCE_DATE_EPOCH=NOW).stderr
    return folder, said


def test_what_is_kept_is_the_beginning(trained):
    bundle = Bundle(trained[0] / "bundle")
    kept = dict(zip(bundle.texts("items", "id"), bundle.texts("items", "column.title")))
    for name, text in LONG.items():
        assert text.startswith(kept[name]) and MOST - 4 < len(kept[name].encode()) <= MOST
    assert kept["fits"] == LONG["fits"]


def test_the_bundle_answers(trained):
    for name in LONG:
        item = json.loads(run("ask", trained[0] / "bundle", "GET", f"/recommendations/product/{name.replace(' ', '%20')}").stdout)
        assert LONG[name].startswith(item["product"]["name"])


def test_the_run_says_so(trained):
    folder, said = trained
    assert "4 wrong values are left out or cut" in said
    csv.field_size_limit(1 << 20)
    with open(folder / "rejects.csv", newline="", encoding="utf-8") as file:
        reasons = [row["reason"] for row in csv.DictReader(file)]
    assert reasons == ["cell: title is longer than 65536 bytes; the rest is left out"] * 4

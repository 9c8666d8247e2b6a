"""Replays tests/golden: the same requests give the same bytes as when the answers were written down.

    python test_golden.py      write the answers anew
"""
import json
import pathlib
import tempfile

import pytest

from project import NOW, ROOT, run

GOLDEN = ROOT / "tests/golden"
NAMES = sorted(path.name.removesuffix(".request.json") for path in GOLDEN.glob("*.request.json"))


def make_bundle(folder):
    run("synth", "workouts", "--users", 120, "--workouts", 20, "--sessions", 2400, "--feedback", 1000, "--seed", 7, "--until", "2025-04-30",
        "--out", folder / "logs")
    run("train", folder / "logs/pocketrec.json", "--out", folder / "bundle", "--threads", 1, SOURCE_DATE_EPOCH=NOW)
    # Popularity: its model has no number that a learner's build could change.
    run("synth", "trainers", "--users", 300, "--trainers", 40, "--weeks", 6, "--seed", 7, "--until", "2025-04-30", "--out", folder / "trainers")
    run("train", folder / "trainers/pocketrec.json", "--out", folder / "ranking", "--threads", 1, "--model", "popularity", SOURCE_DATE_EPOCH=NOW)
    return folder / "bundle"


def answer(bundle, name):
    """Status, body and the visitor's state afterwards."""
    asked = json.loads((GOLDEN / f"{name}.request.json").read_text(encoding="utf-8"))
    state = answer(bundle, asked["after"])[2] if "after" in asked else ""
    line = {"method": asked["method"], "path": asked["path"], "state": state, "now": NOW, "seed": 7}
    if "body" in asked:
        line["body"] = asked["body"]
    requests = bundle.parent / "requests.jsonl"
    requests.write_text(json.dumps(line) + "\n", encoding="utf-8")
    asked_of = bundle.parent / "ranking" if asked["path"].startswith("/api/v1/trainers") else bundle
    got = json.loads(run("ask", asked_of, "--batch", requests).stdout)
    assert got["status"] == asked["status"], f"{name}: {got}"
    return got["status"], got["body"], state if got["state"] is None else got["state"]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("golden"))


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_is_the_one_written_down(bundle, name):
    assert answer(bundle, name)[1] == (GOLDEN / f"{name}.response.json").read_text(encoding="utf-8").removesuffix("\n")


def renew():
    with tempfile.TemporaryDirectory() as folder:
        bundle = make_bundle(pathlib.Path(folder))
        for name in NAMES:
            (GOLDEN / f"{name}.response.json").write_text(answer(bundle, name)[1] + "\n", encoding="utf-8")
    print(f"{len(NAMES)} answers written to {GOLDEN}.")


if __name__ == "__main__":
    renew()

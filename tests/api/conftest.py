"""`pocketrec serve` on a free port over a small bundle, for the tests of the routes over HTTP."""
import json
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/oracle"))
import small_bert  # noqa: E402

COMMAND = os.environ.get("PR_TEST_COMMAND", str(ROOT / "build/native/pocketrec"))


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """PR_TEST_API_BUNDLE, or one made by the command from seeded logs."""
    given = os.environ.get("PR_TEST_API_BUNDLE")
    if given:
        return Path(given)
    folder = tmp_path_factory.mktemp("api")
    logs, out = folder / "data", folder / "bundle"
    sizes = ["--users", "300", "--workouts", "80", "--sessions", "6000", "--feedback", "2500", "--seed", "3"]
    subprocess.run([COMMAND, "synth", "workouts", *sizes, "--out", str(logs)], check=True)
    subprocess.run([COMMAND, "train", str(logs / "pocketrec.json"), "--out", str(out)], check=True)
    return out


@pytest.fixture(scope="session")
def ranking_bundle(tmp_path_factory):
    """One with a ranking: it has more routes."""
    folder = tmp_path_factory.mktemp("ranking")
    logs, out = folder / "data", folder / "bundle"
    sizes = ["--users", "300", "--trainers", "40", "--weeks", "6", "--seed", "3"]
    subprocess.run([COMMAND, "synth", "trainers", *sizes, "--out", str(logs)], check=True)
    subprocess.run([COMMAND, "train", str(logs / "pocketrec.json"), "--out", str(out), "--model", "logistic"], check=True)
    return out


@pytest.fixture(scope="session")
def shop_bundle(tmp_path_factory):
    """A small shop with logs."""
    folder = tmp_path_factory.mktemp("shop")
    logs, out = folder / "data", folder / "bundle"
    subprocess.run([COMMAND, "synth", "shop", "--users", "400", "--products", "120", "--seed", "3", "--out", str(logs)], check=True)
    subprocess.run([COMMAND, "train", str(logs / "pocketrec.json"), "--out", str(out)], check=True)
    return out


@pytest.fixture(scope="session")
def purchases_bundle(tmp_path_factory):
    """A small retailer with invoices."""
    folder = tmp_path_factory.mktemp("purchases") / "made"
    subprocess.run(["bash", str(ROOT / "tests/make_purchases.sh"), COMMAND, str(folder)], check=True)
    return folder / "bundle"


@pytest.fixture(scope="session")
def staged_bundle(tmp_path_factory):
    """A retailer that recommends in four stages, with vectors of a small encoder, stock and arrivals."""
    folder = tmp_path_factory.mktemp("staged")
    encoder, made = folder / "encoder", folder / "made"
    spelt = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(mark + letter for mark in ("", "##") for letter in string.ascii_lowercase)]
    small_bert.write_model(encoder, small_bert.CONFIG | {"vocab_size": len(spelt)}, words=spelt)
    subprocess.run(["bash", str(ROOT / "tests/make_staged.sh"), COMMAND, str(made), str(encoder)], check=True)
    return made / "bundle"


@pytest.fixture(scope="session")
def staged_shop(tmp_path_factory):
    """A shop that does, without vectors and without models of purchases."""
    folder = tmp_path_factory.mktemp("staged_shop")
    logs, out = folder / "data", folder / "bundle"
    subprocess.run([COMMAND, "synth", "shop", "--users", "400", "--products", "120", "--seed", "4", "--out", str(logs)], check=True)
    config = logs / "pocketrec.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "meaning": {}}))
    subprocess.run([COMMAND, "train", str(config), "--out", str(out)], check=True)
    return out


@pytest.fixture(scope="session")
def url(bundle, tmp_path_factory):
    """Address of a running server, without a slash at its end."""
    yield from serve(bundle, tmp_path_factory)


@pytest.fixture(scope="session")
def ranking_url(ranking_bundle, tmp_path_factory):
    yield from serve(ranking_bundle, tmp_path_factory)


@pytest.fixture(scope="session")
def shop_url(shop_bundle, tmp_path_factory):
    yield from serve(shop_bundle, tmp_path_factory)


@pytest.fixture(scope="session")
def purchases_url(purchases_bundle, tmp_path_factory):
    yield from serve(purchases_bundle, tmp_path_factory)


@pytest.fixture(scope="session")
def staged_shop_url(staged_shop, tmp_path_factory):
    yield from serve(staged_shop, tmp_path_factory)


@pytest.fixture(scope="session")
def staged_url(staged_bundle, tmp_path_factory):
    yield from serve(staged_bundle, tmp_path_factory)


@pytest.fixture(params=["url", "ranking_url", "shop_url", "purchases_url", "staged_url", "staged_shop_url"])
def any_url(request):
    return request.getfixturevalue(request.param)


def serve(bundle, tmp_path_factory):
    folder = tmp_path_factory.mktemp("serve")
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html><title>site</title>")
    log = (folder / "log").open("w+b")
    words = [COMMAND, "serve", str(bundle), "--site", str(site), "--port", "0", "--events", str(folder / "events.sqlite")]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
    found = None
    for _ in range(200):
        found = re.search(rb"serving (http://\S+)/", (folder / "log").read_bytes())
        if found or process.poll() is not None:
            break
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            pass
    assert found, (folder / "log").read_text()
    yield found.group(1).decode()
    process.terminate()
    assert process.wait(10) == 0, "the server ends cleanly on SIGTERM"

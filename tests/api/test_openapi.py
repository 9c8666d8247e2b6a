"""The description at /openapi.json is right and complete: schemathesis (4.32) makes requests from it, right and wrong ones, and
compares every answer with it under all its checks. Seeded, about a minute at most."""
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from jsonschema import Draft202012Validator


def read(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return json.load(answer)


def answers(url):
    try:
        return bool(read(url))
    except urllib.error.HTTPError:
        return False


def test_every_route_is_described(any_url):
    """Routes as the core's own table lists them, against the description."""
    table = (Path(__file__).resolve().parents[2] / "core/src/serve/routes.c").read_text()
    parts = {"ALL", *(["RANKING"] if "model" in read(any_url + "/api/v1/health") else [])}
    parts |= {"SHOP"} if answers(any_url + "/recommendations/suggest") else set()
    parts |= {"PURCHASES"} if answers(any_url + "/api/v1/models") else set()
    parts |= {"MEANING"} if answers(any_url + "/api/v1/preferences") else set()
    rows = re.findall(r'\{"([A-Z]+)", "(/[^"]*)", \w+, PR_PART_OF_([A-Z]+)\}', table)
    routes = {(method, path) for method, path, part in rows if part in parts}
    described = read(any_url + "/openapi.json")["paths"]
    assert routes == {(method.upper(), path) for path, methods in described.items() for method in methods}


def test_marks_are_filled_in(any_url):
    text = json.dumps(read(any_url + "/openapi.json"))
    assert not re.search(r'"\$[A-Z_]+"', text)
    questions = read(any_url + "/api/v1/onboarding")["dimensions"]
    answers = read(any_url + "/openapi.json")["paths"]["/api/v1/onboarding"]["post"]["requestBody"]["content"]["application/json"]
    for question in questions:
        assert question["input"] in answers["schema"]["properties"]


def test_schemas_are_valid(any_url):
    for schema in read(any_url + "/openapi.json")["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_schemathesis(any_url, tmp_path):
    examples = os.environ.get("PR_API_EXAMPLES", "100")
    words = [str(Path(sys.executable).with_name("schemathesis")), "--config-file",
             str(Path(__file__).with_name("schemathesis.toml")), "run", any_url + "/openapi.json", "--checks", "all"]
    words += ["--seed", "1", "--max-examples", examples, "--no-color"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    print(done.stdout[-4000:])
    assert done.returncode == 0, done.stdout[-12000:] + done.stderr[-2000:]

"""The shop's routes as their specification has them: each row of its table of validation, statuses, defaults and limits, asked of the
command over data/shop."""
import json
import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = os.environ.get("PR_TEST_COMMAND", str(ROOT / "build/native/pocketrec"))
NOW = "2026-11-21T12:00:00Z"
LATER = "2026-12-23T12:00:00Z"  # 32 days
INTERACTIONS = "/api/v1/interactions/interactions"


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    bundle = folder / "bundle"
    subprocess.run([COMMAND, "train", str(ROOT / "data/shop/pocketrec.json"), "--out", str(bundle)], check=True, capture_output=True)
    state = folder / "state.json"

    def call(method, path, body=None, now=NOW, forget=False):
        """(status, answer or None when the body is empty)"""
        if forget and state.exists():
            state.unlink()
        words = [COMMAND, "ask", str(bundle), method, path, "--state", str(state), "--now", now]
        words += ["--body", json.dumps(body)] if body is not None else []
        done = subprocess.run(words, capture_output=True, text=True)
        status = int(done.stderr.rsplit("HTTP ", 1)[1].split()[0])
        return status, json.loads(done.stdout) if done.stdout.strip() else None

    call.some = [p["id"] for p in call("GET", "/recommendations/home?user_id=a&response_limit=60", forget=True)[1]["trending"]]
    return call


def search(ask, query, **settings):
    return ask("GET", f"/recommendations/search?query={quote(query)}" + "".join(f"&{k}={v}" for k, v in settings.items()))


# --- user_id: alphanumeric, 1-50 characters ---


@pytest.mark.parametrize("user", ["a", "Z9", "x" * 50])
def test_user_id_valid(ask, user):
    assert ask("GET", f"/recommendations/home?user_id={user}")[0] == 200


@pytest.mark.parametrize("user", ["", "x" * 51, "a-b", "a_b", "a b", "ä", "a;b", "%00"])
def test_user_id_invalid(ask, user):
    path = user if user == "%00" else quote(user)
    status, answer = ask("GET", f"/recommendations/home?user_id={path}")
    assert (status, answer["error"]["field"]) == (400, "user_id")


def test_user_id_missing(ask):
    assert ask("GET", "/recommendations/home")[0] == 400


# --- product_id: exactly 10 upper-case alphanumeric characters ---


def test_product_id_valid(ask):
    status, answer = ask("GET", f"/recommendations/product/{ask.some[0]}")
    assert status == 200 and answer["product"]["id"] == ask.some[0]
    assert 0 < len(answer["similar"]) <= 20 and ask.some[0] not in [p["id"] for p in answer["similar"]]


@pytest.mark.parametrize("product", ["b0zbhn5m40", "B0ZBHN5M4", "B0ZBHN5M400", "B0ZBHN5M4-", "%20"])
def test_product_id_invalid(ask, product):
    assert ask("GET", f"/recommendations/product/{product}")[0] == 400


def test_product_id_unknown(ask):
    assert ask("GET", "/recommendations/product/ZZZZZZZZZZ")[0] == 404


# --- query: not empty after trimming, at most 255 characters ---


@pytest.mark.parametrize("query", ["", " ", "\t\n", "\u3000", "\u200e\u200f"])
def test_query_empty(ask, query):
    assert search(ask, query)[0] == 400


@pytest.mark.parametrize("letter", ["a", "ä", "語", "🎧"])
def test_query_length(ask, letter):
    assert search(ask, letter * 255)[0] == 200
    assert search(ask, letter * 256)[0] == 400


@pytest.mark.parametrize("query", ["the and for", "🎧", "سماعات", "שלום", "\x01\x02", "'\"<script>", "%", "a\u202eb", "-", "x" * 200])
def test_query_odd(ask, query):
    status, answer = search(ask, query)
    assert status in (200, 400) and (status == 400 or answer["results"])


def test_query_not_text(ask):
    assert ask("GET", "/recommendations/search?query=%FF%FE")[0] == 400
    assert ask("GET", "/recommendations/search?query=%zz")[0] == 400
    assert ask("GET", "/recommendations/search")[0] == 400


# --- response_limit: clamped ---


@pytest.mark.parametrize("path,most", [("/recommendations/home?user_id=a", 60), ("/recommendations/product/{id}?", 60), ("/recommendations/search?query=wireless", 6000)])
@pytest.mark.parametrize("limit,expected", [("0", 1), ("-1", 1), ("1", 1), ("1000000000", None), ("99999999999999999999999", None)])
def test_response_limit_clamped(ask, path, most, limit, expected):
    status, answer = ask("GET", f"{path.format(id=ask.some[0])}&response_limit={limit}")
    assert status == 200
    longest = max(len(answer[key]) for key in ("trending", "similar", "results") if key in answer)
    assert longest == expected if expected else longest <= most


@pytest.mark.parametrize("path", ["/recommendations/home?user_id=a", "/recommendations/product/{id}?", "/recommendations/search?query=wireless"])
@pytest.mark.parametrize("limit", ["ten", "2.5", "", "1e3", "0x10", "+5"])
def test_response_limit_not_whole(ask, path, limit):
    assert ask("GET", f"{path.format(id=ask.some[0])}&response_limit={limit}")[0] == 422


# --- event_type: product_click or search_query ---


def test_interaction_click(ask):
    assert ask("POST", INTERACTIONS, {"user_id": "user123", "event_type": "product_click", "product_id": ask.some[0]}, forget=True) == (200, None)


def test_interaction_of_a_product_that_is_gone(ask):
    assert ask("POST", INTERACTIONS, {"user_id": "user123", "event_type": "product_click", "product_id": "ABCD1234XY"}) == (200, None)


def test_interaction_search(ask):
    assert ask("POST", INTERACTIONS, {"user_id": "user123", "event_type": "search_query", "query": " red shoes "}) == (200, None)
    status, answer = ask("GET", INTERACTIONS + "/user123")
    assert status == 200 and answer["days"] == 30
    assert answer["interactions"][0]["query"] == "red shoes" and answer["interactions"][0]["timestamp"] == NOW
    assert [e["event_type"] for e in answer["interactions"]] == ["search_query", "product_click", "product_click"]


@pytest.mark.parametrize("body,status", [
    ({"user_id": "u", "event_type": "product_click"}, 400),
    ({"user_id": "u", "event_type": "product_click", "product_id": None}, 400),
    ({"user_id": "u", "event_type": "search_query"}, 400),
    ({"user_id": "u", "event_type": "search_query", "query": "  "}, 400),
    ({"user_id": "u", "event_type": "search_query", "query": "x" * 256}, 422),
    ({"user_id": "u", "event_type": "search_query", "query": 7}, 422),
    ({"user_id": "u", "event_type": "product_click", "product_id": "lower12345"}, 422),
    ({"user_id": "u", "event_type": "view", "product_id": "ABCD1234XY"}, 422),
    ({"user_id": "u", "event_type": 1}, 422),
    ({"user_id": "u"}, 422),
    ({"user_id": "u-1", "event_type": "search_query", "query": "x"}, 422),
    ({"event_type": "search_query", "query": "x"}, 422),
])  # fmt: skip
def test_interaction_refused(ask, body, status):
    assert ask("POST", INTERACTIONS, body)[0] == status


@pytest.mark.parametrize("days,status,shown", [("", 422, 0), ("0", 200, 1), ("-1", 200, 1), ("1000000000", 200, 365), ("x", 422, 0), ("7", 200, 7)])
def test_interactions_days(ask, days, status, shown):
    got, answer = ask("GET", f"{INTERACTIONS}/user123?days={days}")
    assert got == status and (status != 200 or answer["days"] == shown)


def test_interactions_user_id_invalid(ask):
    assert ask("GET", INTERACTIONS + "/a-b")[0] == 400


# --- what the pages rely on ---


def test_home_of_somebody_new_and_of_somebody_stale(ask):
    status, new = ask("GET", "/recommendations/home?user_id=a", forget=True)
    assert status == 200 and new["personalized"] == [] and new["trending"] and new["best_value"] and new["diverse_picks"]
    assert all(len(products) <= 20 for products in new["top_categories"].values()) and new["top_categories"]
    ask("POST", INTERACTIONS, {"user_id": "a", "event_type": "product_click", "product_id": ask.some[0]})
    own = ask("GET", "/recommendations/home?user_id=a")[1]["personalized"]
    assert own and ask.some[0] not in [p["id"] for p in own] and len({p["id"] for p in own}) == len(own)
    assert ask("GET", "/recommendations/home?user_id=a", now=LATER)[1]["personalized"] == []


def test_search_without_a_match_falls_back(ask):
    status, answer = search(ask, "qqqqzzzzxx")
    assert status == 200 and answer["fallback_reason"] == "no_search_matches" and answer["results"] and answer["total"] == 0
    assert search(ask, "qqqqzzzzxx", strict=1) == (404, answer)
    assert "fallback_reason" not in search(ask, "wireless", strict=1)[1]


def test_products_have_the_fields_of_the_specification(ask):
    for product in search(ask, "wireless")[1]["results"]:
        assert list(product)[:9] == ["id", "name", "category", "image", "price", "original_price", "rating", "reviews", "discount_ratio"]
        if product["price"] and product["original_price"] and product["price"] <= product["original_price"]:
            assert product["discount_ratio"] == pytest.approx(1 - product["price"] / product["original_price"], abs=5.1e-5)


def test_the_same_set_in_the_order_of_taste(ask):
    plain = search(ask, "for", match="any")[1]["results"]
    ask("POST", INTERACTIONS, {"user_id": "a", "event_type": "product_click", "product_id": plain[-1]["id"]}, forget=True)
    own = search(ask, "for", match="any", personal=1)[1]["results"]
    assert sorted(p["id"] for p in own) == sorted(p["id"] for p in plain)
    assert [p["id"] for p in own] != [p["id"] for p in plain]


def test_filters_and_facets(ask):
    body = {"query": "for", "match": "any", "facets": True, "response_limit": 6000}
    everything = ask("POST", "/recommendations/search", body)[1]
    for facet in everything["facets"]["main_category"]:
        some = ask("POST", "/recommendations/search", {**body, "filter": {"main_category": facet["value"]}})[1]
        assert some["total"] == facet["count"] == len(some["results"])
        assert all(p["category"].startswith(facet["value"]) for p in some["results"])
    cheap = ask("POST", "/recommendations/search", {**body, "filter": {"discount_price": {"maximum": 500}}, "sort": "price"})[1]["results"]
    prices = [p["price"] for p in cheap]
    assert prices == sorted(prices) and prices and prices[-1] <= 500
    assert ask("POST", "/recommendations/search", {"query": "x", "filter": {"nothing": 1}})[0] == 422
    assert ask("POST", "/recommendations/search", {"query": "x", "filter": {"discount_price": {"max": 5}}})[0] == 422
    assert ask("POST", "/recommendations/search", {})[0] == 400


def test_words_that_must_and_must_not_be_there(ask):
    every = ask("POST", "/recommendations/search", {"query": "for", "match": "any", "response_limit": 6000})[1]["results"]
    word = every[0]["name"].split()[0]
    with_it = ask("POST", "/recommendations/search", {"must": [word], "response_limit": 6000})[1]["results"]
    assert with_it and all(word.lower() in p["name"].lower() for p in with_it)
    without = ask("POST", "/recommendations/search", {"query": "for", "match": "any", "must_not": [word], "response_limit": 6000})[1]["results"]
    assert not {p["id"] for p in with_it} & {p["id"] for p in without}


def test_highlights_are_in_utf16_units(ask):
    for product in search(ask, "wireless bluetooth", match="any", highlight=1)[1]["results"]:
        name = product["name"].encode("utf-16-le")
        for start, length in product["highlight"]:
            part = name[2 * start : 2 * (start + length)].decode("utf-16-le").lower()
            assert part[:5] in ("wirel", "bluet")

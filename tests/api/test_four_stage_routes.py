"""The routes of four stages: fields, exactly N, rules, the blend, the cross-encoder's order, interactions, analytics; asked of the command over a
small retailer with vectors and over a shop without, and once over HTTP."""
import hashlib
import json
import math
import os
import random
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

COMMAND = os.environ.get("PR_TEST_COMMAND", str(Path(__file__).resolve().parents[2] / "build/native/pocketrec"))
NOW = 1763683200  # 2025-11-21
DAY = 86400
API = "/api/v1"
HOME, CART, PRODUCT, TOGETHER, CATEGORY = (f"{API}/recommendations/{name}" for name in ("homepage", "cart", "product", "frequently-bought-together", "category"))
PERFORMANCE, FUNNEL = f"{API}/analytics/recommendations/performance", f"{API}/analytics/conversion-funnel"
WEIGHTS = {"content": 0.5, "collaborative": 0.3, "popularity": 0.2}
PICK = ["product_id", "external_product_id", "name", "category", "price", "image_url", "score", "position", "hybrid_score", "parts", "pair_score", "new_arrival"]
KEPT = {"VIEW": "click", "CART_ADD": "cart", "CART_REMOVE": "cart_remove", "PURCHASE": "purchase", "WISHLIST_ADD": "like", "RECOMMENDATION_CLICK": "recommendation_click"}
TASTE = {"purchase": 5, "cart": 3, "like": 2, "recommendation_click": 1.5, "click": 1, "cart_remove": -1}


class Site:
    """A bundle, its items, and many requests at once."""

    def __init__(self, bundle):
        self.bundle = bundle
        items = self.get(f"{API}/items/popular?n=1000")
        self.ids = [item.get("item_id", item.get("id")) for item in items.get("items", items.get("recommendations"))]
        rows = self.batch([("GET", f"{API}/items/{quote(one)}", None, None, NOW) for one in self.ids])
        self.items = {one: row[1] for one, row in zip(self.ids, rows)}

    def batch(self, requests):
        """(status, answer, state) of each (method, path, body, events or state, now)."""
        lines = []
        for method, path, body, events, now in requests:
            state = "" if events is None else events if isinstance(events, str) else json.dumps({"version": 1, "events": events})
            text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
            lines.append(json.dumps({"method": method, "path": path, "body": text, "state": state, "now": now, "seed": 0}))
        done = subprocess.run([COMMAND, "ask", str(self.bundle), "--batch", "-"], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(answers) == len(requests)
        return [(answer["status"], json.loads(answer["body"]) if answer["body"] else None, answer["state"]) for answer in answers]

    def call(self, method, path, body=None, events=None, now=NOW):
        return self.batch([(method, path, body, events, now)])[0][:2]

    def get(self, path, events=None, now=NOW):
        status, answer = self.call("GET", path, None, events, now)
        assert status == 200, answer
        return answer

    def post(self, path, body, events=None, now=NOW):
        """(answer, state)"""
        status, answer, state = self.batch([("POST", path, body, events, now)])[0]
        assert status in (200, 201), answer
        return answer, state


@pytest.fixture(scope="module")
def retail(staged_bundle):
    return Site(staged_bundle)


@pytest.fixture(scope="module")
def shop(staged_shop):
    return Site(staged_shop)


@pytest.fixture(params=["retail", "shop"])
def site(request):
    return request.getfixturevalue(request.param)


def event(item, kind="purchase", days_ago=1.0, **more):
    return {"type": kind, "item": item, "time": NOW - int(days_ago * DAY), **more}


def history(site, rng, most=12):
    kinds = ["purchase"] * 3 + ["cart", "click", "click", "like", "dislike", "cart_remove", "recommendation_click"]
    return sorted((event(rng.choice(site.ids), rng.choice(kinds), rng.uniform(0.01, 200)) for _ in range(rng.randint(1, most))), key=lambda one: one["time"])


def ids_of(answer):
    return [pick["product_id"] for pick in answer["recommendations"]]


def category_of(item):
    return item.get("subcategory", item.get("sub_category"))


def in_stock(item):
    return item.get("stock") is None or item["stock"] > 0


def paths(site, rng):
    one = quote(rng.choice(site.ids))
    return [HOME, f"{PRODUCT}/{one}", CART, f"{CART}?items={','.join(rng.sample(site.ids, 3))}", f"{TOGETHER}/{one}"]


# --- the reference's fields ---


def test_fields(site):
    events = [event(item, "click", 2) for item in site.ids[:3]]
    one = quote(site.ids[5])
    asked = {f"{HOME}?user_id=u-1&limit=3": ("homepage", 3), HOME: ("homepage", 12), f"{PRODUCT}/{one}": ("product_page", 8), CART: ("cart", 8), f"{TOGETHER}/{one}": ("product_page", 4)}
    for path, (context, limit) in asked.items():
        answer = site.get(path, events)
        assert list(answer)[:5] == ["recommendations", "request_id", "context", "user_id", "generated_at"]
        assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", answer["request_id"])
        assert (answer["context"], answer["generated_at"]) == (context, "2025-11-21T00:00:00Z")
        assert answer["user_id"] == ("u-1" if "u-1" in path else None)
        assert len(answer["recommendations"]) == answer["requested"] == answer["returned"] == limit and answer["reason"] is None
        for place, pick in enumerate(answer["recommendations"]):
            assert list(pick) == PICK and pick["position"] == place + 1 and pick["external_product_id"] == pick["product_id"] and pick["name"]
            item = site.items[pick["product_id"]]
            assert pick["category"].endswith(category_of(item)) and pick["price"] == pytest.approx(item.get("price", item.get("discount_price")), abs=0.006)


def test_request_ids_differ_by_what_was_asked(retail):
    answers = [retail.get(path, events, now) for path, events, now in ((HOME, None, NOW), (HOME + "?limit=3", None, NOW), (HOME, [event(retail.ids[0])], NOW), (HOME, None, NOW + 1))]
    assert len({answer["request_id"] for answer in answers}) == 4
    assert retail.get(HOME)["request_id"] == answers[0]["request_id"]


# --- how many, and which ---


@pytest.mark.parametrize("limit", [1, 5, 12, 40, 100, 10**9])
def test_exactly_n_once_each_and_none_unwanted(site, limit):
    rng = random.Random(limit)
    asked = []
    for _ in range(8):
        events = history(site, rng)
        asked += [(path + ("&" if "?" in path else "?") + f"limit={limit}", events) for path in paths(site, rng)]
    for (path, events), (status, answer, state) in zip(asked, site.batch([("GET", path, None, events, NOW) for path, events in asked])):
        assert status == 200 and state is None, (path, answer)
        found = ids_of(answer)
        last = {one["item"]: one["type"] for one in events if one["type"] in ("like", "dislike")}
        cart = {}
        for one in events:
            if one["type"] in ("cart", "cart_remove", "purchase"):
                cart[one["item"]] = one["type"] == "cart"
        unwanted = {item for item, kind in last.items() if kind == "dislike"} | {item for item, there in cart.items() if there}
        unwanted |= {one for one in site.ids if path.startswith((f"{PRODUCT}/{quote(one)}?", f"{TOGETHER}/{quote(one)}?"))}
        unwanted |= set(path.split("items=")[1].split("&")[0].split(",")) if "items=" in path else set()
        wanted = min(limit, 100)
        assert len(found) == len(set(found)) == answer["returned"] and not unwanted & set(found)
        assert all(in_stock(site.items[one]) for one in found)
        assert len(found) == wanted or answer["reason"] == "catalogue_exhausted", path
        assert (len(found) == wanted) == (answer["reason"] is None)
        scores = [pick["score"] for pick in answer["recommendations"]]
        assert scores == sorted(scores, reverse=True)
        if limit <= 40:
            assert len(found) == wanted, path


def test_limits_that_are_refused(site):
    for path in paths(site, random.Random(1)):
        for limit in ("0", "-1", "1.5", "x", "", "NaN", "null"):
            status, answer = site.call("GET", path + ("&" if "?" in path else "?") + f"limit={limit}")
            assert (status, answer["error"]["field"]) == (422, "limit")
    for limit in (0, -1, 1.5, "5", None, [], True):
        status, answer = site.call("POST", HOME, {"limit": limit})
        assert (status, answer["error"]["field"]) == (422, "limit")


def test_what_does_not_exist(site):
    for path in (PRODUCT, TOGETHER):
        for unknown in ("nobody", "%00", "x" * 300, "%F0%9F%98%80"):
            status, answer = site.call("GET", f"{path}/{unknown}")
            assert (status, answer["error"]["code"]) == (404, "product_not_found")
    assert site.call("POST", f"{TOGETHER}/{quote(site.ids[0])}", {})[0] == 405
    assert site.call("DELETE", HOME)[0] == 405


def test_an_empty_cart_and_one_that_is_not_known(site):
    for path in (CART, f"{CART}?items=", f"{CART}?items=gone", f"{CART}?items=gone,{'é' * 256}"):
        answer = site.get(path)
        assert answer["fallback_used"] and answer["returned"] == 8
        assert len(answer["unknown_items"]) == path.count("gone") + path.count(",")
    assert ids_of(site.get(CART)) == ids_of(site.get(HOME + "?limit=8"))
    for wrong in ("items=,", "items=a,,b", f"items={'a' * 257}", "items=" + ",".join(["x"] * 51)):
        assert site.call("GET", f"{CART}?{wrong}")[0] == 422
    for wrong in ({"items": "a"}, {"items": [7]}, {"items": [""]}, {"items": ["x"] * 51}, {"items": [site.ids[0]], "bogus": 1}):
        assert site.call("POST", CART, wrong)[0] == 422
    assert site.call("POST", HOME, {"items": []})[0] == 422


def test_the_cart_of_the_request_and_of_the_state_are_the_same(site):
    three = site.ids[3:6]
    events = [event(site.ids[9], "cart", 9), *[event(item, "cart", 3) for item in three], event(site.ids[9], "cart_remove", 2)]
    own, given = site.get(CART, events), site.get(f"{CART}?items={','.join(reversed(three))}", events)
    assert own["recommendations"] == given["recommendations"] and not own["fallback_used"]
    posted, _ = site.post(CART, {"items": list(reversed(three))}, events)
    assert posted["recommendations"] == given["recommendations"]


# --- stages one and two ---


def test_parts_are_scaled_and_sum_to_the_blend(site):
    rng = random.Random(5)
    requests = [("GET", path, None, history(site, rng), NOW) for _ in range(5) for path in paths(site, rng)]
    for (_, path, _, _, _), (_, answer, _) in zip(requests, site.batch(requests)):
        for pick in answer["recommendations"]:
            assert pick["hybrid_score"] == pytest.approx(sum(pick["parts"].values()), abs=1e-6)
            assert all(0 <= pick["parts"][voice] <= WEIGHTS[voice] * (1 + 1e-9) for voice in WEIGHTS)
            if not path.startswith(TOGETHER):
                assert pick["score"] == pytest.approx(pick["hybrid_score"] * (1.5 if pick["new_arrival"] else 1), rel=1e-6)


def test_candidates_are_counted(retail):
    stages = retail.get(HOME, [event(item, days_ago=5) for item in retail.ids[:4]])["stages"]
    assert stages["candidates"]["content"] == stages["candidates"]["collaborative"] == stages["candidates"]["popularity"] == 50
    assert 50 < stages["candidates"]["together"] <= 150
    new = retail.get(HOME)
    assert new["fallback_used"] and new["stages"]["candidates"]["content"] == new["stages"]["candidates"]["collaborative"] == 0


UNTIL = ["read", "find", "score", "rules"]
REACHED = {"read": [], "find": ["candidates"], "score": ["candidates"]}


def test_a_request_stops_after_a_stage_and_tells_its_counts(site):
    """The counts are those of the whole answer, as far as the request goes; nothing of the state changes."""
    rng = random.Random(8)
    for path in paths(site, rng):
        events, sign = history(site, rng), "&" if "?" in path else "?"
        whole = site.get(path, events)
        answers = site.batch([("GET", f"{path}{sign}until={until}", None, events, NOW) for until in UNTIL])
        assert list(whole["stages"]) == ["candidates", "reranked", "rerank_skipped", "out_of_stock", "new_arrivals", "held_back", "filled_up"]
        for until, (status, answer, state) in zip(UNTIL, answers):
            reached = REACHED.get(until, list(whole["stages"]))
            assert (status, state) == (200, None) and answer == {"until": until, "stages": {name: whole["stages"][name] for name in reached}}, path


def test_stages_that_do_not_exist(site):
    for path in paths(site, random.Random(9)):
        for until in ("", "answer", "Find", "find%00", "rule", "findscore"):
            status, answer = site.call("GET", path + ("&" if "?" in path else "?") + f"until={until}")
            assert (status, answer["error"]["field"]) == (422, "until"), path
    assert site.call("GET", f"{PRODUCT}/nobody?until=read")[0] == 404
    assert site.call("POST", HOME, {"until": "find"})[1]["error"] == {"code": "unknown_field", "message": "this request does not take that field", "field": "until"}


def test_content_is_the_cosine_of_vectors(retail):
    """Preference vectors of one item each are the items' own: their products are what candidates are ordered by."""
    vector = {}
    answers = retail.batch([("GET", f"{API}/preferences", None, [event(item, "click", 0)], NOW) for item in retail.ids])
    for item, (_, answer, _) in zip(retail.ids, answers):
        vector[item] = answer["vector"]
        assert math.sqrt(sum(x * x for x in vector[item])) == pytest.approx(1, abs=1e-6)
    asked = retail.ids[0]
    pages = retail.get(f"{PRODUCT}/{quote(asked)}?limit=100")["recommendations"]
    cosine = {pick["product_id"]: sum(a * b for a, b in zip(vector[asked], vector[pick["product_id"]])) for pick in pages}
    parts = {pick["product_id"]: pick["parts"]["content"] for pick in pages}
    best = max(parts, key=parts.get)
    for item in parts:
        assert parts[item] == pytest.approx(max(0, cosine[item]) / cosine[best] * parts[best], abs=0.01)


def test_preference_vector_by_hand(retail):
    """5 exp(-3/30) a + 1 exp(-60/30) b - 1 c, made unit length."""
    a, b, c = retail.ids[10:13]
    alone = [retail.get(f"{API}/preferences", [event(item, "click", 0)])["vector"] for item in (a, b, c)]
    events = [event(b, "click", 60), event(a, "purchase", 3), event(c, "cart_remove", 0)]
    answer = retail.get(f"{API}/preferences", events)
    weights = [5 * math.exp(-0.1), math.exp(-2), -1]
    assert {one["product_id"]: one["weight"] for one in answer["products"]} == {item: pytest.approx(w, abs=1e-4) for item, w in zip((a, b, c), weights)}
    total = [sum(w * v[d] for w, v in zip(weights, alone)) for d in range(len(alone[0]))]
    length = math.sqrt(sum(x * x for x in total))
    # the items' own vectors have about length 1, off by their rounding to eight bits
    assert sum(x / length * y for x, y in zip(total, answer["vector"])) == pytest.approx(1, abs=1e-4)


def test_preferences_sum_up_events(site):
    rng = random.Random(6)
    for events in [history(site, rng, 30) for _ in range(10)]:
        answer = site.get(f"{API}/preferences?user_id=me", events)
        weights, categories = {}, {}
        for one in events:
            weight = TASTE.get(one["type"], 0) * math.exp(-(NOW - one["time"]) / DAY / 30)
            weights[one["item"]] = weights.get(one["item"], 0) + weight
        for item, weight in weights.items():
            categories[category_of(site.items[item])] = categories.get(category_of(site.items[item]), 0) + weight
        assert answer["interaction_count"] == sum(one["type"] in TASTE for one in events) and answer["product_count"] == len(weights)
        for one in answer["products"]:
            assert one["weight"] == pytest.approx(weights[one["product_id"]], abs=6e-5)
        best = sorted((weight for weight in categories.values() if weight > 0), reverse=True)
        assert [one["weight"] for one in answer["top_categories"]] == [pytest.approx(weight, abs=6e-5) for weight in best[:5]]
        prices = [site.items[item].get("price", site.items[item].get("discount_price")) for item, weight in weights.items() if weight > 0]
        known = [price for price in prices if price is not None]
        if known:
            assert (answer["price_range"]["min"], answer["price_range"]["max"]) == (pytest.approx(min(known), abs=0.006), pytest.approx(max(known), abs=0.006))
    assert site.get(f"{API}/preferences")["price_range"] == {"min": None, "max": None, "average": None}


def test_taste_moves_the_homepage(site):
    lists = {tuple(ids_of(site.get(HOME, [event(item, "click", 1) for item in site.ids[at : at + 2]]))) for at in range(0, 60, 10)}
    assert len(lists) == 6 and tuple(ids_of(site.get(HOME))) not in lists


# --- stage three ---


@pytest.mark.parametrize("path", [HOME, CART, PRODUCT])
def test_pair_scores_reorder_the_first_twenty(retail, path):
    events = [event(item, "cart", 2) for item in retail.ids[20:23]]
    path = f"{PRODUCT}/{quote(retail.ids[4])}" if path == PRODUCT else path
    before = retail.get(f"{path}?limit=100&pairs=true", events)
    documents = before["pairs"]["documents"]
    assert before["pairs"]["query"] and len(documents) == 20 and all(one["text"].startswith(retail.items[one["product_id"]]["title"]) for one in documents)
    assert before["stages"]["reranked"] == 0 and before["stages"]["rerank_skipped"] == "no_pair_scores"
    pairs = {one["product_id"]: place for place, one in enumerate(documents)}  # the last shall be the first
    after, _ = retail.post(path, {"limit": 100, "pair_scores": pairs | {"gone": 1e300, retail.ids[-1]: -5}}, events)
    assert after["stages"]["reranked"] == 20 and after["stages"]["rerank_skipped"] is None
    scored = [pick for pick in after["recommendations"] if pick["product_id"] in pairs]
    plain = [pick["pair_score"] for pick in scored if not pick["new_arrival"]]
    assert plain == sorted(plain, reverse=True) and {pick["product_id"]: pick["pair_score"] for pick in scored} == {one: score for one, score in pairs.items() if in_stock(retail.items[one])}
    assert set(ids_of(after)) == set(ids_of(before))
    same = {pick["product_id"]: pick["hybrid_score"] for pick in before["recommendations"]}
    assert same == {pick["product_id"]: pick["hybrid_score"] for pick in after["recommendations"]}
    assert retail.post(path, {"limit": 100}, events)[0]["recommendations"] == before["recommendations"]


def test_pair_scores_that_are_refused(retail):
    for wrong in ([], 7, "x", {"a": "1"}, {"a": None}, {"": 1}, {"x" * 257: 1}, {str(i): i for i in range(101)}):
        status, answer = retail.call("POST", HOME, {"pair_scores": wrong})
        assert (status, answer["error"]["field"]) == (422, "pair_scores")
    for wrong in ({"pairs": 1}, {"user_id": ""}, {"user_id": 7}, {"user_id": "u" * 257}, {"bogus": 1}):
        assert retail.call("POST", HOME, wrong)[0] == 422
    for wrong in ("pairs=maybe", "pairs=", "user_id=", "limit=1&limit=2"):
        assert retail.call("GET", f"{HOME}?{wrong}")[0] == 422


# --- stage four ---


def test_at_most_three_of_a_category(site):
    rng = random.Random(8)
    requests = [("GET", f"{HOME}?limit=12", None, history(site, rng), NOW) for _ in range(20)]
    categories = {category_of(item) for item in site.items.values()}
    assert len(categories) >= 6
    for _, answer, _ in site.batch(requests):
        found = [category_of(site.items[one]) for one in ids_of(answer)]
        assert max(found.count(category) for category in found) <= 3


def test_places_that_no_other_category_can_take_are_filled_again(shop):
    categories = {category_of(item) for item in shop.items.values()}
    answer = shop.get(f"{HOME}?limit=100", [event(shop.ids[0], "click")])
    found = [category_of(shop.items[one]) for one in ids_of(answer)]
    assert len(found) == 100 > 3 * len(categories) and max(found.count(category) for category in found) > 3
    assert answer["stages"]["held_back"] > 0 and set(found) == categories


def test_out_of_stock_and_new_arrivals(retail):
    out = {one for one, item in retail.items.items() if item["stock"] == 0}
    new = {one for one, item in retail.items.items() if item["arrived"] == "2025-11-01"}
    assert out and new
    answer = retail.get(f"{HOME}?limit=100", [event(item, "click") for item in retail.ids[:5]])
    assert answer["stages"]["out_of_stock"] > 0 and not out & set(ids_of(answer))
    assert {pick["product_id"] for pick in answer["recommendations"] if pick["new_arrival"]} == new & set(ids_of(answer))
    assert answer["stages"]["new_arrivals"] > 0
    later = retail.get(f"{HOME}?limit=100", now=NOW + 60 * DAY)
    assert {pick["product_id"] for pick in later["recommendations"] if pick["new_arrival"]} <= {one for one, item in retail.items.items() if item["arrived"] == "2026-01-01"}


# --- the page of a category ---


@pytest.fixture
def categories(site):
    """The products of each category of any level, the most popular first."""
    found = {}
    for one in site.ids:
        for name in filter(None, map(site.items[one].get, ("category", "subcategory", "main_category", "sub_category"))):
            found.setdefault(name, []).append(one)
    return found


def test_a_category_shows_its_own_products_and_all_of_them(site, categories):
    rng = random.Random(12)
    assert len(categories) > 8
    for name, items in categories.items():
        events = history(site, rng)
        page = f"{CATEGORY}/{quote(name, safe='')}?limit=100&user_id=u-1"
        new, own = site.get(page), site.get(page, events)
        for answer in (new, own):
            assert list(answer)[:6] == ["recommendations", "request_id", "context", "category", "user_id", "generated_at"]
            assert (answer["context"], answer["category"], answer["user_id"]) == ("category_page", name, "u-1")
            assert all(name in pick["category"].split(" > ") and list(pick) == PICK for pick in answer["recommendations"])
            assert answer["stages"]["held_back"] == 0 and [pick["position"] for pick in answer["recommendations"]] == list(range(1, answer["returned"] + 1))
        assert new["fallback_used"] and set(ids_of(new)) == {one for one in items if in_stock(site.items[one])}
        away = {one["item"] for one in events if one["type"] in ("dislike", "purchase", "cart")}
        assert set(ids_of(new)) - away <= set(ids_of(own)) <= set(ids_of(new))
        assert new["reason"] == (None if new["returned"] == 100 else "catalogue_exhausted")


def test_a_category_is_the_visitors_own(site, categories):
    name, items = max(categories.items(), key=lambda one: len(one[1]))
    page = f"{CATEGORY}/{quote(name, safe='')}"
    new = site.get(page)
    assert new["requested"] == 12 and new["stages"]["candidates"]["content"] == new["stages"]["candidates"]["collaborative"] == 0
    likings = [[event(item, "click", 2)] for item in items[-4:]]
    answers = [site.get(page, events) for events in likings]
    assert len({tuple(ids_of(answer)) for answer in answers}) > 1 and not any(answer["fallback_used"] for answer in answers)
    assert all(answer["stages"]["candidates"]["content"] > 0 for answer in answers)
    first = ids_of(new)[:2]
    scores = {first[0]: -1, first[1]: 1}
    posted, _ = site.post(page, {"limit": 12, "pair_scores": scores, "pairs": True})
    assert ids_of(posted)[:2] == first[::-1] and posted["pairs"]["query"] == name and len(posted["pairs"]["documents"]) == min(20, len(ids_of(site.get(f"{page}?limit=100"))) + posted["stages"]["out_of_stock"])


def test_categories_that_are_not_there(site):
    for unknown in ("nowhere", "%00", "x" * 300, "%F0%9F%98%80", "a%2Fb", "%20"):
        status, answer = site.call("GET", f"{CATEGORY}/{unknown}")
        assert (status, answer["error"]["code"], answer["error"]["field"]) == (404, "category_not_found", "category")
    assert site.call("DELETE", f"{CATEGORY}/nowhere")[0] == 405


def test_a_bundle_of_before_has_no_pages_of_categories(site, tmp_path):
    """Without the table and what the settings say of it: everything else answers as ever."""
    old = tmp_path / "bundle"
    shutil.copytree(site.bundle, old)
    manifest = json.loads((old / "manifest.json").read_text())
    assert manifest["settings"]["meaning"].pop("categories")
    manifest["shards"] = [shard for shard in manifest["shards"] if "categories" not in shard["table"]]
    text = json.dumps(manifest).replace(manifest["checksum"], "0" * 64)
    (old / "manifest.json").write_text(text.replace("0" * 64, hashlib.sha256(text.encode()).hexdigest()))
    before = Site(old)
    answer = before.get(HOME)
    assert ids_of(answer) == ids_of(site.get(HOME))
    status, answer = before.call("GET", f"{CATEGORY}/{quote(answer['recommendations'][0]['category'].split(' > ')[0], safe='')}")
    assert (status, answer["error"]["message"]) == (404, "this bundle has no lists of categories")
    described = before.get("/openapi.json")["paths"]  # nothing stands for the category of the first product
    assert "example" not in described["/api/v1/recommendations/category/{category}"]["get"]["parameters"][0]["schema"]


# --- bought together ---


def test_bought_together_comes_first(site):
    tiers = set()
    for asked in site.ids[:20]:
        answer = site.get(f"{TOGETHER}/{quote(asked)}?limit=100")
        for pick in answer["recommendations"]:
            tier = 2 if pick["parts"]["collaborative"] > 0 else 1 if pick["parts"]["content"] > 0 else 0
            tiers.add(tier)
            assert tier / 3 <= pick["score"] <= (tier + 1) / 3 + 1e-9
        assert answer["stages"]["rerank_skipped"] == "not_part_of_this_list"
    assert {2, 1} <= tiers


# --- interactions ---


def test_interactions_are_kept_with_their_list(site):
    a, b = site.ids[:2]
    body = {"user_id": "u", "interactions": [
        {"interaction_type": "RECOMMENDATION_IMPRESSION", "request_id": "r-1", "context": "homepage", "product_ids": [a, b]},
        *[{"interaction_type": kind, "product_id": a} for kind in KEPT if kind != "RECOMMENDATION_CLICK"],
        {"interaction_type": "RECOMMENDATION_CLICK", "product_id": b, "request_id": "r-1", "position": 2, "context": "homepage"},
        {"interaction_type": "PURCHASE", "product_id": b, "quantity": 2, "price": 4.5},
    ]}  # fmt: skip
    status, answer, state = site.batch([("POST", f"{API}/interactions", body, None, NOW)])[0]
    assert (status, answer) == (201, {"stored": 8, "events": 7})
    kept = json.loads(state)
    assert kept["shown"] == [{"request": "r-1", "context": "homepage", "count": 2, "time": NOW}]
    assert [one["type"] for one in kept["events"]] == [KEPT[kind] for kind in KEPT if kind != "RECOMMENDATION_CLICK"] + ["recommendation_click", "purchase"]
    assert kept["events"][-2] == {"type": "recommendation_click", "item": b, "time": NOW, "request": "r-1", "position": 2, "context": "homepage"}
    assert kept["events"][-1] == {"type": "purchase", "item": b, "time": NOW, "quantity": 2, "price": 4.5}
    exported = site.batch([("GET", f"{API}/me", None, state, NOW)])[0][1]
    status, _, imported = site.batch([("PUT", f"{API}/me", exported, None, NOW)])[0]
    assert status in (200, 204) and json.loads(imported) == kept


RIGHT = {"interaction_type": "CART_ADD", "product_id": "{id}", "quantity": 1, "price": 2, "request_id": "r", "position": 1, "context": "cart"}
CLICK = {"interaction_type": "RECOMMENDATION_CLICK", "product_id": "{id}", "request_id": "r"}
SHOWN = {"interaction_type": "RECOMMENDATION_IMPRESSION", "product_ids": ["{id}"], "request_id": "r", "context": "homepage"}
WRONG = [
    {}, {"interaction_type": "VIEW"}, {**RIGHT, "interaction_type": "view"}, {**RIGHT, "interaction_type": 7}, {**RIGHT, "interaction_type": None}, {**RIGHT, "interaction_type": "VIEW"},
    {**RIGHT, "product_id": 7}, {**RIGHT, "product_id": ""}, {**RIGHT, "product_id": None}, {**RIGHT, "product_id": ["{id}"]}, {**RIGHT, "quantity": 0}, {**RIGHT, "quantity": "1"},
    {**RIGHT, "quantity": 1e7}, {**RIGHT, "price": -1}, {**RIGHT, "price": []}, {**RIGHT, "request_id": ""}, {**RIGHT, "request_id": 5}, {**RIGHT, "request_id": "a b"}, {**RIGHT, "request_id": "x" * 65},
    {**RIGHT, "position": 0}, {**RIGHT, "position": 1.5}, {**RIGHT, "position": "1"}, {**RIGHT, "position": 1e9}, {**RIGHT, "context": "moon"}, {**RIGHT, "context": 1}, {**RIGHT, "bogus": 1},
    {**RIGHT, "user_id": 7}, {**RIGHT, "user_id": ""}, {**CLICK, "request_id": None}, {"interaction_type": "RECOMMENDATION_CLICK", "product_id": "{id}"}, {**CLICK, "quantity": 1},
    {**SHOWN, "product_ids": []}, {**SHOWN, "product_ids": "{id}"}, {**SHOWN, "product_ids": [7]}, {**SHOWN, "request_id": None}, {**SHOWN, "position": 1}, {**SHOWN, "product_id": "{id}"},
    {"interactions": []}, {"interactions": {}}, {"interactions": [7]}, {"interactions": [RIGHT], "bogus": 1}, {"interactions": [{**RIGHT, "user_id": "u"}]}, {"interactions": [RIGHT, {**RIGHT, "price": -1}]},
    {"interactions": [RIGHT] * 1001},
]  # fmt: skip


def test_interactions_that_are_refused_leave_nothing(site):
    def filled(body):
        return json.dumps(body).replace("{id}", site.ids[0])

    for body in (RIGHT, CLICK, SHOWN, {**RIGHT, "request_id": None, "position": None, "context": None, "price": None}):
        assert site.call("POST", f"{API}/interactions", filled(body))[0] == 201, body
    for body, (status, answer, state) in zip(WRONG, site.batch([("POST", f"{API}/interactions", filled(body), None, NOW) for body in WRONG])):
        assert status == 422 and answer["error"]["message"] and state is None, (body, answer)
    for body in ({**RIGHT, "product_id": "gone"}, {**SHOWN, "product_ids": ["gone"]}, {**RIGHT, "product_id": "x" * 300}):
        status, answer = site.call("POST", f"{API}/interactions", filled(body))
        assert (status, answer["error"]["code"]) == (404, "product_not_found")
    for text in ("", "[]", "{", "7"):
        assert site.call("POST", f"{API}/interactions", text)[0] == 400


def test_states_that_are_refused(retail):
    good = {"version": 1, "events": [event(retail.ids[0], request="r", position=3, context="cart")], "shown": [{"request": "r", "count": 3, "time": NOW}]}
    assert retail.call("GET", HOME, None, json.dumps(good))[0] == 200
    wrong = [{"shown": 7}, {"shown": [7]}, {"shown": [{"request": "r", "count": 0, "time": NOW}]}, {"shown": [{"request": "r", "count": 1}]}, {"shown": [{"request": "", "count": 1, "time": 0}]}]
    wrong += [{"shown": [{"request": "r", "count": 1, "time": 0, "context": 7}]}, {"shown": good["shown"] * 201}]
    wrong += [{"events": [event(retail.ids[0], **more)]} for more in ({"request": 7}, {"request": "a b"}, {"position": 0}, {"context": 7}, {"quantity": -1})]
    for part in wrong:
        status, answer = retail.call("GET", HOME, None, json.dumps({**good, **part}))
        assert (status, answer["error"]["code"]) == (400, "invalid_state"), part


def test_a_context_of_a_later_version_counts_as_none(retail):
    row = {"request": "r", "count": 3, "time": NOW, "context": "moon"}
    state = json.dumps({"version": 1, "events": [event(retail.ids[0], request="r", context="moon")], "shown": [row]})
    status, answer = retail.call("GET", HOME, None, state)
    assert status == 200 and answer["recommendations"]
    _, state = retail.post(f"{API}/interactions", {**SHOWN, "product_ids": [retail.ids[1]], "request_id": "new"}, state)
    kept = json.loads(state)
    assert [(one["request"], one.get("context")) for one in kept["shown"]] == [("r", None), ("new", "homepage")]
    assert kept["events"][0].get("context") is None


def test_the_oldest_lists_make_room(retail):
    state = json.dumps({"version": 1, "shown": [{"request": f"r{i}", "count": 1, "time": i} for i in range(200)]})
    _, state = retail.post(f"{API}/interactions", {**SHOWN, "product_ids": [retail.ids[0]], "request_id": "new"}, state)
    kept = json.loads(state)["shown"]
    assert len(kept) == 200 and kept[0]["request"] == "r1" and kept[-1]["request"] == "new"


# --- analytics ---


def test_performance_by_hand(retail):
    a, b, c, d = retail.ids[:4]
    price = retail.items[c]["price"]
    shown = [{"request": "home", "context": "homepage", "count": 10, "time": NOW - 20 * DAY}, {"request": "page", "context": "product_page", "count": 4, "time": NOW - 3 * DAY},
             {"request": "home", "context": "homepage", "count": 2, "time": NOW - 2 * DAY}, {"request": "old", "context": "homepage", "count": 50, "time": NOW - 31 * DAY}]
    click = "recommendation_click"
    events = [
        event(a, click, 20, request="home"), event(a, click, 20, request="home"), event(b, click, 19, request="home", position=3),
        event(a, "purchase", 12.9),  # more than seven days after its click
        event(b, "purchase", 12.5, quantity=2, price=10),  # within
        event(c, click, 3, request="page"), event(c, click, 2.5, request="mail", context="email"), event(c, "purchase", 2),  # the last touch counts: the mail's
        event(d, "purchase", 1, request="page", price=7), event(d, "click", 1, request="page"),
    ]  # fmt: skip
    state = json.dumps({"version": 1, "events": events, "shown": shown})
    answer = retail.get(f"{PERFORMANCE}?days=30", state)
    by = {one["request_id"]: one for one in answer["by_request"]}
    assert [one["request_id"] for one in answer["by_request"]] == ["mail", "page", "home"]
    assert by["home"] == {"request_id": "home", "context": "homepage", "time": "2025-11-01T00:00:00Z", "impressions": 12, "clicks": 2, "ctr": 0.1667, "conversions": 1, "conversion_rate": 0.5, "revenue": 20}
    assert by["page"] == {"request_id": "page", "context": "product_page", "time": "2025-11-18T00:00:00Z", "impressions": 4, "clicks": 1, "ctr": 0.25, "conversions": 1, "conversion_rate": 1, "revenue": 7}
    assert by["mail"] == {"request_id": "mail", "context": "email", "time": "2025-11-18T12:00:00Z", "impressions": 0, "clicks": 1, "ctr": None, "conversions": 1, "conversion_rate": 1, "revenue": price}
    assert answer["total"] == {"requests": 3, "impressions": 16, "clicks": 4, "ctr": 0.25, "conversions": 3, "conversion_rate": 0.75, "revenue": pytest.approx(27 + price)}
    assert [one["context"] for one in answer["by_context"]] == ["homepage", "product_page", "email"]
    assert len(retail.get(f"{PERFORMANCE}?limit=1", state)["by_request"]) == 1
    assert retail.get(f"{PERFORMANCE}?days=40", state)["total"]["impressions"] == 66
    assert retail.get(PERFORMANCE)["total"] == {"requests": 0, "impressions": 0, "clicks": 0, "ctr": None, "conversions": 0, "conversion_rate": None, "revenue": 0}


def test_funnel_by_hand(site):
    a, b, c, d = site.ids[:4]
    events = [event(a, "click", 9), event(a, "click", 9), event(b, "recommendation_click", 8), event(c, "purchase", 8), event(a, "cart", 7), event(b, "cart", 6), event(b, "cart_remove", 5),
              event(d, "cart", 4), event(d, "click", 3), event(a, "purchase", 2), event(d, "click", 200)]  # fmt: skip
    answer = site.get(FUNNEL, events)
    assert answer["stages"] == [
        {"stage": "VIEW", "events": 4, "products": 3, "reached": 3, "rate": 1},
        {"stage": "CART_ADD", "events": 3, "products": 3, "reached": 2, "rate": 0.6667},
        {"stage": "PURCHASE", "events": 2, "products": 2, "reached": 1, "rate": 0.5},
    ]
    assert (answer["overall_rate"], answer["abandoned"]) == (0.3333, 1)
    assert [stage["rate"] for stage in site.get(FUNNEL)["stages"]] == [None, None, None]


def test_days_that_are_refused(site):
    for path in (PERFORMANCE, FUNNEL):
        for days in ("0", "-3", "x", "1.5", ""):
            status, answer = site.call("GET", f"{path}?days={days}")
            assert (status, answer["error"]["field"]) == (422, "days")
        assert site.get(f"{path}?days={10**30}")["days"] == 3650


# --- other bundles, and over HTTP ---


def test_other_bundles_do_not_have_these_routes(purchases_bundle):
    plain = Site(purchases_bundle)
    for path in (f"{PRODUCT}/{quote(plain.ids[0])}", PERFORMANCE, FUNNEL, f"{API}/preferences"):
        status, answer = plain.call("GET", path)
        assert status == 404 or "user_id" in answer, path  # there, whatever follows /recommendations/ is a user
    assert plain.get(HOME)["user_id"] == "homepage"


def fetch(url, body=None):
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_a_visit_over_http(staged_url):
    """Two users by UUID: what one does moves that one's lists alone, and is told as that one's figures."""
    one, other = "0b9d4f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b", "1b9d4f6e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"
    home = fetch(f"{staged_url}{HOME}?user_id={one}&limit=6")
    assert home["user_id"] == one and home["fallback_used"] and len(home["recommendations"]) == 6
    first = home["recommendations"][5]
    ids = ids_of(home)
    fetch(f"{staged_url}{API}/interactions", {"user_id": one, "interaction_type": "RECOMMENDATION_IMPRESSION", "request_id": home["request_id"], "context": "homepage", "product_ids": ids})
    where = {"request_id": home["request_id"], "context": "homepage", "position": 6}
    for kind in ("RECOMMENDATION_CLICK", "CART_ADD"):
        fetch(f"{staged_url}{API}/interactions", {"user_id": one, "interaction_type": kind, "product_id": first["product_id"], **where})
    cart = fetch(f"{staged_url}{CART}?user_id={one}")
    assert not cart["fallback_used"] and first["product_id"] not in ids_of(cart)
    assert fetch(f"{staged_url}{CART}?user_id={other}")["fallback_used"]
    fetch(f"{staged_url}{API}/interactions", {"user_id": one, "interaction_type": "PURCHASE", "product_id": first["product_id"], "price": 3, **where})
    total = fetch(f"{staged_url}{PERFORMANCE}?user_id={one}")["total"]
    assert (total["impressions"], total["clicks"], total["conversions"], total["revenue"]) == (6, 1, 1, 3)
    assert fetch(f"{staged_url}{PERFORMANCE}?user_id={other}")["total"]["impressions"] == 0
    assert fetch(f"{staged_url}{FUNNEL}?user_id={one}")["overall_rate"] == 1
    assert ids_of(fetch(f"{staged_url}{HOME}?user_id={one}&limit=6")) != ids
    assert ids_of(fetch(f"{staged_url}{HOME}?user_id={other}&limit=6")) == ids
    with pytest.raises(urllib.error.HTTPError):
        fetch(f"{staged_url}{API}/interactions", {"user_id": one, "interaction_type": "PURCHASE", "product_id": "gone"})

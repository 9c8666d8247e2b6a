"""The routes of purchases: fields, limits, fallback, reasons that hold, knobs that act; asked of the command over a small retailer."""
import json
import os
import random
import subprocess
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

COMMAND = os.environ.get("PR_TEST_COMMAND", str(Path(__file__).resolve().parents[2] / "build/native/pocketrec"))
NOW = 1763683200  # 2025-11-21
DAY = 86400
PICKS = "/api/v1/recommendations"
MODELS = ["als", "item_cf", "hybrid", "popularity"]
NO_LEVEL_TWO = {"upsell": {"enabled": False}, "repurchase_cycle": {"enabled": False}, "price_sensitivity": {"enabled": False}}


class Shop:
    """The bundle, its items, and many requests at once."""

    def __init__(self, bundle):
        self.bundle = bundle
        self.items = self.get("/api/v1/items/popular?n=1000")["items"]
        self.ids = [item["item_id"] for item in self.items]
        self.price = {item["item_id"]: item["item_price"] for item in self.items}

    def batch(self, requests):
        """(status, answer, state) of each (method, path, body, events, now)."""
        lines = []
        for method, path, body, events, now in requests:
            state = "" if events is None else events if isinstance(events, str) else json.dumps({"version": 1, "events": events})
            text = "" if body is None else json.dumps(body)
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

    def picks(self, events, now=NOW, **body):
        status, answer = self.call("POST", PICKS, {"user_id": "u", **body}, events, now)
        assert status == 200, answer
        return answer


@pytest.fixture(scope="module")
def shop(purchases_bundle):
    return Shop(purchases_bundle)


def event(item, kind="purchase", days_ago=1.0, **amounts):
    return {"type": kind, "item": item, "time": NOW - int(days_ago * DAY), **amounts}


def history(shop, rng, most=12):
    """A visitor's events: mostly purchases, some with amounts, some given back, some only looked at."""
    events = []
    for item in rng.sample(shop.ids, rng.randint(2, most)):
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            kind = rng.choice(["purchase"] * 6 + ["cart", "click", "like", "complete", "start", "dislike"])
            amounts = {}
            if kind in ("purchase", "cart"):
                amounts = {key: value for key, value in (("quantity", rng.choice([1, 2, 12])), ("price", round(rng.uniform(0.5, 30), 2))) if rng.random() < 0.5}
            events.append(event(item, kind, rng.uniform(0.01, 300), **amounts))
    if rng.random() < 0.3:
        events.append({**rng.choice(events), "type": "return", "time": NOW - 100})
    return sorted(events, key=lambda one: one["time"])


def ids_of(answer):
    return [pick["item_id"] for pick in answer["recommendations"]]


def bought(events):
    return [one["item"] for one in events if one["type"] == "purchase"]


# --- the contract's fields ---


def test_fields_of_recommendations(shop):
    answer = shop.get(PICKS + "/12346?n=5", [event(item, days_ago=2) for item in shop.ids[:3]])
    assert list(answer) == ["user_id", "user_info", "recommendations", "primary_model", "fallback_used", "reason", "processing_time_ms", "generated_at"]
    assert list(answer["user_info"]) == ["user_id", "user_type", "spending_segment", "total_purchases", "unique_items", "avg_item_price", "last_purchase_date"]
    assert answer["user_id"] == answer["user_info"]["user_id"] == "12346"
    assert (answer["user_info"]["user_type"], answer["user_info"]["total_purchases"], answer["user_info"]["unique_items"]) == ("regular", 3, 3)
    assert answer["user_info"]["avg_item_price"] == pytest.approx(sum(shop.price[item] for item in shop.ids[:3]) / 3, abs=0.006)
    assert answer["user_info"]["last_purchase_date"] == "2025-11-19T00:00:00Z"
    assert (answer["reason"], answer["processing_time_ms"], answer["generated_at"]) == (None, None, "2025-11-21T00:00:00Z")
    for pick in answer["recommendations"]:
        assert list(pick) == [
            "item_id", "title", "image", "relevance_score", "confidence_score", "score", "item_price", "recommendation_reason", "model_source",
            "because", "parts", "adjustments", "due",
        ]  # fmt: skip
        assert 0 <= pick["relevance_score"] <= 1 and 0 <= pick["confidence_score"] <= 1 and pick["item_price"] == shop.price[pick["item_id"]]
        assert pick["title"] and pick["recommendation_reason"] and pick["model_source"] in MODELS and list(pick["parts"]) == ["als", "item_cf", "popularity"]
        assert all(list(reason) == ["item_id", "title", "image", "type", "share"] and 0 < reason["share"] <= 1 for reason in pick["because"])
    scores = [pick["score"] for pick in answer["recommendations"]]
    assert scores == sorted(scores, reverse=True)


def test_fields_beside_recommendations(shop):
    assert list(shop.items[0]) == ["item_id", "title", "image", "item_price", "popularity_score", "buyers"]
    assert [item["popularity_score"] for item in shop.items] == sorted((item["popularity_score"] for item in shop.items), reverse=True)
    similar = shop.get(f"/api/v1/items/{quote(shop.ids[0])}/similar?n=7")
    assert list(similar) == ["item_id", "similar_items", "processing_time_ms"] and len(similar["similar_items"]) == 7
    assert list(similar["similar_items"][0]) == ["item_id", "title", "image", "relevance_score", "confidence_score", "item_price"]
    assert shop.ids[0] not in [item["item_id"] for item in similar["similar_items"]]
    assert shop.call("GET", "/api/v1/items/nobody/similar")[0] == 404
    models = shop.get("/api/v1/models")
    assert sorted(model["name"] for model in models["models"]) == sorted(MODELS) and models["default_model"] == "hybrid"
    assert all("ndcg@10" in model["metrics"] for model in models["models"])
    assert {"users", "items", "interactions", "purchases", "returns", "revenue"} <= set(shop.get("/api/v1/stats"))
    assert list(shop.get("/api/v1/config")) == ["candidate_pool_size", "model_weights", "model_mean", "upsell", "user_segments", "repurchase_cycle", "price_sensitivity"]
    assert shop.get("/api/v1/health")["status"]


def test_profile(shop):
    first, second = shop.ids[:2]
    events = [event(first, days_ago=40, quantity=3, price=2.0), event(first, days_ago=5, price=4.0), event(second, days_ago=3), event(shop.ids[2], "cart")]
    profile = shop.get("/api/v1/users/me/profile", events)
    assert profile["total_purchases"] == 3 and profile["unique_items"] == 2
    assert profile["total_spend"] == pytest.approx(3 * 2 + 4 + shop.price[second], abs=0.01)
    assert [entry["item_id"] for entry in profile["purchases"]] == [second, first]
    entry = profile["purchases"][1]
    assert list(entry) == ["item_id", "title", "image", "item_price", "quantity", "times", "last_date", "cycle_days", "due_date", "due"]
    assert (entry["quantity"], entry["times"], entry["last_date"]) == (4, 2, "2025-11-16T00:00:00Z")
    given_back = shop.get("/api/v1/users/me/profile", events + [event(first, "return", 1, quantity=2)])
    assert given_back["purchases"][1]["quantity"] == 2 and given_back["purchases"][1]["last_date"] == "2025-10-12T00:00:00Z"
    assert shop.get("/api/v1/users", events)["total"] == 1 and shop.get("/api/v1/users")["users"] == []


def test_user_type_by_purchases(shop):
    kinds = {count: shop.picks([event(item) for item in shop.ids[:count]])["user_info"]["user_type"] for count in (0, 1, 9, 10)}
    assert kinds == {0: "new", 1: "regular", 9: "regular", 10: "loyal"}


def test_spending_segment_rises_with_what_was_spent(shop):
    spent = [shop.picks([event(shop.ids[0], price=price)])["user_info"]["spending_segment"] for price in (1, 200, 600, 5000)]
    assert spent == ["small", "low_average", "average", "high"]
    assert shop.picks([])["user_info"]["spending_segment"] is None


# --- how many, and which ---


@pytest.mark.parametrize("model", MODELS)
def test_as_many_as_asked_once_each_and_none_unwanted(shop, model):
    rng = random.Random(1)
    for _ in range(10):
        events = history(shop, rng)
        n = rng.choice([1, 5, 17, 100])
        disliked = {one["item"] for one in events if one["type"] == "dislike"}
        answer = shop.picks(events, num_recommendations=n, model_type=model, exclude_purchased=True)
        found = ids_of(answer)
        gone = {one["item"] for one in events if one["type"] == "return"}
        last = {one["item"]: one["type"] for one in events if one["type"] in ("like", "dislike")}
        assert len(found) == len(set(found)) == n and answer["reason"] is None
        assert not {item for item in disliked if last[item] == "dislike"} & set(found)
        assert not (set(bought(events)) - gone) & set(found)


def test_numbers_and_models_that_are_refused(shop):
    for n in ("0", "-1", "1.5", "x", "", "NaN"):
        status, answer = shop.call("GET", f"{PICKS}/u?n={n}")
        assert (status, answer["error"]["field"]) == (422, "n")
    for n in (0, -5, 2.5, "5", None, [], True):
        status, answer = shop.call("POST", PICKS, {"user_id": "u", "num_recommendations": n})
        assert (status, answer["error"]["field"]) == (422, "num_recommendations")
    for model in ("neural", "", "ALS"):
        status, answer = shop.call("GET", f"{PICKS}/u?model={model}")
        assert status == 422 and all(name in answer["error"]["message"] for name in MODELS)
    for body in ({}, {"user_id": ""}, {"user_id": 7}, {"user_id": "u", "bogus": 1}, {"user_id": "u", "timestamp": "soon"}, {"user_id": "u", "price_range_min": -1}):
        assert shop.call("POST", PICKS, body)[0] == 422
    tunings = [7, {"bogus": 1}, {"candidate_pool_size": 0}, {"upsell": {"enabled": 1}}, {"upsell": {"factor": 2}}, {"model_weights": {"neural": 1}}, {"model_mean": "harmonic"}, {"model_mean": 2}, {"price_sensitivity": {"budget_tolerance": 0.5}}]
    for tuning in tunings:
        status, answer = shop.call("POST", PICKS, {"user_id": "u", "tuning": tuning})
        assert status == 422 and answer["error"]["message"], tuning


def test_a_thousand_million_is_the_catalogue_with_a_reason(shop):
    events = [event(item, price=1000) for item in shop.ids[:3]]
    answer = shop.get(f"{PICKS}/u?n=1000000000&exclude_purchased=true", events)
    found = ids_of(answer)
    assert len(set(found)) == len(found) == len(shop.ids) - 3 <= 1000 and answer["reason"] == "catalogue_exhausted"


def test_price_range(shop):
    prices = sorted(shop.price.values())
    least, most = prices[len(prices) // 4], prices[len(prices) // 2]
    fits = sum(least <= price <= most for price in prices)
    answer = shop.picks([event(shop.ids[0], price=1000)], num_recommendations=1000, price_range_min=least, price_range_max=most)
    assert all(least <= pick["item_price"] <= most for pick in answer["recommendations"])
    assert answer["reason"] == "price_range" and len(answer["recommendations"]) == fits - (least <= shop.price[shop.ids[0]] <= most)
    assert shop.picks([], price_range_min=1e9)["recommendations"] == []


# --- taste ---


def test_somebody_new_gets_what_is_popular(shop):
    for model in ("hybrid", "als", "item_cf"):
        answer = shop.picks([], num_recommendations=10, model_type=model)
        assert ids_of(answer) == shop.ids[:10] and answer["primary_model"] == "popularity" and answer["fallback_used"]
        assert all(not pick["because"] and pick["recommendation_reason"] == "Popular with other shoppers" for pick in answer["recommendations"])
    assert not shop.picks([], model_type="popularity")["fallback_used"]


@pytest.mark.parametrize("model", ["hybrid", "als", "item_cf"])
def test_three_events_personalise(shop, model):
    lists = set()
    for at in range(0, 90, 10):
        events = [event(item) for item in shop.ids[at : at + 3]]
        answer = shop.picks(events, num_recommendations=10, model_type=model)
        assert answer["primary_model"] == model and not answer["fallback_used"]
        assert any(pick["because"] for pick in answer["recommendations"])
        lists.add(tuple(ids_of(answer)))
    assert len(lists) == 9 and tuple(shop.ids[:10]) not in lists


@pytest.mark.parametrize("model", MODELS)
def test_parts_sum_to_the_score(shop, model):
    rng = random.Random(2)
    requests = [("POST", PICKS, {"user_id": "u", "num_recommendations": 50, "model_type": model}, history(shop, rng), NOW) for _ in range(20)]
    for _, answer, _ in shop.batch(requests):
        for pick in answer["recommendations"]:
            level_one = sum(pick["parts"].values())
            factor = 1.0
            for adjustment in pick["adjustments"]:
                factor *= adjustment["factor"]
            assert pick["relevance_score"] == pytest.approx(level_one / (level_one + 0.25), abs=5.1e-5)
            assert pick["score"] == pytest.approx(level_one * factor, abs=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_without_a_reason_the_score_falls(shop, model):
    """Whatever is named in "because": without the events about it the item is less relevant. Where nothing is left after that, another
    model answers, and there is nothing to compare."""
    rng = random.Random(3)
    body = {"user_id": "u", "num_recommendations": 1000, "model_type": model, "tuning": NO_LEVEL_TWO}
    histories = [history(shop, rng, most) for most in (3, 6, 12, 40) for _ in range(10)]
    trials, requests = [], []
    for events, (_, answer, _) in zip(histories, shop.batch([("POST", PICKS, body, events, NOW) for events in histories])):
        for pick in answer["recommendations"][:15]:
            for reason in pick["because"]:
                trials.append((pick, reason, answer["primary_model"]))
                requests.append(("POST", PICKS, body, [one for one in events if one["item"] != reason["item_id"]], NOW))
    compared, wrong = 0, []
    for (pick, reason, primary), (_, answer, _) in zip(trials, shop.batch(requests) if requests else []):
        if answer["primary_model"] != primary:
            continue
        now = next(one for one in answer["recommendations"] if one["item_id"] == pick["item_id"])
        compared += 1
        if not now["relevance_score"] < pick["relevance_score"]:
            wrong.append((pick["item_id"], reason["item_id"], reason["share"], pick["relevance_score"], now["relevance_score"]))
    assert not wrong, f"{len(wrong)} of {compared} reasons do not hold: {wrong[:5]}"
    assert compared > 500 or model == "popularity"


def test_reasons_are_named_in_the_sentence(shop):
    title = {item["item_id"]: item["title"] for item in shop.items}
    answer = shop.picks([event(shop.ids[4]), event(shop.ids[9], "like")], num_recommendations=20, model_type="item_cf")
    seen = set()
    for pick in answer["recommendations"]:
        if pick["because"]:
            assert all(title[reason["item_id"]] in pick["recommendation_reason"] for reason in pick["because"][:2])
            seen |= {reason["type"] for reason in pick["because"]}
    assert seen == {"purchase", "like"}


# --- what is due again ---


def stamp(days):
    return datetime.fromtimestamp(NOW + int(days * DAY), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_due_after_its_cycle_and_not_before(shop):
    rng = random.Random(4)
    for item in rng.sample(shop.ids, 10):
        events = [event(item, days_ago=0, price=1000)]
        cycle = shop.get("/api/v1/users/u/profile", events)["purchases"][0]["cycle_days"]

        before = shop.picks(events, num_recommendations=1000, timestamp=stamp(cycle - 0.01))
        assert item not in ids_of(before)
        after = shop.picks(events, num_recommendations=1000, timestamp=stamp(cycle + 0.01))
        due = [pick for pick in after["recommendations"] if pick["due"]]
        assert [pick["item_id"] for pick in due] == [item]
        assert due[0]["recommendation_reason"] == "Due again: bought on 2025-11-21"
        assert {"name": "due_again", "factor": 1.2} in due[0]["adjustments"]
        kept_away = shop.picks(events, num_recommendations=1000, timestamp=stamp(cycle + 0.01), exclude_purchased=True)
        assert item not in ids_of(kept_away)
        now = shop.get("/api/v1/users/u/profile", events, NOW + int((cycle + 0.01) * DAY))["purchases"][0]
        assert now["due"] and not shop.get("/api/v1/users/u/profile", events)["purchases"][0]["due"]


# --- knobs ---


def names_of(answer):
    return {adjustment["name"] for pick in answer["recommendations"] for adjustment in pick["adjustments"]}


def test_upsell(shop):
    """What is dearer than usual is raised, the more the dearer; nothing else."""
    events = [event(item, price=5) for item in shop.ids[:2]]
    raised = shop.picks(events, num_recommendations=1000, tuning={"price_sensitivity": {"enabled": False}})
    for pick in raised["recommendations"]:
        factors = [adjustment["factor"] for adjustment in pick["adjustments"]]
        assert factors == ([pytest.approx(1 + 0.1 * (1 + 0.2 * (pick["item_price"] / 5 - 1)), rel=1e-6)] if pick["item_price"] > 5 else [])
    assert names_of(raised) == {"upsell"}
    stronger = shop.picks(events, num_recommendations=1000, tuning={"upsell": {"factor": 0.5}, "price_sensitivity": {"enabled": False}})
    assert max(p["score"] for p in stronger["recommendations"]) > max(p["score"] for p in raised["recommendations"])
    assert names_of(shop.picks(events, num_recommendations=1000, tuning=NO_LEVEL_TWO)) == set()


def test_tolerance(shop):
    """What is dearer than tolerance allows is lowered as far as it is beyond it."""
    events = [event(item, price=5, quantity=1000) for item in shop.ids[:2]]
    for tolerance in (1, 1.5, 2):
        tuning = {"upsell": {"enabled": False}, "price_sensitivity": {"budget_tolerance": tolerance}}
        picks = shop.picks(events, num_recommendations=1000, tuning=tuning)["recommendations"]
        for pick in picks:
            factors = [adjustment["factor"] for adjustment in pick["adjustments"]]
            beyond = pick["item_price"] > 5 * tolerance
            assert factors == ([pytest.approx(5 * tolerance / pick["item_price"], rel=1e-6)] if beyond else [])
        assert any(pick["adjustments"] for pick in picks)


def test_small_spenders_are_not_shown_the_dearest_quarter(shop):
    events = [event(shop.ids[0], price=1)]
    half = len(shop.ids) // 2
    shown = shop.picks(events, num_recommendations=half)
    assert shown["user_info"]["spending_segment"] == "small" and len(shown["recommendations"]) == half and shown["reason"] is None
    hidden = [price for price in shop.price.values() if price > max(pick["item_price"] for pick in shown["recommendations"])]
    assert len(hidden) > len(shop.ids) // 10
    everything = shop.picks(events, num_recommendations=half, tuning={"price_sensitivity": {"enabled": False}})
    assert max(pick["item_price"] for pick in everything["recommendations"]) > min(hidden)


def test_small_spenders_get_as_many_as_they_ask_for(shop):
    """What is dear is held back only while enough else is left."""
    events = [event(shop.ids[0], price=1)]
    for wanted in (10, len(shop.ids) * 7 // 10, len(shop.ids) - 1, 1000):
        answer = shop.picks(events, num_recommendations=wanted)
        assert answer["user_info"]["spending_segment"] == "small"
        assert len(answer["recommendations"]) == min(wanted, len(shop.ids) - 1)
        assert answer["reason"] == ("catalogue_exhausted" if wanted == 1000 else None)


def test_what_was_bought_before_is_not_too_dear(shop):
    item = max(shop.ids, key=shop.price.get)
    events = [event(item, days_ago=0, price=shop.price[item])]
    cycle = shop.get("/api/v1/users/u/profile", events)["purchases"][0]["cycle_days"]
    answer = shop.picks(events, num_recommendations=len(shop.ids) // 2, timestamp=stamp(cycle + 0.01))
    assert answer["user_info"]["spending_segment"] == "small" and item in ids_of(answer)
    assert sum(price > max(pick["item_price"] for pick in answer["recommendations"] if not pick["due"]) for price in shop.price.values()) > len(shop.ids) // 10


def test_default_cycle(shop):
    long, short = ({"repurchase_cycle": {"default_cycle_days": days}} for days in (36500, 0.01))
    unknown = []
    for item in shop.ids:  # those without a cycle of their own
        events = [event(item, days_ago=1, price=1000)]
        if item in ids_of(shop.picks(events, num_recommendations=1000, tuning=short)):
            unknown.append(item)
            assert item not in ids_of(shop.picks(events, num_recommendations=1000, tuning=long))
        if len(unknown) == 3:
            return
    profile = shop.get("/api/v1/users/u/profile", [event(item) for item in shop.ids])
    assert not unknown and all(entry["cycle_days"] != 30 for entry in profile["purchases"]), "every item has a cycle of its own"


def test_model_weights(shop):
    events = [event(item) for item in shop.ids[20:24]]
    for model in ("als", "item_cf", "popularity"):
        weights = {name: float(name == model) for name in ("als", "item_cf", "popularity")}
        blend = shop.picks(events, num_recommendations=30, tuning={"model_weights": weights})
        alone = shop.picks(events, num_recommendations=30, model_type=model)
        assert ids_of(blend) == ids_of(alone)
        assert [pick["score"] for pick in blend["recommendations"]] == [pick["score"] for pick in alone["recommendations"]]
        assert {pick["model_source"] for pick in blend["recommendations"] if pick["parts"][model] > 0} == {model}


def test_the_quadratic_mean_of_the_models(shop):
    """The root of the weighted mean of squares, from the scores of each model alone; its parts sum to it, and reasons stay reasons."""
    events = [event(item) for item in shop.ids[20:24]]
    weights = {"als": 0.5, "item_cf": 0.3, "popularity": 0.2}
    alone = {model: {pick["item_id"]: sum(pick["parts"].values()) for pick in shop.picks(events, num_recommendations=1000, model_type=model, tuning=NO_LEVEL_TWO)["recommendations"]}
             for model in weights}
    tuning = NO_LEVEL_TWO | {"model_weights": weights, "model_mean": "quadratic"}
    blend = shop.picks(events, num_recommendations=30, tuning=tuning)["recommendations"]
    assert ids_of({"recommendations": blend}) != ids_of(shop.picks(events, num_recommendations=30, tuning=tuning | {"model_mean": "arithmetic"}))
    for pick in blend:
        squares = sum(weights[model] * alone[model].get(pick["item_id"], 0) ** 2 for model in weights)
        assert pick["score"] == pytest.approx(squares ** 0.5, rel=1e-5) and sum(pick["parts"].values()) == pytest.approx(pick["score"], rel=1e-5)
    reasons = [(pick, reason) for pick in blend for reason in pick["because"]]
    assert reasons
    for pick, reason in reasons:
        rest = shop.picks([one for one in events if one["item"] != reason["item_id"]], num_recommendations=1000, tuning=tuning)["recommendations"]
        assert next(one for one in rest if one["item_id"] == pick["item_id"])["relevance_score"] < pick["relevance_score"]


def test_the_config_route_shows_what_is_in_force(shop):
    config = shop.get("/api/v1/config")
    events = [event(item) for item in shop.ids[20:24]]
    assert shop.picks(events, num_recommendations=50, tuning=config) == shop.picks(events, num_recommendations=50)


# --- the same request in two ways; the visitor's own data ---


def test_post_equals_get(shop):
    rng = random.Random(5)
    requests = []
    for _ in range(40):
        events = history(shop, rng)
        given = {"n": rng.choice([1, 5, 50, 1000]), "model": rng.choice(MODELS), "exclude_purchased": rng.choice([True, False])}
        given |= rng.choice([{}, {"price_range_min": 2.5, "price_range_max": 20}, {"timestamp": "2026-01-15T10:00:00+02:00"}])
        names = {"n": "num_recommendations", "model": "model_type"}
        query = urlencode({key: str(value).lower() if isinstance(value, bool) else value for key, value in given.items()})
        requests.append(("GET", f"{PICKS}/u?{query}", None, events, NOW))
        requests.append(("POST", PICKS, {"user_id": "u", **{names.get(key, key): value for key, value in given.items()}}, events, NOW))
    answers = shop.batch(requests)
    for got, posted in zip(answers[::2], answers[1::2]):
        assert got[0] == 200 and got[:2] == posted[:2]


def test_events_export_import_forget(shop):
    body = {"events": [{"type": "purchase", "item": shop.ids[0], "quantity": 2, "price": 4.99}, {"type": "cart", "item": shop.ids[1]}, {"type": "like", "item": shop.ids[2]}]}
    status, answer, state = shop.batch([("POST", "/api/v1/events", body, None, NOW)])[0]
    assert (status, answer) == (201, {"stored": 3, "events": 3})
    exported = shop.batch([("GET", "/api/v1/me", None, state, NOW)])[0][1]
    assert exported["events"][0] == {"type": "purchase", "item": shop.ids[0], "time": NOW, "quantity": 2, "price": 4.99}
    status, _, imported = shop.batch([("PUT", "/api/v1/me", exported, None, NOW)])[0]
    assert status in (200, 204) and json.loads(imported)["events"] == exported["events"]
    personal = shop.batch([("POST", PICKS, {"user_id": "u"}, one, NOW) for one in (state, imported)])
    assert personal[0][1] == personal[1][1] and not personal[0][1]["fallback_used"]
    status, _, forgotten = shop.batch([("DELETE", "/api/v1/me", None, state, NOW)])[0]
    assert status in (200, 204)
    assert shop.batch([("POST", PICKS, {"user_id": "u"}, forgotten, NOW)])[0][1]["fallback_used"]


@pytest.mark.parametrize("wrong", [
    {"type": "purchase"}, {"type": "purchase", "item": ""}, {"type": "purchase", "item": "{id}", "quantity": 0}, {"type": "purchase", "item": "{id}", "quantity": -1},
    {"type": "purchase", "item": "{id}", "quantity": 1e7}, {"type": "purchase", "item": "{id}", "price": -1}, {"type": "purchase", "item": "{id}", "price": "5"},
    {"type": "like", "item": "{id}", "price": 5}, {"type": "nothing", "item": "{id}"}, {"type": "purchase", "item": "{id}", "bogus": 1},
])  # fmt: skip
def test_events_that_are_refused(shop, wrong):
    body = {key: shop.ids[0] if value == "{id}" else value for key, value in wrong.items()}
    status, answer, state = shop.batch([("POST", "/api/v1/events", body, None, NOW)])[0]
    assert status == 422 and answer["error"]["message"] and state is None


def test_an_unknown_item_is_not_stored_and_not_harmful(shop):
    assert shop.call("POST", "/api/v1/events", {"type": "purchase", "item": "no such item"})[0] == 404
    known = [event(item) for item in shop.ids[:3]]
    assert shop.picks(known + [event("gone since")]) == shop.picks(known)

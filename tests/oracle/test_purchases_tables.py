"""The tables of purchases, recomputed from the logs with numpy after docs/bundle-format.md and docs/models.md."""
import csv
import json
import random
from collections import defaultdict
from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from bundle import Bundle
from project import run

NOW = 1763683200
MIN_USERS = 5
ITEMS, RARE, NEVER = 40, 40, 41  # the rare one is bought by four, the last by nobody


def make_log(folder):
    """Sixty people in three groups of taste, with repeated purchases, returns, carts, missing prices and dislikes."""
    draw = random.Random(11)
    rows, begin = [], datetime(2025, 1, 1, tzinfo=timezone.utc)
    for person in range(60):
        for item in range(ITEMS):
            if draw.random() > (0.75 if item % 3 == person % 3 else 0.12):
                continue
            when = begin + timedelta(days=draw.randrange(60), hours=draw.randrange(20))
            for again in range(1 + (draw.random() < 0.5) * draw.randrange(1, 5)):
                price = "" if draw.random() < 0.1 else f"{(item % 9 + 1) * draw.choice([1, 1, 1, 0.8]):.2f}"
                rows.append([person, item, when, draw.choice([1, 1, 2, 6]), price, "buy"])
                when += timedelta(days=(item % 5 + 2) * 7 + draw.randrange(-2, 3))
            if draw.random() < 0.1:
                rows.append([person, item, when, draw.choice([1, 2, 50]), "", "back"])
            if draw.random() < 0.2:
                rows.append([person, item, when, 1, "", draw.choice(["basket", "nice", "awful"])])
    for person in range(4):
        rows += [[person, RARE, begin + timedelta(days=10 * k), 1, "777", "buy"] for k in range(4)]
    draw.shuffle(rows)
    with open(folder / "log.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["who", "what", "when", "units", "price", "how"])
        for person, item, when, units, price, how in rows:
            out.writerow([f"p{person}", f"t{item}", when.strftime("%Y-%m-%dT%H:%M:%SZ"), units, price, how])
    with open(folder / "things.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "title", "range", "cost"])
        for item in range(NEVER + 1):
            out.writerow([f"t{item}", f"Thing {item}", f"r{item // 6}", "3.25" if item in (2, NEVER) else ""])
    return [[p, i, int(w.timestamp()), u, float(price) if price else np.nan, how] for p, i, w, u, price, how in rows]


SIGNALS = {"half_life_days": 50, "saturation": 3}
WEIGHTS = {"buy": 1.0, "basket": 0.5, "nice": 1.0}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("purchases")
    rows = make_log(folder)
    config = {
        "name": "things",
        "items": {"files": "things.csv", "id": "id", "title": "title",
                  "columns": {"range": {"type": "category"}, "cost": {"type": "real"}}},
        "events": [{"files": "log.csv", "user": "who", "item": "what", "time": "when", "quantity": "units", "price": "price",
                    "type": {"from": "how", "values": {"buy": ["purchase"], "back": ["return"], "basket": ["cart"],
                                                       "nice": ["like"], "awful": ["dislike"]}}}],
        "limits": {"min_users": MIN_USERS, "shard_bytes": 4096},
        "purchases": {"price": "cost", "category": ["range"], "signals": SIGNALS, "als": {"factors": 16}},
    }
    (folder / "pocketrec.json").write_text(json.dumps(config))
    run("train", folder / "pocketrec.json", "--out", folder / "bundle", SOURCE_DATE_EPOCH=NOW)
    return rows, Bundle(folder / "bundle")


@pytest.fixture(scope="module")
def ledger(made):
    """(person, item): settled events as [time, units, price, how], in the order of time; disliked pairs."""
    pairs, disliked = defaultdict(list), {}
    for person, item, when, units, price, how in sorted(made[0], key=lambda r: r[2]):  # sorted() keeps the log's order
        if how in ("nice", "awful"):
            disliked[person, item] = how == "awful"
        if how == "back":
            for event in reversed(pairs[person, item]):
                if event[3] == "buy":
                    taken = min(event[1], units)
                    event[1] -= taken
                    units -= taken
        elif how != "awful":
            pairs[person, item].append([when, units, price, how])
    settled = {key: [e for e in events if e[1] > 0] for key, events in pairs.items()}
    return {key: events for key, events in settled.items() if events}, disliked


@pytest.fixture(scope="module")
def order(made):
    """Number in the bundle of each item of the catalogue."""
    bundle = made[1]
    ids = bundle.texts("items", "id")
    number = {id: n for n, id in enumerate(ids)}
    return np.array([number[f"t{i}"] for i in range(NEVER + 1)])


@pytest.fixture(scope="module")
def facts(ledger):
    """What the settled log says: per item and per person."""
    pairs, disliked = ledger
    prices, units = defaultdict(list), defaultdict(list)
    people, payers, paid = defaultdict(set), defaultdict(set), defaultdict(list)
    for (person, item), events in pairs.items():
        for _, count, price, how in events:
            if how == "buy":
                units[item].append(count)
                people[item].add(person)
                if price > 0:
                    prices[item].append(price)
                    payers[item].add(person)
                    paid[person].append(price)
    known_units = {i: np.float32(np.mean(units[i])) if len(people[i]) >= MIN_USERS else np.float32(1) for i in range(NEVER + 1)}
    price = {}
    for i in range(NEVER + 1):
        price[i] = 3.25 if i in (2, NEVER) else np.median(prices[i]) if len(payers[i]) >= MIN_USERS else np.nan
    return {"units": known_units, "price": price, "average": {p: np.mean(v) for p, v in paid.items()},
            "as_of": max(e[0] for events in pairs.values() for e in events)}


@pytest.fixture(scope="module")
def strengths(ledger, facts):
    pairs, disliked = ledger
    out = {}
    for (person, item), events in pairs.items():
        total = 0
        for when, count, price, how in events:
            weight = WEIGHTS[how]
            if how == "buy":
                p = price / facts["average"][person] if price > 0 else 1
                q = count / facts["units"][item]
                weight *= (1 + 0.5 * min(p, 5) + 0.25 * min(q, 5)) / 1.75
            total += weight * 0.5 ** ((facts["as_of"] - when) / 86400 / SIGNALS["half_life_days"])
        if total > 0 and not disliked.get((person, item)):
            out[person, item] = total * 4 / (total + 3)
    return out


def test_shapes(made):
    bundle = made[1]
    for table, names in {"item_stats": ("price", "units", "popularity", "cycle", "buyers"), "factors": ("values", "scale")}.items():
        for name in names:
            assert len(bundle.column(table, name)) == NEVER + 1
    assert len(bundle.shards("neighbours")) >= 1
    assert bundle.manifest["settings"]["purchases"]["price"] == list(bundle.manifest["columns"]).index("cost")


def test_prices_and_units(made, order, facts):
    bundle = made[1]
    price, units = bundle.column("item_stats", "price")[order], bundle.column("item_stats", "units")[order]
    for i in range(NEVER + 1):
        assert units[i] == pytest.approx(facts["units"][i], rel=1e-6), i
        assert price[i] == pytest.approx(facts["price"][i], rel=1e-6, nan_ok=True), i
    assert np.isnan(price[RARE]) and units[RARE] == 1 and price[NEVER] == 3.25


def test_buyers_and_popularity(made, order, ledger, facts, strengths):
    bundle, (pairs, _) = made[1], ledger
    people = np.zeros(NEVER + 1)
    for _, item in strengths:
        people[item] += 1
    expected = np.where(people >= MIN_USERS, people, 0)
    assert (bundle.column("item_stats", "buyers")[order] == expected).all()
    count, buyers, quantity = np.zeros(NEVER + 1), np.zeros(NEVER + 1), np.zeros(NEVER + 1)
    for (_, item), events in pairs.items():
        if not expected[item]:
            continue
        fresh = [0.5 ** ((facts["as_of"] - when) / 86400 / 90) for when, *_ in events]
        count[item] += sum(f * WEIGHTS[e[3]] for f, e in zip(fresh, events))
        quantity[item] += sum(f * e[1] for f, e in zip(fresh, events) if e[3] == "buy")
        buyers[item] += max(fresh)
    popularity = count / count.max() + buyers / buyers.max() + 0.25 * quantity / quantity.max()
    popularity /= popularity.max()
    given = bundle.column("item_stats", "popularity")
    assert given[order] == pytest.approx(popularity, abs=1e-6)
    assert (np.diff(given) <= 0).all(), "items go by falling popularity"
    assert given[order][RARE] == 0 and given[order][NEVER] == 0


def test_cycles(made, order, ledger):
    bundle, (pairs, _) = made[1], ledger
    own, by_range = defaultdict(list), defaultdict(list)
    for (person, item), events in sorted(pairs.items()):
        days = sorted({when // 86400 for when, _, _, how in events if how == "buy"})
        for gap in np.diff(days):
            own[item].append((person, gap))
            by_range[item // 6].append((person, gap))

    def median(gaps):
        enough = len(gaps) >= 5 and len({p for p, _ in gaps}) >= MIN_USERS
        return np.median([g for _, g in gaps]) if enough else 0

    cycle = bundle.column("item_stats", "cycle")[order]
    from_range = 0
    for i in range(NEVER + 1):
        expected = median(own[i])
        if not expected:
            expected = median(by_range[i // 6])
            from_range += expected > 0
        assert cycle[i] == pytest.approx(expected), i
    assert from_range > 0
    assert len(own[RARE]) >= 5 and not median(own[RARE]), "the rare one's own cycle is nobody's business"


def test_factors(made, order, strengths):
    bundle = made[1]
    values, scale, factors = bundle.factors()
    people = np.bincount([item for _, item in strengths], minlength=NEVER + 1)
    assert ((scale[order] > 0) == (people >= MIN_USERS)).all()
    assert (np.abs(values.astype(int)).max(axis=1)[scale > 0] == 127).all(), "each row uses the whole range"
    assert (values[scale == 0] == 0).all()
    gram = bundle.gram(16)
    assert gram == pytest.approx(factors.T @ factors, rel=1e-5, abs=1e-5 * np.abs(gram).max())


def test_factors_solve_their_own_equations(made, order, strengths):
    """One exact half step of ALS, users from items and items from users, ends near where the trainer ended."""
    bundle = made[1]
    settings = bundle.manifest["settings"]["purchases"]["als"]
    alpha, lam, nu = settings["unobserved"], settings["regularization"], settings["exponent"]
    scale, factors = bundle.column("factors", "scale"), bundle.factors()[2]
    known = {key: c for key, c in strengths.items() if scale[order[key[1]]] > 0}
    matrix = np.zeros((60, NEVER + 1))
    for (person, item), c in known.items():
        matrix[person, order[item]] = c

    def half(matrix, other, count):
        gram, out = other.T @ other, np.zeros((len(matrix), 16))
        for row, weights in enumerate(matrix):
            if weights.any():
                ridge = lam * (weights.sum() + alpha * count) ** nu
                out[row] = np.linalg.solve(alpha * gram + (other.T * weights) @ other + ridge * np.eye(16), other.T @ weights)
        return out

    users = half(matrix, factors, NEVER + 1)
    again = half(matrix.T, users, 60)
    before, after = users @ factors.T, users @ again.T
    assert np.abs(before - after).max() < 0.15
    assert np.sqrt(np.mean((before - after) ** 2)) < 0.03


def test_neighbours(made, order, strengths):
    bundle = made[1]
    weights = bundle.neighbours(NEVER + 1)
    people = np.bincount([item for _, item in strengths], minlength=NEVER + 1)
    for i in range(NEVER + 1):
        if people[i] < MIN_USERS:
            assert not weights[order[i]].any() and not weights[:, order[i]].any(), f"t{i} tells about few"
    scale = np.concatenate([s["scale"] for s in bundle.shards("neighbours")])
    assert weights.max(axis=1) == pytest.approx(scale.astype(float)), "the largest weight is the scale"
    same, other = [], []  # the tastes that were planted are found
    for i in range(ITEMS):
        for j in range(ITEMS):
            if i != j:
                (same if i % 3 == j % 3 else other).append(weights[order[i], order[j]])
    assert np.mean(same) > 2 * np.mean(other)


def test_settings(made, ledger, strengths):
    rows, bundle = made
    settings = bundle.manifest["settings"]["purchases"]
    pairs = ledger[0]
    bought = [e for events in pairs.values() for e in events if e[3] == "buy"]
    assert settings["stats"]["users"] == 60 and settings["stats"]["items"] == NEVER + 1
    assert settings["stats"]["interactions"] == len(strengths)
    assert settings["stats"]["purchases"] == len(bought)
    assert settings["stats"]["returns"] == sum(r[5] == "back" for r in rows)
    assert settings["as_of"] == max(e[0] for events in pairs.values() for e in events)
    for curve in settings["confidence"].values():
        scores, probabilities = np.array(curve).T
        assert (np.diff(scores) > 0).all() and (np.diff(probabilities) >= 0).all() and 2 <= len(curve) <= 16
    assert [m["name"] for m in settings["models"]] == ["hybrid", "als", "item_cf", "popularity"]


def test_spend(made, ledger, facts):
    spend, pairs = defaultdict(float), ledger[0]
    for (person, item), events in pairs.items():
        for _, units, price, how in events:
            own = price if price > 0 else facts["price"][item]
            if how == "buy" and own > 0:
                spend[person] += units * own
    settings = made[1].manifest["settings"]["purchases"]
    assert settings["segments"] == pytest.approx(np.percentile(list(spend.values()), [25, 50, 75]), rel=1e-6)
    assert settings["stats"]["revenue"] == pytest.approx(sum(spend.values()), rel=1e-6)
    counted = sorted(facts["price"][i] for (_, i), events in pairs.items() for e in events
                     if e[3] == "buy" and facts["price"][i] > 0)
    quarters = [counted[int(np.ceil(len(counted) * q)) - 1] for q in (0.25, 0.5, 0.75)]
    assert settings["price_bands"] == pytest.approx(quarters, rel=1e-6)


def test_answers_follow_from_the_tables(made, order, tmp_path):
    """A visitor's scores by each model, computed here from the tables, are what the command answers."""
    bundle = made[1]
    settings = bundle.manifest["settings"]["purchases"]
    history = {3: 2, 6: 1, 16: 4}
    state = {"version": 1, "profile": {}, "events": [
        {"type": "purchase", "item": f"t{i}", "time": NOW - 86400 * 5, "quantity": q} for i, q in history.items()]}
    units = bundle.column("item_stats", "units")
    c = {}
    for i, q in history.items():
        total = (1.5 + 0.25 * min(q / units[order[i]], 5)) / 1.75 * 0.5 ** (5 / SIGNALS["half_life_days"])
        c[order[i]] = total * 4 / (total + 3)
    als, factors, w = settings["als"], bundle.factors()[2], bundle.neighbours(NEVER + 1)
    numbers, weights = np.array(list(c)), np.array(list(c.values()))
    own = factors[numbers]
    ridge = als["regularization"] * (weights.sum() + als["unobserved"] * (NEVER + 1)) ** als["exponent"]
    x = np.linalg.solve(als["unobserved"] * bundle.gram(16) + (own.T * weights) @ own + ridge * np.eye(16), own.T @ weights)
    expected = {"als": factors @ x / als["typical"],
                "item_cf": weights @ w[numbers] / weights.sum() ** settings["item_cf"]["normalize"] / settings["item_cf"]["typical"]}
    tuning = {"upsell": {"enabled": False}, "price_sensitivity": {"enabled": False}}
    for model, scores in expected.items():
        saved = tmp_path / f"{model}.json"
        saved.write_text(json.dumps(state))
        body = {"user_id": "me", "num_recommendations": 10, "model_type": model, "tuning": tuning, "exclude_purchased": True}
        answer = json.loads(run("ask", bundle.folder, "POST", "/api/v1/recommendations", "--body", json.dumps(body),
                                "--state", saved, "--now", NOW).stdout)
        given = answer["recommendations"]
        assert answer["primary_model"] == model and len(given) == 10
        unseen = [n for n in np.argsort(-scores, kind="stable") if n not in c][:10]
        ids = bundle.texts("items", "id")
        assert [r["item_id"] for r in given] == [ids[n] for n in unseen]
        for r, n in zip(given, unseen):
            assert r["parts"][model] == pytest.approx(scores[n], rel=1e-4, abs=1e-6)

"""`pocketrec performance`: the table over all visitors is the sum of what the core tells each of them, and what is worked out here from the raw
interactions by the documented rules; the same from a log, from the server's file, and from the server's routes."""
import collections
import csv
import datetime
import io
import json
import math
import random
import re
import sqlite3
import subprocess
import urllib.error
import urllib.request

import pytest

from project import COMMAND, run

DAY = 86400
NOW = 1763604000
WORDS = {"VIEW": "click", "CART_ADD": "cart", "CART_REMOVE": "cart_remove", "PURCHASE": "purchase", "WISHLIST_ADD": "like", "RECOMMENDATION_CLICK": "recommendation_click"}
PLACES = ["homepage", "product_page", "category_page", "cart", "search", "email"]
STAGES = ["VIEW", "CART_ADD", "PURCHASE"]


def iso(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A folder with a bundle in four stages, and its prices."""
    folder = tmp_path_factory.mktemp("performance")
    run("synth", "shop", "--users", 200, "--products", 60, "--seed", 9, "--until", "2025-11-16", "--out", folder / "logs")
    config = json.loads((folder / "logs/pocketrec.json").read_text())
    (folder / "logs/pocketrec.json").write_text(json.dumps({**config, "meaning": {}}))
    run("train", folder / "logs/pocketrec.json", "--out", folder / "bundle", SOURCE_DATE_EPOCH=NOW)
    with open(folder / "logs/products.csv", newline="") as file:
        prices = {row["id"]: float(row["discount_price"] or "nan") for row in csv.DictReader(file)}
    return folder, prices


def interactions(prices, seed, visitors=60, most=40):
    """[(visitor, record)] in no order of visitors, rising by time within each."""
    rng, rows = random.Random(seed), []
    items = list(prices)
    for v in range(visitors):
        time, lists = NOW - int(rng.uniform(2, 50) * DAY), []
        for _ in range(rng.randint(1, most)):
            time += int(rng.choice([5, 60, 3600, DAY, 4 * DAY]))
            if time > NOW:
                break
            if rng.random() < 0.3 or not lists:
                request = f"{rng.choice(['abandoned_cart', 'weekly_digest'])}:{iso(time)[:10]}:{rng.getrandbits(96):024x}" if rng.random() < 0.3 else f"r-{v}.{len(rows)}"
                lists.append((request, "email" if ":" in request else rng.choice(PLACES[:4]), rng.sample(items, 5)))
            request, place, shown = rng.choice(lists)
            kind = rng.choices(["RECOMMENDATION_IMPRESSION", *WORDS], [5, 3, 3, 1, 3, 1, 5])[0]
            record = {"interaction_type": kind, "timestamp": time}
            if kind == "RECOMMENDATION_IMPRESSION":
                record |= {"request_id": request, "context": place, "product_ids": shown}
            else:
                record["product_id"] = rng.choice(shown + items[:3])
                if kind == "RECOMMENDATION_CLICK" or rng.random() < 0.15:
                    record |= {"request_id": request, "position": 1, **({"context": place} if rng.random() < 0.8 else {})}
                if kind == "PURCHASE":
                    record |= {"quantity": rng.choice([1, 3])} if rng.random() < 0.5 else {}
                    record |= {"price": round(rng.uniform(1, 50), 2)} if rng.random() < 0.5 else {}
            rows.append((f"v{v}", record))
    order = list(range(len(rows)))
    rng.shuffle(order)
    place = {}
    shuffled = [rows[i][0] for i in order]
    mine = collections.defaultdict(list)
    for visitor, record in rows:
        mine[visitor].append(record)
    out = []
    for visitor in shuffled:
        out.append((visitor, mine[visitor][place.setdefault(visitor, 0)]))
        place[visitor] += 1
    return out


def state_of(records):
    events, shown = [], []
    for r in records:
        origin = {key: r[given] for key, given in (("request", "request_id"), ("position", "position"), ("context", "context")) if given in r}
        if r["interaction_type"] == "RECOMMENDATION_IMPRESSION":
            shown.append({"request": r["request_id"], "context": r["context"], "count": len(r["product_ids"]), "time": r["timestamp"]})
        else:
            events.append({"type": WORDS[r["interaction_type"]], "item": r["product_id"], "time": r["timestamp"], **origin, **{k: r[k] for k in ("quantity", "price") if k in r}})
    return {"version": 1, "profile": {}, "events": events, "shown": shown}


def by_visitor(rows):
    mine = collections.defaultdict(list)
    for visitor, record in rows:
        mine[visitor].append(record)
    return mine


def work_out(rows, prices, days):
    """{(visitor, request): figures} by the documented rules: a click counts once a product and list; a purchase belongs to the list it names, else to that
    of the last click on a recommendation of the product within seven days."""
    lists = {}

    def of(visitor, request, context, time):
        found = lists.setdefault((visitor, request), {"context": context, "time": time, "impressions": 0, "clicks": set(), "conversions": 0, "revenue": 0.0})
        found["context"] = found["context"] or context
        return found

    for visitor, records in by_visitor(rows).items():
        recent = [r for r in records if NOW - r["timestamp"] <= days * DAY]
        for r in recent:
            if r["interaction_type"] == "RECOMMENDATION_IMPRESSION":
                of(visitor, r["request_id"], r["context"], r["timestamp"])["impressions"] += len(r["product_ids"])
        for r in recent:
            at = next(i for i, one in enumerate(records) if one is r)
            if r["interaction_type"] == "RECOMMENDATION_CLICK":
                again = any(e["interaction_type"] == r["interaction_type"] and e["request_id"] == r["request_id"] and e["product_id"] == r["product_id"] for e in records[:at])
                found = of(visitor, r["request_id"], r.get("context"), r["timestamp"])
                if not again:
                    found["clicks"].add(r["product_id"])
            if r["interaction_type"] != "PURCHASE":
                continue
            origin = r if "request_id" in r else next((e for e in reversed(records[:at]) if e["interaction_type"] == "RECOMMENDATION_CLICK" and e["product_id"] == r["product_id"]), None)
            if origin is None or (origin is not r and r["timestamp"] - origin["timestamp"] > 7 * DAY):
                continue
            found = of(visitor, origin["request_id"], origin.get("context"), origin["timestamp"])
            found["conversions"] += 1
            price = r.get("price") or prices.get(r["product_id"], math.nan)
            found["revenue"] += 0 if math.isnan(price) else price * r.get("quantity", 1)
    return lists


def campaign_of(request):
    found = re.match(r"(\w+:\d{4}-\d\d-\d\d):.", request)
    return found and found.group(1)


def wilson(successes, trials):
    if not trials or successes > trials:
        return None, None
    z, p = 1.959963984540054, successes / trials
    middle, half = p + z * z / (2 * trials), z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    return (middle - half) / (1 + z * z / trials), (middle + half) / (1 + z * z / trials)


def performance(shop, events, *more):
    return json.loads(run("performance", events, "--bundle", shop[0] / "bundle", "--now", iso(NOW), "--json", *more).stdout)


def write_log(path, rows):
    path.write_text("".join(json.dumps({"user_id": visitor, **record}) + "\n" for visitor, record in rows))
    return path


def write_store(path, rows):
    """The file that `pocketrec serve` keeps, with the states of the visitors."""
    base = sqlite3.connect(path)
    base.executescript("PRAGMA application_id=1349674339; PRAGMA user_version=1;"
                       "CREATE TABLE visitors(visitor TEXT PRIMARY KEY NOT NULL, state BLOB NOT NULL, seen INTEGER NOT NULL)")
    for visitor, records in by_visitor(rows).items():
        base.execute("INSERT INTO visitors VALUES(?, ?, ?)", (f"user/{visitor}", json.dumps(state_of(records)).encode(), NOW))
    base.commit()
    base.close()
    return path


def ask(shop, path, state):
    line = json.dumps({"method": "GET", "path": path, "body": "", "state": json.dumps(state), "now": NOW, "seed": 0})
    done = subprocess.run([COMMAND, "ask", str(shop[0] / "bundle"), "--batch", "-"], input=line + "\n", capture_output=True, text=True, check=True)
    return json.loads(json.loads(done.stdout)["body"])


KEYS = {
    "day": lambda request, one: (iso(one["time"])[:10], one["context"]),
    "context": lambda request, one: one["context"],
    "request": lambda request, one: request,
    "campaign": lambda request, one: campaign_of(request),
}


@pytest.mark.parametrize("days", [30, 7])
@pytest.mark.parametrize("seed", [1, 2])
def test_tables_are_what_the_rules_say(shop, tmp_path, seed, days):
    rows = interactions(shop[1], seed)
    lists = work_out(rows, shop[1], days)
    log, store = write_log(tmp_path / "log.jsonl", rows), write_store(tmp_path / "events.sqlite", rows)
    for by, key in KEYS.items():
        expected = collections.defaultdict(lambda: [0, 0, 0, 0, 0.0])
        for (_, request), one in lists.items():
            if key(request, one) is not None or by == "context":
                sums = expected[key(request, one)]
                for place, more in enumerate((1, one["impressions"], len(one["clicks"]), one["conversions"], one["revenue"])):
                    sums[place] += more
        answer = performance(shop, log, "--by", by, "--days", days)
        assert answer == performance(shop, store, "--by", by, "--days", days)
        found = {(row["day"], row["context"]) if by == "day" else row[{"request": "request_id"}.get(by, by)]: row for row in answer["rows"]}
        assert set(found) == set(expected) and len(answer["rows"]) == len(expected) > 1
        for name, (requests, impressions, clicks, conversions, revenue) in expected.items():
            row = found[name]
            assert (row["impressions"], row["clicks"], row["conversions"]) == (impressions, clicks, conversions) and row.get("requests", requests) == requests
            assert row["revenue"] == pytest.approx(revenue, abs=0.011 * requests)
            for rate, part, whole in ("ctr", clicks, impressions), ("conversion_rate", conversions, clicks):
                assert row[rate] == (pytest.approx(part / whole, abs=1e-4) if whole else None)
                for given, bound in zip(row[rate + "_interval"], wilson(part, whole)):
                    assert given == (None if bound is None else pytest.approx(bound, abs=1e-4))


def test_the_whole_is_the_sum_over_visitors(shop, tmp_path):
    rows = interactions(shop[1], 5)
    answer = performance(shop, write_log(tmp_path / "log.jsonl", rows))
    total, funnel, people = collections.Counter(), collections.Counter(), collections.Counter()
    for records in by_visitor(rows).values():
        state = state_of(records)
        mine = ask(shop, "/api/v1/analytics/recommendations/performance?days=30", state)["total"]
        total.update({key: mine[key] for key in ("requests", "impressions", "clicks", "conversions", "revenue")})
        way = ask(shop, "/api/v1/analytics/conversion-funnel?days=30", state)
        for stage in way["stages"]:
            funnel.update({(stage["stage"], key): stage[key] for key in ("events", "products", "reached")})
            people[stage["stage"]] += stage["reached"] > 0
        funnel["abandoned"] += way["abandoned"]
    for key, value in total.items():
        assert answer["total"][key] == pytest.approx(value, abs=0.005)
    assert answer["visitors"] == len(by_visitor(rows)) and answer["funnel"]["abandoned"] == funnel["abandoned"] > 0
    for stage, before in zip(answer["funnel"]["stages"], [STAGES[0], *STAGES]):
        name = stage["stage"]
        assert all(stage[key] == funnel[name, key] for key in ("events", "products", "reached")) and stage["people"] == people[name] > 1
        assert stage["people_rate"] == pytest.approx(people[name] / people[before], abs=1e-4)


def test_csv_and_a_configured_log(shop, tmp_path):
    """The same interactions as a CSV log with columns of other names; the table as CSV."""
    rows = interactions(shop[1], 6)
    with open(tmp_path / "log.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["who", "did", "what", "when", "list", "place", "where", "units", "each", "many"])
        for visitor, r in rows:
            out.writerow([visitor, r["interaction_type"], r.get("product_id"), iso(r["timestamp"]), r.get("request_id"), r.get("position"), r.get("context"), r.get("quantity"), r.get("price"), len(r.get("product_ids", [])) or ""])
    config = json.loads((shop[0] / "logs/pocketrec.json").read_text())
    config["interactions"] = {"files": "log.csv", "user": "who", "type": "did", "item": "what", "time": "when", "request": "list", "position": "place", "context": "where", "quantity": "units", "price": "each", "shown": "many"}
    (tmp_path / "c.json").write_text(json.dumps(config))
    answer = performance(shop, tmp_path / "c.json")
    assert answer == performance(shop, write_log(tmp_path / "log.jsonl", rows))
    run("performance", tmp_path / "c.json", "--bundle", shop[0] / "bundle", "--now", iso(NOW), "--out", tmp_path / "table.csv")
    table = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text())))
    assert [(t["day"], t["context"], int(t["impressions"]), int(t["clicks"]), t["ctr_low"]) for t in table] == [
        (r["day"], r["context"] or "", r["impressions"], r["clicks"], "" if r["ctr_interval"][0] is None else f"{r['ctr_interval'][0]:g}") for r in answer["rows"]]


def test_campaigns_that_the_log_names(shop, tmp_path):
    item = next(iter(shop[1]))
    rows = [("a", {"interaction_type": "RECOMMENDATION_IMPRESSION", "timestamp": NOW - 9, "campaign_id": "spring", "context": "email", "product_ids": [item, item]}),
            ("a", {"interaction_type": "RECOMMENDATION_CLICK", "timestamp": NOW - 8, "campaign_id": "spring", "product_id": item}),
            ("b", {"interaction_type": "RECOMMENDATION_CLICK", "timestamp": NOW - 8, "request_id": "r1", "campaign_id": "Frühling, \"2\"", "product_id": item}),
            ("b", {"interaction_type": "RECOMMENDATION_CLICK", "timestamp": NOW - 8, "request_id": "r2", "product_id": item})]
    answer = performance(shop, write_log(tmp_path / "log.jsonl", rows), "--by", "campaign")
    assert [(r["campaign"], r["impressions"], r["clicks"]) for r in answer["rows"]] == [("Frühling, \"2\"", 0, 1), ("spring", 2, 1)]


def test_more_lists_than_a_state_holds(shop, tmp_path):
    """One row an impression, 3 products each, of 500 lists; a late click on each tenth."""
    items, rows = list(shop[1]), []
    for number in range(500):
        for item in items[:3]:
            rows.append(("bot", {"interaction_type": "RECOMMENDATION_IMPRESSION", "timestamp": NOW - DAY + number, "request_id": f"q{number}", "context": "search", "product_ids": [item]}))
    for number in range(0, 500, 10):
        rows.append(("bot", {"interaction_type": "RECOMMENDATION_CLICK", "timestamp": NOW - 600, "request_id": f"q{number}", "product_id": items[0]}))
    total = performance(shop, write_log(tmp_path / "log.jsonl", rows), "--by", "context")
    assert [(r["context"], r["requests"], r["impressions"], r["clicks"]) for r in total["rows"]] == [("search", 500, 1500, 50)]


def test_wrong_rows(shop, tmp_path):
    good = {"user_id": "a", "interaction_type": "VIEW", "product_id": next(iter(shop[1])), "timestamp": NOW}
    wrong = [{"interaction_type": "BUY"}, {"timestamp": "soon"}, {"timestamp": NOW + 9 * DAY}, {"product_id": ""}, {"user_id": ""}, {"interaction_type": "RECOMMENDATION_CLICK"},
             {"interaction_type": "RECOMMENDATION_IMPRESSION", "request_id": "r"}, {"request_id": "a b"}, {"context": "attic"}, {"interaction_type": "PURCHASE", "quantity": 0}, {"interaction_type": "PURCHASE", "price": -1}, {"position": 1.5}]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps(good | change) + "\n" for change in [*wrong, *[{}] * 300]))
    answer = performance(shop, log)
    assert answer["funnel"]["stages"][0]["events"] == 300
    log.write_text("".join(json.dumps(good | change) + "\n" for change in [*wrong, *[{}] * 50]))
    run("performance", log, "--bundle", shop[0] / "bundle", "--now", iso(NOW), status=3)


# --- the server ---


class Server:
    def __init__(self, folder, bundle, *more):
        self.log = (folder / "log").open("w+b")
        self.process = subprocess.Popen([COMMAND, "serve", str(bundle), "--port", "0", *map(str, more)], stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        for _ in range(200):
            found = re.search(rb"serving (http://\S+)/", (folder / "log").read_bytes())
            if found or self.process.poll() is not None:
                break
            try:
                self.process.wait(0.05)
            except subprocess.TimeoutExpired:
                pass
        self.url = found.group(1).decode()

    def get(self, path, body=None, **headers):
        request = urllib.request.Request(self.url + path, data=None if body is None else json.dumps(body).encode(), headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as failed:
            return failed.code, json.loads(failed.read())

    def end(self):
        self.process.terminate()
        assert self.process.wait(15) == 0


@pytest.mark.parametrize("events", ["events.sqlite", "none"])
def test_everyone_over_http(shop, tmp_path, events):
    item = next(iter(shop[1]))
    server = Server(tmp_path, shop[0] / "bundle", "--events", events if events == "none" else tmp_path / events)
    try:
        for number in range(6):
            name, request = f"user{number}", f"list-{number % 4}"
            posted = [{"interaction_type": "RECOMMENDATION_IMPRESSION", "request_id": request, "context": "homepage", "product_ids": [item, item]}]
            posted += [{"interaction_type": "RECOMMENDATION_CLICK", "request_id": request, "product_id": item}] * (number % 2)
            posted += [{"interaction_type": "CART_ADD", "product_id": item}, {"interaction_type": "PURCHASE", "product_id": item, "price": 5}] * (number == 5)
            assert server.get("/api/v1/interactions", {"user_id": name, "interactions": posted})[0] == 201
        route = "/api/v1/analytics/recommendations/performance"
        assert server.get(f"{route}?user_id=user5")[1]["total"]["impressions"] == 2
        assert server.get(route)[1]["total"]["impressions"] == server.get(f"{route}?everyone=false")[1]["total"]["impressions"] == 0
        status, whole = server.get(f"{route}?everyone=true&limit=2")
        assert status == 200 and list(whole) == list(server.get(route)[1])
        assert whole["total"] == {"requests": 6, "impressions": 12, "clicks": 3, "ctr": 0.25, "conversions": 1, "conversion_rate": 0.3333, "revenue": 5}
        assert whole["by_context"] == [{"context": "homepage", **whole["total"]}] and len(whole["by_request"]) == 2
        status, funnel = server.get("/api/v1/analytics/conversion-funnel?everyone=true&days=2")
        assert status == 200 and funnel["days"] == 2 and [s["reached"] for s in funnel["stages"]] == [3, 1, 1] and funnel["overall_rate"] == pytest.approx(1 / 3, abs=1e-4)
        for path, code in (f"{route}?everyone=true&days=x", 422), (f"{route}?everyone=perhaps", 422), ("/api/v1/analytics/conversion-funnel?everyone=perhaps", 422):
            assert server.get(path)[0] == code
        assert server.get(f"{route}?everyone=true", **{"X-Forwarded-For": "10.0.0.1"})[0] == 403, "what a proxy brings is not this machine"
        assert server.get(f"{route}?everyone=true", Host="shop.example")[0] == 403
        assert server.get(route, **{"X-Forwarded-For": "10.0.0.1"})[0] == 200, "one's own is everybody's"
    finally:
        server.end()
    if events != "none":
        answer = json.loads(run("performance", tmp_path / events, "--bundle", shop[0] / "bundle", "--json").stdout)
        assert (answer["total"]["impressions"], answer["total"]["clicks"], answer["visitors"]) == (12, 3, 6)


def test_everyone_needs_the_token(shop, tmp_path):
    config = json.loads((shop[0] / "logs/pocketrec.json").read_text())
    (tmp_path / "people.jsonl").write_text("")
    (tmp_path / "token").write_text("0123456789abcdef0123\n")
    (tmp_path / "token").chmod(0o600)
    assert config["meaning"] == {}
    server = Server(tmp_path, shop[0] / "bundle", "--events", "none", "--profiles", tmp_path / "people.jsonl", "--profiles-token", tmp_path / "token")
    try:
        route = "/api/v1/analytics/conversion-funnel?everyone=true"
        assert server.get(route)[0] == 401 and server.get(route, Authorization="Bearer 0123456789abcdef0124")[0] == 401
        assert server.get(route, Authorization="Bearer 0123456789abcdef0123")[0] == 200
    finally:
        server.end()

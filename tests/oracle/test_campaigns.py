"""`pocketrec campaigns`: who must get what, worked out here from the raw files and the documented rules alone; nights in a row; privacy. Picks are those of
the core's own routes, asked with the state that the user's browser would hold."""
import collections
import csv
import datetime
import hashlib
import json
import random
import stat
import subprocess
import zoneinfo
from urllib.parse import quote

import pytest

from project import COMMAND, run

DAY, HOUR = 86400, 3600
FIRST_NIGHT = 1763604000  # Thursday, 2025-11-20, 02:00 UTC
KINDS = ["abandoned_cart", "back_in_stock", "new_arrivals", "weekly_digest"]
COOL_DOWN = {"abandoned_cart": 3, "back_in_stock": 1, "new_arrivals": 7, "weekly_digest": 6}
RULES = ["unsubscribed", "unreadable_preferences", "no_consent", "told_already", "out_of_stock", "cool_down", "per_week", "per_day", "too_few_new", "nothing_to_show"]
GAP, AFTER, WITHIN, NEW_DAYS, LEAST, PICKS, PER_DAY, PER_WEEK = 30 * 60, 4 * HOUR, 7 * DAY, 14, 3, 4, 1, 3
IN_STATE = {"view": "click", "like": "like", "cart": "cart", "purchase": "purchase", "return": "return", "cart_remove": "cart_remove"}


def iso(time):
    return datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class World:
    """A small shop: people, what they did, what they said about mails, and its stock on each night."""

    def __init__(self, folder, seed, users=160, items=60):
        self.folder, self.rng = folder, random.Random(seed)
        self.users = [f"{'user-ü' if u % 7 == 0 else 'u'}{u:03d}" for u in range(users)]
        self.items = [f"P{i:02d}" for i in range(items)]
        self.arrived = {item: FIRST_NIGHT // DAY - self.rng.choice([1, 3, 9, 14, 15, 200, 400, -2]) for item in self.items}
        self.price = {item: round(self.rng.uniform(2, 90), 2) for item in self.items}
        self.events = []
        for user in self.users[3:]:  # the first three did nothing
            self.live(user)
        self.stock = {item: 5 for item in self.items}

    def live(self, user):
        for _ in range(self.rng.randint(1, 6)):
            time = FIRST_NIGHT - int(self.rng.choice([self.rng.uniform(0, 9 * HOUR), self.rng.uniform(0, 9 * DAY), self.rng.uniform(0, 60 * DAY)]))
            for _ in range(self.rng.randint(1, 7)):
                kind = self.rng.choices(list(IN_STATE), [5, 1, 5, 2, 0.3, 0.7])[0]
                self.events.append((user, self.rng.choice(self.items[:25] if self.rng.random() < 0.6 else self.items), kind, time, self.rng.choice([1, 1, 2])))
                time += self.rng.choice([20, 90, 400, 1800, 1801, 5000])

    def write(self):
        with open(self.folder / "items.csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["id", "title", "category", "price", "stock", "arrived"])
            for place, item in enumerate(self.items):
                day = datetime.date(1970, 1, 1) + datetime.timedelta(days=self.arrived[item])
                out.writerow([item, f"Thing {item} {'red' if place % 3 else 'blue'} {place % 5}", f"c{place % 4}", "" if place == 1 else self.price[item], self.stock[item], day])
        with open(self.folder / "events.csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["user", "item", "type", "time", "quantity"])
            out.writerows(self.events)
        with open(self.folder / "users.csv", "w", newline="") as file:
            csv.writer(file).writerows([["id"], *[[user] for user in self.users]])

    def configure(self, name="c.json", **campaigns):
        config = {
            "name": "mails",
            "items": {"files": "items.csv", "id": "id", "title": "title", "columns": {
                "category": {"type": "category"}, "price": {"type": "real"}, "stock": {"type": "integer"}, "arrived": {"type": "date"}}},
            "users": {"files": "users.csv", "id": "id"},
            "events": [{"files": "events.csv", "user": "user", "item": "item", "time": "time", "quantity": "quantity",
                        "type": {"from": "type", "values": {kind: [kind] for kind in IN_STATE}}}],
            "shop": {"price": "price", "category": ["category"]},
            "meaning": {"stock": "stock", "new_arrivals": {"column": "arrived"}},
            "campaigns": {"out": "private/campaigns-{date}.jsonl", **campaigns},
        }
        (self.folder / "private").mkdir(exist_ok=True)
        (self.folder / name).write_text(json.dumps(config))
        return self.folder / name

    def state(self, user, now):
        events = [e for e in sorted(self.of(user, now), key=lambda e: e[3])]
        return json.dumps({"version": 1, "profile": {}, "events": [
            {"type": IN_STATE[kind], "item": item, "time": time, **({"quantity": quantity} if quantity != 1 else {})} for _, item, kind, time, quantity in events]})

    def of(self, user, now):
        return [e for e in self.events if e[0] == user and e[3] <= now]


# --- the rules, once more ---


def left_carts(events, now):
    """[{last, items: {item: [added, bought, gone]}}] of visits that are over."""
    events, visits = sorted(events, key=lambda e: e[3]), []
    for event in events:
        if not visits or event[3] - visits[-1][-1][3] > GAP:
            visits.append([])
        visits[-1].append(event)
    if visits and now - visits[-1][-1][3] <= GAP:
        visits.pop()
    carts = []
    for visit in visits:
        items = {}
        for _, item, kind, time, _ in visit:
            if kind == "cart":
                items.pop(item, None)
                items[item] = [time, None, False]
            elif kind in ("purchase", "cart_remove"):
                items.pop(item, None)
        if items:
            carts.append({"last": visit[-1][3], "items": items})
    for cart in carts:
        for item, fate in cart["items"].items():
            for _, other, kind, time, _ in events:
                if other == item and time > cart["last"] and fate[1] is None:
                    fate[1] = time if kind == "purchase" else None
                    fate[2] |= kind == "cart_remove"
    return carts


def owned(events):
    last = {}
    for _, item, kind, _, _ in sorted(events, key=lambda e: e[3]):
        if kind in ("purchase", "return"):
            last[item] = kind
    return {item for item, kind in last.items() if kind == "purchase"}


class Oracle:
    """What a night must write; `sent` is [(user, kind, time)] of earlier nights, `missed` {item: since} of what is back."""

    def __init__(self, world, bundle, now, consent, sent, missed, caps=lambda user: (PER_DAY, PER_WEEK)):
        self.world, self.bundle, self.now, self.consent, self.missed, self.caps = world, bundle, now, consent, missed, caps
        self.sent = collections.defaultdict(list)
        for user, kind, time in sent:
            self.sent[user].append((kind, time))
        self.out = {item for item, units in world.stock.items() if units <= 0}
        self.new = {item for item, day in world.arrived.items() if 0 <= now // DAY - day <= NEW_DAYS} - self.out
        self.held = collections.Counter()

    def reasons(self, user, kind, events):
        """(is there a reason, items with times, rule that leaves none)"""
        if kind == "abandoned_cart":
            told = max((time for what, time in self.sent[user] if what == kind), default=None)
            carts = [c for c in left_carts(events, self.now) if AFTER <= self.now - c["last"] <= WITHIN]
            alive = [(c, item, fate) for c in reversed(carts) for item, fate in reversed(c["items"].items()) if fate[1] is None and not fate[2]]
            fresh = [(item, fate[0]) for c, item, fate in alive if told is None or c["last"] > told - AFTER]
            items = {}
            for item, added in fresh:
                if item not in self.out:
                    items.setdefault(item, added)
            return bool(alive), list(items.items()), None if items else "out_of_stock" if fresh else "told_already"
        if kind == "back_in_stock":
            items = {}
            for _, item, what, time, _ in reversed(sorted(events, key=lambda e: e[3])):
                if item in self.missed and time >= self.missed[item] and what in ("view", "like", "cart") and item not in owned(events):
                    items.setdefault(item, time)
            return bool(items), list(items.items()), None
        if kind == "new_arrivals":
            return bool(self.new and events), [], None
        return iso(self.now) and datetime.datetime.fromtimestamp(self.now, datetime.timezone.utc).weekday() == 3, [], None

    def capped(self, user, kind, tonight):
        per_day, per_week = self.caps(user)
        days = [(what, self.now // DAY - time // DAY) for what, time in self.sent[user]]
        if any(what == kind and ago < COOL_DOWN[kind] for what, ago in days):
            return "cool_down"
        if sum(ago < 7 for _, ago in days) + tonight >= per_week:
            return "per_week"
        return "per_day" if sum(ago < 1 for _, ago in days) + tonight >= per_day else None

    def picks(self, user, kind, items):
        body, path = "", "/api/v1/recommendations/homepage?limit=4"
        if kind == "abandoned_cart":
            path, body = "/api/v1/recommendations/cart", json.dumps({"items": [item for item, _ in items], "limit": PICKS})
        elif kind == "back_in_stock":
            path = f"/api/v1/recommendations/product/{quote(items[0][0])}?limit=100"
        elif kind == "new_arrivals":
            path = "/api/v1/recommendations/homepage?limit=100"
        asked = json.dumps({"method": "POST" if body else "GET", "path": path, "body": body, "state": self.world.state(user, self.now), "now": self.now, "seed": 0})
        done = subprocess.run([COMMAND, "ask", str(self.bundle), "--batch", "-"], input=asked + "\n", capture_output=True, text=True, check=True)
        answer = json.loads(json.loads(done.stdout)["body"])
        listed = [(p["product_id"], p["price"], p["score"]) for p in answer["recommendations"]]
        if kind == "new_arrivals":
            listed = [pick for pick in listed if pick[0] in self.new]
        return [pick for pick in listed if pick[0] not in dict(items)][:PICKS]

    def night(self):
        mails = []
        for user in sorted(self.world.users, key=str.encode):
            events, tonight = self.world.of(user, self.now), 0
            for kind in KINDS:
                wanted, items, empty = self.reasons(user, kind, events)
                if not wanted:
                    continue
                rule = self.consent(user, kind) or empty or self.capped(user, kind, tonight)
                picks = None if rule else self.picks(user, kind, items)
                if not rule and kind == "new_arrivals" and len(picks) < LEAST:
                    rule = "too_few_new"
                self.held[rule] += bool(rule)
                if not rule:
                    mails.append((user, kind, items, picks))
                    tonight += 1
        return mails


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def campaigns(config, bundle, now, *more):
    done = subprocess.run([COMMAND, "campaigns", str(config), "--bundle", str(bundle), "--now", iso(now), "--json", *more], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def secret_of(state):
    return json.loads(state.read_text().splitlines()[0])["secret"]


def check_night(oracle, lines, summary, state="campaigns.state.jsonl"):
    expected, secret = oracle.night(), secret_of(oracle.world.folder / "private" / state)
    assert [(line["user_id"], line["kind"]) for line in lines] == [mail[:2] for mail in expected]
    for line, (user, kind, items, picks) in zip(lines, expected):
        assert [(i["product_id"], i["at"]) for i in line["reason_items"]] == [(item, iso(at)) for item, at in items]
        shown = [(p["product_id"], p["price"], p["score"]) for p in line["recommendations"]]
        if kind == "back_in_stock":  # the rule of categories goes by the length that was asked for
            assert len(shown) == PICKS and not {p[0] for p in shown} & ({i for i, _ in items} | oracle.out)
        else:
            assert shown == picks
        assert [p["position"] for p in line["recommendations"]] == list(range(1, len(shown) + 1)) and all(p["reason"] and p["name"] for p in line["recommendations"])
        assert (line["returned"], line["requested"]) == (len(shown), PICKS) and (line["reason"] is None) == (len(shown) == PICKS)
        taken = {p[0] for p in shown}
        assert len(taken) == len(shown) and not taken & oracle.out and not taken & owned(oracle.world.of(user, oracle.now))
        day = iso(oracle.now)[:10]
        digest = hashlib.sha256(f"{secret}{user}\0{kind}\0{day}".encode()).hexdigest()[:24]
        assert line["campaign_id"] == line["request_id"] == f"{kind}:{day}:{digest}" and line["context"] == "email" and line["created_at"] == iso(oracle.now)
    assert {rule: oracle.held[rule] for rule in RULES} == summary["held_back"]
    assert summary["mails"] == len(lines) and summary["people"] == len({line["user_id"] for line in lines})


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("mails"), 5)
    for item in made.items[::5]:
        made.stock[item] = 0
    made.write()
    return made


@pytest.fixture(scope="module")
def bundle(world):
    config = world.configure(default="all")
    run("train", config, "--out", world.folder / "bundle", SOURCE_DATE_EPOCH=FIRST_NIGHT)
    for left in (world.folder / "private").iterdir():
        left.unlink()
    return world.folder / "bundle"


def test_nights_in_a_row(world, bundle):
    """Everybody wants everything: triggers, caps and stock decide. On each night some things go and others come back."""
    sent, before, out_since = [], None, {}
    config, rng = world.configure(default="all"), random.Random(3)
    kinds = collections.Counter()
    for number in range(5):
        now = FIRST_NIGHT + number * DAY - number * 300  # a little earlier each night
        world.stock = {item: rng.choice([0, 4, 4]) if rng.random() < 0.3 else units for item, units in world.stock.items()}
        for user in rng.sample(world.users, 30):
            world.events.append((user, rng.choice(world.items[:25]), rng.choice(["view", "cart", "like", "purchase"]), now - rng.randint(600, 20 * HOUR), 1))
        world.write()
        run("train", config, "--out", bundle, "--quiet", SOURCE_DATE_EPOCH=now)  # the night itself writes them
        out = {item for item, units in world.stock.items() if units <= 0}
        missed = {item: since for item, since in out_since.items() if item not in out}
        lines = read(world.folder / f"private/campaigns-{iso(now)[:10]}.jsonl")
        oracle = Oracle(world, bundle, now, lambda user, kind: None, sent, missed)
        bytes_before = (world.folder / f"private/campaigns-{iso(now)[:10]}.jsonl").read_bytes()
        summary = campaigns(config, bundle, now)
        check_night(oracle, lines, summary)
        assert (world.folder / f"private/campaigns-{iso(now)[:10]}.jsonl").read_bytes() == bytes_before, "a night that is made again is the same"
        sent += [(line["user_id"], line["kind"], now) for line in lines]
        out_since = {item: out_since.get(item, before if before is not None else now) for item in out}
        before = now
        kinds.update(line["kind"] for line in lines)
    assert all(kinds[kind] >= 2 for kind in KINDS), kinds


def test_the_same_bytes_for_any_number_of_threads(world, bundle):
    config = world.configure(default="all", out="private/threads.jsonl", sent={"files": "private/nothing-*.jsonl"}, state="private/threads.state")
    contents = []
    for threads in "1", "2", "5":
        for left in (world.folder / "private").glob("threads*"):
            left.unlink()
        head = {"version": 1, "night": FIRST_NIGHT - DAY, "before": None, "secret": "5a" * 32}
        (world.folder / "private/threads.state").write_text(json.dumps(head) + "\n")
        campaigns(config, bundle, FIRST_NIGHT, "--threads", threads)
        contents.append([(world.folder / "private" / name).read_bytes() for name in ("threads.jsonl", "cart_abandonments.jsonl", "threads.state")])
    assert contents[0] == contents[1] == contents[2] and len(contents[0][0]) > 10000


def test_the_table_of_carts(world, bundle):
    now = FIRST_NIGHT
    campaigns(world.configure(out="private/carts.jsonl"), bundle, now)
    expected = []
    for user in sorted(world.users, key=str.encode):
        for cart in left_carts(world.of(user, now), now):
            if AFTER <= now - cart["last"] <= WITHIN:
                expected.append((user, iso(cart["last"]), [(item, iso(f[0]), f[1] and iso(f[1]), f[2]) for item, f in cart["items"].items()], any(f[1] for f in cart["items"].values())))
    lines = read(world.folder / "private/cart_abandonments.jsonl")
    assert [(c["user_id"], c["last_event_at"], [(i["product_id"], i["added_at"], i["bought_at"], i["removed"]) for i in c["items"]], c["recovered"]) for c in lines] == expected
    assert any(c["recovered"] for c in lines) and any(not c["recovered"] for c in lines) and len(lines) > 40
    for cart in lines:
        known = [i["price"] * i["quantity"] for i in cart["items"] if i["price"] is not None]
        assert cart["value"] == (pytest.approx(sum(known), abs=0.006) if known else None)


# --- preferences ---


def write_preferences(world, rows):
    with open(world.folder / "preferences.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["who", "stop", "all", "carts", "mail", "day", "week", "hour", "zone"])
        out.writerows(rows)


PREFERENCES = {"files": "preferences.csv", "user": "who", "unsubscribed": "stop", "opted_in": "all", "kinds": {"abandoned_cart": "carts"}, "address": "mail",
               "per_day": "day", "per_week": "week", "hour": "hour", "utc_offset": "zone"}


@pytest.mark.parametrize("default", ["none", "all"])
def test_preferences(world, bundle, default):
    rng, now, said = random.Random(len(default)), FIRST_NIGHT, {}
    rows = []
    for user in world.users[:120]:
        stop, every, carts = rng.choice(["", "", "no", "TRUE"]), rng.choice(["", "yes", "yes", "0"]), rng.choice(["", "1", "false"])
        day, week, hour, zone = rng.choice(["", "0", "2"]), rng.choice(["", "1", "9"]), rng.choice(["", "0", "22"]), rng.choice(["", "+05:30", "-8", "Z"])
        rows.append([user, stop, every, carts, f"{user}@example.org" if rng.random() < 0.7 else "", day, week, hour, zone])
        said[user] = rows[-1]
    rows.append([world.users[10], "yes", "", "", "", "", "", "", ""])  # the strictest row counts
    rows.append(["somebody else", "", "yes", "", "", "", "", "", ""])
    write_preferences(world, rows)
    config = world.configure(default=default, preferences=PREFERENCES, out="private/preferences.jsonl", sent={"files": "private/nothing.jsonl"}, state=f"private/{default}.state")

    def consent(user, kind):
        row = said.get(user, [user] + [""] * 8)
        if row[1] == "TRUE" or user == world.users[10]:
            return "unsubscribed"
        word = row[3] if kind == "abandoned_cart" and row[3] else row[2]
        wanted = {"": default == "all", "yes": True, "0": False, "1": True, "false": False}[word]
        return None if wanted else "no_consent"

    def caps(user):
        row = said.get(user, [""] * 9)
        return min(PER_DAY, int(row[5] or 99)), min(PER_WEEK, int(row[6] or 99))

    summary = campaigns(config, bundle, now)
    lines = read(world.folder / "private/preferences.jsonl")
    check_night(Oracle(world, bundle, now, consent, [], {}, caps), lines, summary, f"{default}.state")
    assert summary["strangers"] == 1 and summary["rejected"] == 0 and lines
    for line in lines:
        row = said.get(line["user_id"], [""] * 9)
        assert line["address"] == (row[4] or None)
        zone = {"": 0, "+05:30": 5.5, "-8": -8, "Z": 0}[row[8]] * HOUR
        hour = int(row[7] or 9) * HOUR
        local = now + zone
        opens = local // DAY * DAY + hour
        window = next((start, start + 11 * HOUR) for start in (opens - DAY, opens, opens + DAY) if local < start + 11 * HOUR)
        assert (line["not_before"], line["not_after"]) == (iso(int(max(window[0], local) - zone)), iso(int(window[1] - zone)))


def hours_of(zone, hour, hours, now):
    """(not_before, not_after), looked for minute by minute on the user's clock."""
    def minute_of(time):
        local = datetime.datetime.fromtimestamp(time, zone)
        return 60 * local.hour + local.minute

    def is_open(time):
        return (minute_of(time) - 60 * hour) % 1440 < 60 * hours

    first = now
    while not is_open(first):
        first += 60 - first % 60
    last = first
    while last == first or is_open(last) and (minute_of(last - 60) + 1 - 60 * (hour + hours)) % 1440:
        last += 60 - last % 60
    return iso(first), iso(last)


# When clocks are changed in Berlin (twice), New York (twice) and on Lord Howe (by half an hour); a day without a change; a far one.
@pytest.mark.parametrize("change", [1774746000, 1792890000, 1772953200, 1793512800, 1775314800, 1791043200, 1784000000, 4077392400])
def test_hours_where_users_live(world, bundle, change):
    rng, said = random.Random(change), {}
    zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "Pacific/Kiritimati", "Etc/GMT+5", "UTC", "", "-09:30"]
    for user in world.users:
        said[user] = rng.choice(zones), rng.choice([*range(24), ""])
    write_preferences(world, [[user, "", "yes", "", "", "", "", hour, zone] for user, (zone, hour) in said.items()])
    config = world.configure(default="all", preferences=PREFERENCES, out="private/hours.jsonl", sent={"files": "private/nothing.jsonl"}, state="private/hours.state",
                             send={"utc_offset": "America/Denver", "hours": rng.choice([1, 4, 11, 23])}, weekly_digest={"weekday": f"{datetime.datetime.fromtimestamp(change, datetime.timezone.utc):%A}".lower()})
    hours = json.loads(config.read_text())["campaigns"]["send"]["hours"]
    midnight = change // DAY * DAY
    for now in midnight, change - 30 * 60 if change - 30 * 60 >= midnight else change, change, midnight + rng.randrange(DAY):
        campaigns(config, bundle, now)
        lines = read(world.folder / "private/hours.jsonl")
        assert len(lines) > 100
        for line in lines:
            name, hour = said[line["user_id"]]
            zone = datetime.timezone(-datetime.timedelta(hours=9, minutes=30)) if name == "-09:30" else zoneinfo.ZoneInfo(name or "America/Denver")
            assert (line["not_before"], line["not_after"]) == hours_of(zone, 9 if hour == "" else hour, hours, now), (name, hour, now)


def test_a_wrong_row_gets_no_mail(world, bundle):
    rows = [[user, "", "yes", "", "", "", "", "", ""] for user in world.users]
    rows[20][1], rows[21][5], rows[22][7], rows[23][8], rows[24][4] = "perhaps", "-1", "24", "Europe/../UTC", "a\x01b"
    rows[25][0], rows[26][0] = "", "x" * 300
    write_preferences(world, rows)
    shut = {world.users[i] for i in (20, 21, 22, 23, 24)}
    for default, others in ("none", {world.users[25], world.users[26]}), ("all", {world.users[25], world.users[26]}):
        config = world.configure(default=default, preferences=PREFERENCES, out="private/wrong.jsonl", rejects="private/rejects.csv", state="private/wrong.state")
        summary = campaigns(config, bundle, FIRST_NIGHT)
        got = {line["user_id"] for line in read(world.folder / "private/wrong.jsonl")}
        assert not got & shut and not got & others, "a row that does not tell whose it is might be anybody's who has none"
        assert len(got) > 100 and summary["rejected"] == 7 and summary["held_back"]["unreadable_preferences"] >= 4
    rejects = list(csv.DictReader(open(world.folder / "private/rejects.csv", newline="")))
    assert len(rejects) == 7 and stat.S_IMODE((world.folder / "private/rejects.csv").stat().st_mode) == 0o600


def test_mails_of_another_program_count(world, bundle):
    now, user = FIRST_NIGHT, world.users[0]
    log = world.folder / "sent.csv"
    config = world.configure(default="all", sent={"files": "sent.csv", "user": "to", "kind": "what", "time": "at"}, out="private/others.jsonl", state="private/others.state")

    def got(rows):
        log.write_text("to,what,at\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
        campaigns(config, bundle, now)
        return [line["kind"] for line in read(world.folder / "private/others.jsonl") if line["user_id"] == user]

    assert got([]) == ["weekly_digest"]
    assert got([(user, "weekly_digest", now - 5 * DAY)]) == [] and got([(user, "weekly_digest", now - 6 * DAY)]) == ["weekly_digest"]
    assert got([(user, "newsletter", now - HOUR)]) == [], "one a day"
    assert got([(user, "newsletter", iso(now - k * DAY)) for k in (1, 2, 6)]) == [], "three in seven days"
    assert got([(user, "newsletter", now - k * DAY) for k in (1, 2, 7)]) == ["weekly_digest"]
    assert got([(user, "newsletter", now + 3 * DAY)] * 9) == ["weekly_digest"], "a night that is made again later"


# --- privacy ---


def test_no_user_in_the_bundle_and_files_are_the_owners(world, bundle, tmp_path):
    for path in (world.folder / "private").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    run("publish", bundle, "--to", tmp_path / "public")
    for folder in bundle, tmp_path / "public":
        for path in folder.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                assert not any(user.encode() in content for user in world.users), path
                assert "campaign" not in path.name and b"abandoned_cart" not in content


@pytest.mark.parametrize("part", ["purchases", "shop"])
def test_without_four_stages(tmp_path, part):
    """Picks are what purchases say, else the shop's home and similar products: in stock, not bought, exactly as many."""
    shop = World(tmp_path, 8, users=60)
    for item in shop.items[::6]:
        shop.stock[item] = 0
    shop.write()
    config = json.loads(shop.configure(default="all", stock="stock", caps={"per_day": 3}, new_arrivals={"column": "arrived", "days": NEW_DAYS}).read_text())
    del config["meaning"]
    if part == "purchases":
        del config["shop"]
        config["purchases"] = {"price": "price", "category": ["category"], "als": {"factors": 16, "iterations": 3}}

    def kept_away(user):  # with purchases, what was bought may come again when it is due: of these items after 30 days
        bought = {item: time for _, item, kind, time, _ in sorted(shop.of(user, FIRST_NIGHT), key=lambda e: e[3]) if kind == "purchase"}
        return {item for item in owned(shop.of(user, FIRST_NIGHT)) if part == "shop" or FIRST_NIGHT - bought[item] < 20 * DAY}

    (tmp_path / "c.json").write_text(json.dumps(config))
    run("train", tmp_path / "c.json", "--out", tmp_path / "bundle", SOURCE_DATE_EPOCH=FIRST_NIGHT)
    lines = read(tmp_path / f"private/campaigns-{iso(FIRST_NIGHT)[:10]}.jsonl")
    out = {item for item, units in shop.stock.items() if units <= 0}
    kinds = collections.Counter(line["kind"] for line in lines)
    assert kinds["abandoned_cart"] > 5 and kinds["weekly_digest"] > 5 and kinds["new_arrivals"] > 5
    for line in lines:
        shown = [p["product_id"] for p in line["recommendations"]]
        assert not set(shown) & out and not set(shown) & kept_away(line["user_id"]) and len(set(shown)) == len(shown) == line["returned"]
        assert line["returned"] == PICKS or line["kind"] == "new_arrivals" or line["reason"] == "catalogue_exhausted"
        assert all(p["name"] and p["reason"] and (p["price"] or p["product_id"] == "P01") for p in line["recommendations"])
        if line["kind"] == "weekly_digest" and part == "purchases":
            for n in 4, 8, 16, 32, 64:  # asked again for longer lists until enough of them is in stock
                asked = json.dumps({"method": "GET", "path": f"/api/v1/recommendations/me?n={n}", "body": "", "state": shop.state(line["user_id"], FIRST_NIGHT), "now": FIRST_NIGHT, "seed": 0})
                done = subprocess.run([COMMAND, "ask", str(tmp_path / "bundle"), "--batch", "-"], input=asked + "\n", capture_output=True, text=True, check=True)
                there = [p["item_id"] for p in json.loads(json.loads(done.stdout)["body"])["recommendations"] if p["item_id"] not in out]
                if len(there) >= PICKS:
                    break
            assert shown == there[:PICKS]


def test_ids_tell_nobody_whose_they_are(world, bundle):
    """Users' ids can be counted through, and mails' ids stand in links: a secret of the shop's own, kept from night to night, goes in first."""
    state, out = world.folder / "private/secret.state", world.folder / f"private/secret-{iso(FIRST_NIGHT)[:10]}.jsonl"
    config = world.configure(default="all", out="private/secret-{date}.jsonl", state="private/secret.state")

    def mails(number=0):
        campaigns(config, bundle, FIRST_NIGHT + number * DAY)
        assert stat.S_IMODE(state.stat().st_mode) == 0o600
        return out.read_bytes()

    def head(change):
        first, *rest = state.read_text().splitlines(keepends=True)
        state.write_text(json.dumps(change(json.loads(first))) + "\n" + "".join(rest))

    first, secret, gone = mails(), secret_of(state), [line for line in read(state)[1:] if line["night"] == "this"]
    assert len(bytes.fromhex(secret)) == 32 and len(gone) >= 5
    for line in read(out):
        plain = hashlib.sha256(f"{line['user_id']}\0{line['kind']}\0{iso(FIRST_NIGHT)[:10]}".encode()).hexdigest()
        assert line["campaign_id"].split(":")[2] not in plain
    assert secret.encode() not in first
    assert mails() == first and secret_of(state) == secret, "a night that is made again"
    mails(1)
    assert secret_of(state) == secret, "the next night"

    state.unlink()
    again = mails()
    ids = [{line["campaign_id"] for line in map(json.loads, content.splitlines())} for content in (first, again)]
    assert secret_of(state) != secret and len(ids[0]) == len(ids[1]) > 100 and not ids[0] & ids[1], "another secret, and it still knows the night's own mails"

    head(lambda h: {k: v for k, v in h.items() if k != "secret"})  # as versions without secrets left it
    mails()
    assert len(secret_of(state)) == 64 and [line for line in read(state)[1:] if line["night"] == "this"] == gone
    for wrong in "5a" * 31, "5A" * 32, "5g" * 32, 7, None:
        head(lambda h: {**h, "secret": wrong})
        done = subprocess.run([COMMAND, "campaigns", str(config), "--bundle", str(bundle), "--now", iso(FIRST_NIGHT)], capture_output=True, text=True)
        assert done.returncode == 0 and "cannot be used" in done.stderr and len(secret_of(state)) == 64


# --- a shop without meaning and purchases ---


def shop_alone(folder, items=60, stock="integer", **campaigns):
    """A World whose configuration has "shop" only, with everything configured that "meaning" would give."""
    shop = World(folder, 8, users=60, items=items)
    path = shop.configure(default="all", stock="stock", caps={"per_day": 4, "per_week": 50}, new_arrivals={"column": "arrived", "days": NEW_DAYS}, **campaigns)
    config = json.loads(path.read_text())
    del config["meaning"]
    config["items"]["columns"]["stock"]["type"] = stock
    path.write_text(json.dumps(config))
    shop.write()
    return shop, path


def ask_shop(bundle, path, state):
    asked = json.dumps({"method": "GET", "path": path, "body": "", "state": state, "now": FIRST_NIGHT, "seed": 0})
    done = subprocess.run([COMMAND, "ask", str(bundle), "--batch", "-"], input=asked + "\n", capture_output=True, text=True, check=True)
    return json.loads(json.loads(done.stdout)["body"])


def test_a_cart_with_a_product_that_the_bundle_does_not_know(tmp_path):
    """The mail is about it all the same; picks go with the next thing in the cart."""
    shop, config = shop_alone(tmp_path, kinds=["abandoned_cart"], picks=2)
    run("train", config, "--out", tmp_path / "bundle", SOURCE_DATE_EPOCH=FIRST_NIGHT)
    shop.items.append("NEW")
    shop.arrived["NEW"], shop.price["NEW"], shop.stock["NEW"] = FIRST_NIGHT // DAY, 5.0, 3
    alone, both = shop.users[0], shop.users[1]
    shop.events += [(alone, "NEW", "cart", FIRST_NIGHT - 6 * HOUR, 1), (both, "P03", "cart", FIRST_NIGHT - 6 * HOUR, 1), (both, "NEW", "cart", FIRST_NIGHT - 6 * HOUR + 60, 1)]
    shop.write()
    campaigns(config, tmp_path / "bundle", FIRST_NIGHT)
    mails = {line["user_id"]: line for line in read(tmp_path / f"private/campaigns-{iso(FIRST_NIGHT)[:10]}.jsonl")}
    assert [i["product_id"] for i in mails[alone]["reason_items"]] == ["NEW"] and mails[alone]["recommendations"] == []
    assert [i["product_id"] for i in mails[both]["reason_items"]] == ["NEW", "P03"]
    similar = [p["id"] for p in ask_shop(tmp_path / "bundle", "/recommendations/product/P03", shop.state(both, FIRST_NIGHT))["similar"]]
    assert [p["product_id"] for p in mails[both]["recommendations"]] == similar[:2] and len(similar) >= 2


def test_long_lists_of_a_shop_alone(tmp_path):
    """The shop's routes give twenty products unless they are asked for more, and sixty at most."""
    shop, config = shop_alone(tmp_path, items=90, kinds=["new_arrivals", "weekly_digest"], picks=30)
    run("train", config, "--out", tmp_path / "bundle", SOURCE_DATE_EPOCH=FIRST_NIGHT)
    oracle = Oracle(shop, None, FIRST_NIGHT, None, [], {})
    longer = collections.Counter()
    for line in read(tmp_path / f"private/campaigns-{iso(FIRST_NIGHT)[:10]}.jsonl"):
        home = ask_shop(tmp_path / "bundle", "/recommendations/home?user_id=me&response_limit=60", shop.state(line["user_id"], FIRST_NIGHT))
        bought = owned(shop.of(line["user_id"], FIRST_NIGHT))
        listed = dict.fromkeys(p["id"] for name in ("personalized", "trending") for p in home.get(name, []) if p["id"] not in bought)
        shown = [p["product_id"] for p in line["recommendations"]]
        if line["kind"] == "new_arrivals":
            assert shown == [item for item in listed if item in oracle.new][:30]
            short = ask_shop(tmp_path / "bundle", "/recommendations/home?user_id=me", shop.state(line["user_id"], FIRST_NIGHT))
            longer[line["kind"]] += bool(set(shown) - {p["id"] for name in ("personalized", "trending") for p in short.get(name, [])})
        else:
            assert len(shown) == min(30, len(listed)) and (line["reason"] is None) == (len(shown) == 30)
            longer[line["kind"]] += len(shown) == 30
    assert longer["new_arrivals"] > 5 and longer["weekly_digest"] > 5, longer


@pytest.mark.parametrize("kind", ["integer", "real"])
def test_unknown_stock_is_what_it_was(tmp_path, kind):
    """A night whose export has empty cells: nothing is back that may not be there, and what comes back later is noticed."""
    shop, config = shop_alone(tmp_path, stock=kind, kinds=["back_in_stock", "weekly_digest"])
    watcher, bundle = shop.users[0], tmp_path / "bundle"

    def night(number, units):
        now = FIRST_NIGHT + number * DAY
        shop.stock["P05"] = units
        shop.stock["P06"] = 5 if number else ""  # never known to be out, so never back
        shop.write()
        if not number:
            run("train", config, "--out", bundle, SOURCE_DATE_EPOCH=now)
        campaigns(config, bundle, now)
        lines = read(tmp_path / f"private/campaigns-{iso(now)[:10]}.jsonl")
        assert units == 4 or not any(p["product_id"] == "P05" for line in lines for p in line["recommendations"])
        return {(line["user_id"], i["product_id"]) for line in lines if line["kind"] == "back_in_stock" for i in line["reason_items"]}

    assert night(0, 0) == set()
    shop.events += [(watcher, item, "view", FIRST_NIGHT + HOUR, 1) for item in ("P05", "P06")]
    assert night(1, "") == set()
    assert night(2, "") == set()
    assert night(3, 4) == {(watcher, "P05")}

"""`pocketrec synth retail`: formats, and what was planted is in the invoices: tastes, budgets, cycles, partners, returns."""
import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from bundle import Bundle
from project import run

# One hash of all files of seed 1 with 300 users. A new one means that everybody's sample logs change: say so in the
# change log.
HASH_OF_SEED_1 = "365a31bbc5521fd95157284ba58d05694718412033ed69011c3971cfd98e374b"

FILES = ["invoices.csv", "items.csv", "pocketrec.json", "truth/README.md", "truth/affinity.csv", "truth/habits.csv",
         "truth/items.csv", "truth/truth.json", "truth/users.csv"]
FACTORS = [f"factor_{f}" for f in range(1, 5)]
FAVOURITES = ["first", "second", "third", "fourth", "fifth"]
SHARES = [0.35, 0.25, 0.18, 0.12, 0.1]
LAST_DAY = pd.Timestamp("2025-11-16")
NOW = 1763337600  # the day after
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("retail")
    run("synth", "retail", "--until", "2025-11-16", "--out", made)
    return made


@pytest.fixture(scope="module")
def items(folder):
    """The catalogue with what was planted in it."""
    truth = pd.read_csv(folder / "truth/items.csv")
    return pd.read_csv(folder / "items.csv").merge(truth, on="item_id").set_index("item_id")


@pytest.fixture(scope="module")
def users(folder):
    return pd.read_csv(folder / "truth/users.csv", dtype={"user_id": str}, parse_dates=["joined", "left"]).set_index("user_id")


@pytest.fixture(scope="module")
def invoices(folder):
    return pd.read_csv(folder / "invoices.csv", dtype={"invoice": str, "customer_id": str}, parse_dates=["invoice_date"])


@pytest.fixture(scope="module")
def planted(folder):
    return json.loads((folder / "truth/truth.json").read_text())


@pytest.fixture(scope="module")
def bought(invoices, items):
    """Lines that are no returns, of customers who say who they are."""
    lines = invoices[(invoices.quantity > 0) & invoices.customer_id.notna()]
    columns = ["subcategory", "price", "cycle_days", "partner", "dearness"]
    return lines.join(items[columns], on="item_id").assign(day=lines.invoice_date.dt.floor("D"))


@pytest.fixture(scope="module")
def firsts(bought):
    """The first purchase of each item by each customer: what they found, and not what they buy again."""
    return bought.drop_duplicates(["customer_id", "item_id"])


@pytest.fixture(scope="module")
def gaps(bought):
    """Days between two successive purchases of an item by the same customer."""
    days = bought.drop_duplicates(["customer_id", "item_id", "day"]).sort_values(["customer_id", "item_id", "day"])
    days = days.assign(gap=days.groupby(["customer_id", "item_id"]).day.diff().dt.days)
    return days.dropna(subset=["gap"])


def test_the_same_bytes(tmp_path):
    run("synth", "retail", "--users", 300, "--until", "2025-11-16", "--out", tmp_path)
    assert sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()) == FILES
    total = hashlib.sha256()
    for name in FILES:
        total.update((tmp_path / name).read_bytes())
    assert total.hexdigest() == HASH_OF_SEED_1


def test_columns(folder, items, invoices, users):
    catalogue = pd.read_csv(folder / "items.csv")
    assert list(catalogue.columns) == ["item_id", "title", "category", "subcategory", "brand", "price"]
    assert len(catalogue) == 1500 and catalogue.item_id.is_unique and catalogue.notna().all().all()
    assert catalogue.category.nunique() == 10 and catalogue.subcategory.nunique() == 40
    assert catalogue.title.nunique() > 1480 and (catalogue.price > 0).all()
    assert all(title.startswith(brand + " ") for title, brand in zip(catalogue.title, catalogue.brand))
    assert list(invoices.columns) == ["invoice", "item_id", "quantity", "invoice_date", "unit_price", "customer_id"]
    assert 120000 < len(invoices) < 180000
    assert invoices.item_id.isin(items.index).all()
    assert invoices.customer_id.dropna().isin(users.index).all() and len(users) == 2000
    assert (invoices.quantity != 0).all() and (invoices.unit_price >= 0).all()
    assert ((invoices.quantity < 0) == invoices.invoice.str.startswith("C")).all()
    assert invoices.invoice_date.min() >= LAST_DAY - 547 * DAY
    assert invoices.invoice_date.max() < LAST_DAY + DAY


def test_invoices(invoices, bought, planted):
    """One customer and one time each, of several lines; some without a customer, a few without a price."""
    one = invoices.assign(customer_id=invoices.customer_id.fillna("")).groupby("invoice")
    assert (one.customer_id.nunique() == 1).all() and (one.invoice_date.nunique() == 1).all()
    assert not invoices.duplicated(["invoice", "item_id"]).any()
    lines = bought.groupby("invoice").size()
    assert lines.mean() > 2 and lines.max() > 10
    assert 0.05 < invoices.customer_id.isna().mean() < 0.25
    assert (bought.unit_price == 0).mean() == pytest.approx(planted["chances"]["free"], rel=0.3)
    visits = bought.groupby("customer_id").invoice.nunique()
    assert visits.quantile(0.95) > 4 * visits.median() and (visits <= 2).mean() > 0.05


def test_prices_are_log_normal_within_a_kind(items):
    price = np.log(items.price)
    spread = price.groupby(items.subcategory).std()
    assert spread.mean() == pytest.approx(np.sqrt(0.35**2 + 0.25**2 + np.log([0.75, 1, 1.35, 1.8]).var()), rel=0.1)
    rest = (price - price.groupby(items.subcategory).transform("mean")) / spread.mean()
    assert abs(rest.skew()) < 0.3


def test_prices_over_time(bought, planted):
    """They rise by 3 % a year; in the planted share of the weeks an item is offered at less."""
    paid = bought[(bought.unit_price > 0) & (bought.price > 5)]
    years = (LAST_DAY - paid.day).dt.days / 365.2425
    ratio = paid.unit_price / paid.price / (1 - 0.03 * years)
    offer = planted["chances"]["offer"]
    assert (((ratio - 1).abs() < 0.002) | ((ratio - offer).abs() < 0.002)).all()
    assert (ratio < 0.95).mean() == pytest.approx(planted["chances"]["offered"], abs=0.01)


def test_budgets_show(firsts, users):
    """What people pay, against what is usual for the kind and plainly, follows their budget."""
    paid = firsts.groupby("customer_id").agg(dearness=("dearness", "mean"), price=("price", "mean"), lines=("price", "size"))
    paid = paid[paid.lines >= 10].join(users)
    assert len(paid) > 1000
    assert np.corrcoef(paid.dearness, np.log(paid.budget))[0, 1] > 0.85
    assert np.corrcoef(np.log(paid.price), np.log(paid.budget))[0, 1] > 0.5
    means = paid.groupby("segment").price.mean()
    assert means["small"] < means["low_average"] < means["average"] < means["high"]
    assert users.segment.value_counts(normalize=True).between(0.2, 0.3).all()


def test_tastes_show(firsts, users, items, planted):
    """Most of what people find is of their five favourite kinds, in the planted order; and it suits their factors."""
    found = firsts.join(users[FAVOURITES + FACTORS], on="customer_id")
    shares = [(found.subcategory == found[column]).mean() for column in FAVOURITES]
    assert sum(shares) == pytest.approx(planted["chances"]["loyal"], abs=0.1)
    assert shares == sorted(shares, reverse=True)
    for share, expected in zip(shares, SHARES):
        assert share / sum(shares) == pytest.approx(expected, abs=0.05)
    taste = (found[FACTORS].to_numpy() * items.loc[found.item_id, FACTORS].to_numpy()).sum(axis=1)
    others = (found[FACTORS].sample(frac=1, random_state=1).to_numpy() * items.loc[found.item_id, FACTORS].to_numpy()).sum(axis=1)
    assert taste.mean() > 0.5 and abs(others.mean()) < 0.3


def test_popularity(firsts, items):
    """A few are bought by many: the places within a kind follow the planted law."""
    count = firsts.item_id.value_counts().reindex(items.index).fillna(0)
    assert count.corr(items.popularity, method="spearman") > 0.6
    assert count.nlargest(150).sum() / count.sum() > 0.3  # a tenth of them
    assert items.popularity.sum() == pytest.approx(1, abs=0.001)


def test_planted_cycles_can_be_found(gaps, items):
    """The median gap of an item that is used up is its cycle, give or take a seventh; what lasts is bought once."""
    assert (gaps.cycle_days > 0).all()
    medians = gaps.groupby("item_id").gap.agg(["median", "size"])
    medians = medians[medians["size"] >= 30].join(items.cycle_days)
    ratio = medians["median"] / medians.cycle_days
    assert len(medians) > 300
    assert abs(ratio.median() - 1) < 0.06 and ((ratio - 1).abs() < 0.15).mean() > 0.95
    assert medians["median"].corr(medians.cycle_days) > 0.97


def test_habits_were_lived(folder, gaps, bought, planted):
    """The customer's own cycle shows in their own gaps, and each habit's last purchase is in the log."""
    habits = pd.read_csv(folder / "truth/habits.csv", dtype={"user_id": str}, parse_dates=["last_date", "due_date"])
    assert len(habits) > 2000 and not habits.duplicated(["user_id", "item_id"]).any()
    own = gaps.groupby(["customer_id", "item_id"]).gap.agg(["median", "size"]).reset_index()
    own = own[own["size"] >= 5].merge(habits, left_on=["customer_id", "item_id"], right_on=["user_id", "item_id"])
    ratio = own["median"] / own.cycle_days
    assert len(own) > 200 and (ratio - 1).abs().median() < 0.08
    last = bought.groupby(["customer_id", "item_id"]).day.max()
    known = habits[habits.last_date >= LAST_DAY - 547 * DAY]
    assert len(known) > 0.99 * len(habits)
    assert (last.loc[list(zip(known.user_id, known.item_id))].to_numpy() == known.last_date.to_numpy()).all()
    due = (habits.due_date - habits.last_date).dt.days / habits.cycle_days
    assert due.std() == pytest.approx(planted["chances"]["jitter"], rel=0.2)


def test_returns_come_after_what_they_return(invoices, planted):
    """Each return has an earlier purchase of the customer with that price and enough units, within 25 days."""
    back = invoices[invoices.quantity < 0].reset_index(drop=True).reset_index(names="number")
    assert back.customer_id.notna().all()
    pairs = back.merge(invoices[invoices.quantity > 0], on=["customer_id", "item_id", "unit_price"], suffixes=("", "_first"))
    days = (pairs.invoice_date - pairs.invoice_date_first) / DAY
    fits = pairs[(days >= 1.99) & (days <= 25.01) & (-pairs.quantity <= pairs.quantity_first)]
    assert set(fits.number) == set(back.number)
    lines = ((invoices.quantity > 0) & (invoices.unit_price > 0) & invoices.customer_id.notna()).sum()
    assert len(back) / lines == pytest.approx(planted["chances"]["returned"], rel=0.15)


def test_partners_are_bought_together(bought, firsts, items, planted):
    """Who finds the first finds the partner in the same invoice with the planted chance, unless they have it."""
    found = firsts[firsts.partner.notna() & (firsts.day > LAST_DAY - 500 * DAY)]
    assert len(found) > 3000
    baskets = set(zip(bought.invoice, bought.item_id))
    together = np.mean([pair in baskets for pair in zip(found.invoice, found.partner)])
    assert planted["chances"]["together"] * 0.7 < together < planted["chances"]["together"] * 1.15
    rng = np.random.default_rng(1)
    by_chance = np.mean([pair in baskets for pair in zip(found.invoice, rng.permutation(found.partner))])
    assert together > 10 * by_chance


def test_seasons(firsts, planted, items):
    """Kinds with a peak are bought more around it; December is busier than the months around it."""
    months = firsts.invoice_date.dt.month
    days = pd.Series(pd.date_range(LAST_DAY - 547 * DAY, LAST_DAY)).dt.month.value_counts()
    all_ = months.value_counts() / days
    for kind, peak in planted["peak_months"].items():
        of = months[firsts.subcategory == kind].value_counts().reindex(range(1, 13)).fillna(0)
        near, far = peak, (peak + 5) % 12 + 1
        lift = (of[near] / days[near] / all_[near]) / (max(of[far], 1) / days[far] / all_[far])
        assert lift > 1.4, kind
    per_day = firsts.groupby(firsts.invoice_date.dt.to_period("M")).size()
    per_day = per_day / per_day.index.days_in_month
    assert per_day["2024-12"] > 1.15 * (per_day["2024-09"] + per_day["2025-03"]) / 2


def test_the_number_of_customers_grows(invoices, users):
    known = invoices[(invoices.quantity > 0) & invoices.customer_id.notna()]
    month = known.groupby(known.invoice_date.dt.to_period("M")).customer_id.nunique()
    assert month["2025-10"] > 1.3 * month["2024-07"]
    seen = known.groupby("customer_id").invoice_date.agg(["min", "max"]).join(users)
    assert (seen["min"] >= seen.joined).all()
    left = seen[seen.left.notna()]
    assert len(left) > 200 and (left["max"] < left.left).all()


def test_affinity_foretells_what_is_found(folder, firsts, users):
    """The planted relevance of an item is the share of discoveries that it is: summed over pairs, both agree."""
    affinity = pd.read_csv(folder / "truth/affinity.csv", dtype={"user_id": str})
    assert (affinity.groupby("user_id").size() == 50).all() and affinity.user_id.nunique() == 2000
    assert affinity.groupby("user_id").relevance.apply(lambda r: r.is_monotonic_decreasing).all()
    total = affinity.groupby("user_id").relevance.sum()
    assert (total < 1).all() and total.mean() > 0.5
    pairs = affinity.merge(firsts, left_on=["user_id", "item_id"], right_on=["customer_id", "item_id"])
    some = users.index[users.joined > LAST_DAY - 120 * DAY]  # before much of it is at home
    found, hit = firsts[firsts.customer_id.isin(some)], pairs[pairs.user_id.isin(some)]
    assert len(hit) / len(found) == pytest.approx(total[some].mean(), abs=0.12)


@pytest.fixture(scope="module")
def bundle(folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundle") / "retail"
    done = run("train", folder / "pocketrec.json", "--out", out, SOURCE_DATE_EPOCH=NOW)
    assert "0 rows rejected" in done.stderr
    return Bundle(out)


def test_what_was_planted_is_in_the_bundle(bundle, items):
    planted = items.loc[bundle.texts("items", "id")]
    assert np.allclose(bundle.column("item_stats", "price"), planted.price, rtol=1e-6)
    known = bundle.column("item_stats", "buyers") >= 50
    used_up = (planted.cycle_days > 0).to_numpy() & known
    ratio = bundle.column("item_stats", "cycle")[used_up] / planted.cycle_days[used_up]
    assert used_up.sum() > 250 and abs(ratio.median() - 1) < 0.06 and ((ratio - 1).abs() < 0.2).mean() > 0.97
    popularity = pd.Series(bundle.column("item_stats", "popularity"), index=planted.index)
    assert popularity.corr(planted.popularity, method="spearman") > 0.6


def state_of(lines):
    """A visitor's state with these lines of invoices."""
    events = [{"type": "purchase" if units > 0 else "return", "item": item, "time": int(time.timestamp()),
               "quantity": abs(units), "price": price}
              for item, units, time, price in zip(lines.item_id, lines.quantity.tolist(), lines.invoice_date, lines.unit_price)]
    return {"version": 1, "events": events}


def test_recommendations_find_the_planted_taste(bundle, folder, invoices, tmp_path):
    """Of the relevance that the ten best unseen items have, each model's ten find a share; chance finds next to none."""
    relevance = pd.read_csv(folder / "truth/affinity.csv", dtype={"user_id": str}).set_index(["user_id", "item_id"]).relevance
    by_user = {user: lines for user, lines in invoices.groupby("customer_id") if 10 <= len(lines) < 150}
    chosen = list(by_user)[:100]
    asked = [(model, user) for model in ("hybrid", "popularity") for user in chosen]
    batch = tmp_path / "requests.jsonl"
    batch.write_text("".join(json.dumps({
        "method": "GET", "path": f"/api/v1/recommendations/{user}?n=10&model={model}&exclude_purchased=true", "now": NOW,
        "state": state_of(by_user[user])}) + "\n" for model, user in asked))
    answers = [json.loads(line) for line in run("ask", bundle.folder, "--batch", batch).stdout.splitlines()]
    assert len(answers) == len(asked) and all(answer["status"] == 200 for answer in answers)
    found = {"hybrid": [], "popularity": []}
    for (model, user), answer in zip(asked, answers):
        new = relevance[user].drop(by_user[user].item_id, errors="ignore")
        listed = [r["item_id"] for r in json.loads(answer["body"])["recommendations"]]
        found[model].append(new.reindex(listed).sum() / new.nlargest(10).sum())
    assert np.mean(found["hybrid"]) > 0.3 and np.mean(found["hybrid"]) > 2 * np.mean(found["popularity"])

"""`pocketrec synth shop`: formats, and what was planted is in the logs: tastes, bundles, trends, other words."""
import hashlib
import itertools
import json

import numpy as np
import pandas as pd
import pytest

from project import run

# One hash of all files of seed 1 with 3,000 users. A new one means that everybody's sample logs change: say so in the
# change log.
HASH_OF_SEED_1 = "d2d428b3cf15cec5b23995a55431e8293bf0c1259495f2032cee48aaf153ca49"

FILES = ["events.csv", "pocketrec.json", "products.csv", "searches.csv", "truth/README.md", "truth/tastes.csv",
         "truth/truth.json"]
COLUMNS = ["id", "name", "main_category", "sub_category", "image", "link", "ratings", "no_of_ratings", "discount_price",
           "actual_price", "discount_ratio"]
LAST_DAY = pd.Timestamp("2025-11-16")


def digest(folder):
    total = hashlib.sha256()
    for name in FILES:
        total.update((folder / name).read_bytes())
    return total.hexdigest()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("shop")
    run("synth", "shop", "--users", 20000, "--until", "2025-11-16", "--out", made)
    return made


@pytest.fixture(scope="module")
def tables(folder):
    products = pd.read_csv(folder / "products.csv", keep_default_na=False, na_values={c: "" for c in COLUMNS[6:]})
    events = pd.read_csv(folder / "events.csv", parse_dates=["timestamp"])
    searches = pd.read_csv(folder / "searches.csv", keep_default_na=False, parse_dates=["timestamp"])
    tastes = pd.read_csv(folder / "truth/tastes.csv")
    return products, events, searches, tastes, json.loads((folder / "truth/truth.json").read_text())


@pytest.fixture(scope="module")
def wanted(tables):
    """The first click of each session: what it was about."""
    return tables[1].groupby("session_id", sort=False).first().reset_index()


def test_the_same_bytes(tmp_path):
    run("synth", "shop", "--users", 3000, "--until", "2025-11-16", "--out", tmp_path / "a")
    assert sorted(str(p.relative_to(tmp_path / "a")) for p in (tmp_path / "a").rglob("*") if p.is_file()) == FILES
    assert digest(tmp_path / "a") == HASH_OF_SEED_1


def test_the_references_columns(tables):
    products, events, searches, tastes, _ = tables
    assert list(products.columns) == COLUMNS and len(products) == 2000
    assert products.id.str.fullmatch("[A-Z0-9]{10}").all() and products.id.is_unique
    assert products.main_category.nunique() == 8
    assert products.groupby("main_category").sub_category.nunique().between(3, 8).all()
    assert products.name.nunique() > 1900
    assert (products.discount_price <= products.actual_price).all()
    ratio = 1 - products.discount_price / products.actual_price
    assert (products.discount_ratio - ratio).abs().max() < 0.000501
    assert 0.05 < products.ratings.isna().mean() < 0.2 and products.ratings.dropna().between(1, 5).all()
    assert (products.ratings.isna() == products.no_of_ratings.isna()).all()
    assert list(events.columns) == ["user_id", "session_id", "product_id", "event_type", "timestamp"]
    assert list(searches.columns) == ["user_id", "query", "product_id", "timestamp"]
    assert set(events.event_type) == {"click", "cart", "purchase"}
    assert events.product_id.isin(products.id).all()
    assert searches.product_id[searches.product_id != ""].isin(products.id).all()
    assert len(tastes) == 20000 and tastes.user_id.is_unique


def test_prices_are_log_normal_within_a_shelf(tables):
    products = tables[0]
    spread = np.log(products.actual_price).groupby(products.sub_category).std()
    assert spread.mean() == pytest.approx(0.5, abs=0.05)


def test_sessions(tables):
    """One visitor and some minutes each; what is bought was put into the cart and clicked before."""
    events = tables[1]
    sessions = events.groupby("session_id")
    assert (sessions.user_id.nunique() == 1).all()
    assert (sessions.timestamp.max() - sessions.timestamp.min()).max() < pd.Timedelta(hours=1)
    assert events.timestamp.min() >= LAST_DAY - pd.Timedelta(days=59)
    assert events.timestamp.max() < LAST_DAY + pd.Timedelta(days=1)
    counts = events.event_type.value_counts()
    assert counts["click"] > 2 * counts["cart"] > 2 * counts["purchase"] > 0
    seen = {kind: set(zip(part.session_id, part.product_id)) for kind, part in events.groupby("event_type")}
    assert seen["purchase"] <= seen["cart"] <= seen["click"]
    visits = events.groupby("user_id").session_id.nunique()
    assert visits.quantile(0.99) > 3 * visits.median()


def test_popularity_follows_zipf(tables, wanted):
    """Zipf and Mandelbrot: the place within a narrow category says how often, all categories together."""
    products, *_, truth = tables
    place = products.assign(order=-products.no_of_ratings.fillna(0)).groupby("sub_category").order.rank(method="first")
    rank = dict(zip(products.id, place))
    ordinary = wanted[~wanted.product_id.isin({r["product"] for r in truth["rising"]})]
    counts = ordinary.product_id.map(rank).value_counts()
    flat = truth["chances"]["flat"]
    for r in (3, 10, 30):
        expected = np.log(1 + 1 / (1 + flat)) / np.log(1 + 1 / (r + flat))
        assert counts[1] / counts[r] == pytest.approx(expected, rel=0.15)


def test_tastes(tables, wanted):
    products, _, _, tastes, truth = tables
    about = wanted.merge(tastes, on="user_id").merge(products, left_on="product_id", right_on="id")
    rising = about.product_id.isin({r["product"] for r in truth["rising"]})
    about = about[~rising]
    first, any_ = about.sub_category == about["first"], about.sub_category == about["first"]
    for column in ("second", "third"):
        any_ |= about.sub_category == about[column]
    loyal = truth["chances"]["loyal"]
    assert any_.mean() == pytest.approx(loyal + (1 - loyal) * 3 / 28, abs=0.02)
    assert first.mean() == pytest.approx(loyal * 0.55 + (1 - loyal) / 28, abs=0.02)
    third = products.groupby("sub_category").discount_price.rank(pct=True)
    level = np.select([third <= 1 / 3, third <= 2 / 3], ["low", "middle"], "high")
    own = about.product_id.map(dict(zip(products.id, level))) == about.price_level
    assert own.mean() > 0.42  # a third by chance
    brand = about.name.str.split().str[0] == about.brand
    shuffled = about.name.str.split().str[0] == about.brand.sample(frac=1, random_state=1).to_numpy()
    assert brand.mean() > 2 * shuffled.mean()


def test_bundles_have_lift(tables):
    """Both in a session far more often than by chance: every bundle that enough sessions hold."""
    _, events, _, _, truth = tables
    clicks = events[events.event_type == "click"].drop_duplicates(["session_id", "product_id"])
    sessions = clicks.session_id.nunique()
    of = clicks.groupby("product_id").session_id.apply(set)
    lifts = []
    for bundle in truth["bundles"]:
        assert 2 <= len(bundle) <= 3
        for a, b in itertools.combinations([p for p in bundle if p in of.index], 2):
            if min(len(of[a]), len(of[b])) >= 50:
                lifts.append(len(of[a] & of[b]) * sessions / (len(of[a]) * len(of[b])))
    assert len(lifts) > 50 and min(lifts) > 5
    assert any(len(bundle) == 3 for bundle in truth["bundles"])
    assert len(set(itertools.chain(*truth["bundles"]))) == sum(map(len, truth["bundles"]))


def test_what_is_bought_together(tables, wanted):
    """Of those that click the partner, half buy it if they bought the first; else a tenth."""
    _, events, _, _, truth = tables
    partners = {a: b for bundle in truth["bundles"] if len(bundle) == 2 for a, b in (bundle, bundle[::-1])}
    about = wanted[wanted.product_id.isin(partners)]
    clicked = set(zip(events.session_id, events.product_id))
    bought = {pair for pair in zip(*events[events.event_type == "purchase"][["session_id", "product_id"]].T.values)}
    rows = [((s, p) in bought, (s, partners[p]) in clicked, (s, partners[p]) in bought)
            for s, p in zip(about.session_id, about.product_id)]
    rows = pd.DataFrame(rows, columns=["first", "clicked", "second"])
    assert rows.clicked.mean() == pytest.approx(truth["chances"]["together"], abs=0.03)
    rates = rows[rows.clicked].groupby("first").second.mean()
    assert rates[True] == pytest.approx(0.5, abs=0.06) and rates[False] == pytest.approx(0.1, abs=0.02)


def test_trends_have_the_planted_rates(tables, wanted):
    """Sessions about rising products: share x (1 - days left / 10), summed over the days; for each product."""
    *_, truth = tables
    end = LAST_DAY + pd.Timedelta(days=1)
    left = (end - wanted.timestamp).dt.total_seconds() / 86400 / truth["rising_days"]
    weight = (1 - left).clip(lower=0)
    shares = {r["product"]: r["share"] for r in truth["rising"]}
    assert len(shares) == len(truth["rising"]) == 6
    assert sum(shares.values()) == pytest.approx(truth["chances"]["rising"], abs=1e-4)
    for product, share in shares.items():
        late = (wanted.product_id == product) & (weight > 0)
        expected = share * weight.sum()
        assert abs(late.sum() - expected) < 4 * np.sqrt(expected) + 3 + 0.1 * expected, product
    early = wanted[left > 1].product_id.isin(shares).mean()
    last = wanted[left < 0.1].product_id.isin(shares).mean()
    assert last > 0.17 and last > 10 * early


def test_searches(tables):
    products, events, searches, _, truth = tables
    chances = truth["chances"]
    assert len(searches) / events.session_id.nunique() == pytest.approx(chances["searched"], abs=0.01)
    found = searches[searches.product_id != ""]
    assert len(found) / len(searches) == pytest.approx(chances["found"], abs=0.01)
    assert found["query"].str.split().str.len().between(1, 3).all()
    names = dict(zip(products.id, products.name.str.lower()))
    other = {b: a for a, b in truth["synonyms"]}
    for word, of in other.items():
        said = found[found["query"].str.split().apply(lambda words: word in words)]
        assert len(said) > 10 and all(of in names[p] for p in said.product_id), word
        right = found["query"].str.contains(rf"\b{of}\b") & found.product_id.map(names).str.contains(rf"\b{of}\b")
        count = len(said) + right.sum()
        chance = chances["other_word"] / (1 - (1 - chances["other_word"]) * chances["typo"])  # misspelt ones left out
        error = np.sqrt(chance * (1 - chance) / count)
        assert abs(len(said) / count - chance) < 4 * error, word
    words = found.assign(word=found["query"].str.split()).explode("word")
    known = [w in names[p] or w in other for w, p in zip(words.word, words.product_id)]
    assert 0.01 < 1 - np.mean(known) < chances["typo"]


def test_it_trains_and_finds_what_was_planted(folder, tables, tmp_path):
    done = run("train", folder / "pocketrec.json", "--out", tmp_path / "bundle")
    assert "0 rows rejected" in done.stderr
    home = json.loads(run("ask", tmp_path / "bundle", "GET", "/recommendations/home?user_id=nobody").stdout)
    rising = {r["product"] for r in tables[4]["rising"]}
    assert sum(p["id"] in rising for p in home["trending"]) >= 4
    for word, other in tables[4]["synonyms"]:
        asked = run("ask", tmp_path / "bundle", "GET", f"/recommendations/search?query={other}&typo=0")
        answer = json.loads(asked.stdout)
        assert "fallback_reason" not in answer, f"{other} does not lead to {word}"
        assert any(word in p["name"].lower() for p in answer["results"]), other

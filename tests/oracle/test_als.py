"""ALS beside an independent one in numpy: the objective of Rendle, Krichene, Zhang and Koren 2022 (section 3) at the bundle's factors, and what
the command answers from them. That each half step solves its equations in floating point is for tests/unit/native/test_als.c."""
import numpy as np
import pytest

from taken import ITEMS, NOBODYS, PEOPLE, World, ask

FACTORS = 16
PLAIN = {"factors": FACTORS, "iterations": 150, "solver": "direct"}
SETTINGS = {
    "direct": PLAIN,
    "block": {**PLAIN, "solver": "block"},
    "conjugate": {**PLAIN, "solver": "conjugate"},
    "same ridge for all": {**PLAIN, "exponent": 0, "regularization": 0.3},
    "strong": {**PLAIN, "exponent": 0.5, "regularization": 0.5, "unobserved": 0.4},
    "balanced": {**PLAIN, "user_exponent": 0.25, "item_exponent": 0.35},
    "busy people count less": {**PLAIN, "user_exponent": 1, "solver": "conjugate"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("als"))


@pytest.fixture(scope="module", params=SETTINGS)
def model(request, world):
    bundle, order = world.trained(request.param, als=SETTINGS[request.param], item_cf=False)
    return Model(world, bundle, order, {"unobserved": 0.1, "regularization": 0.003, "exponent": 1, **SETTINGS[request.param]})


class Model:
    """What was asked for, what the bundle has, and the objective."""

    def __init__(self, world, bundle, order, asked):
        self.bundle, self.order, self.asked = bundle, order, asked
        self.alpha, self.lam, self.nu = asked["unobserved"], asked["regularization"], asked["exponent"]
        self.items = bundle.factors()[2][order]
        taken = world.strength > 0
        share = np.maximum(taken.sum(axis=1), 1.0)[:, None] ** -asked.get("user_exponent", 0.0)
        share = share * np.maximum(taken.sum(axis=0), 1.0) ** -asked.get("item_exponent", 0.0)
        self.balance = 1 / share[taken].mean()
        self.c = world.strength * share * self.balance

    def ridge(self, c):
        return self.lam * (c.sum(axis=1) + self.alpha * c.shape[1]) ** self.nu

    def half_step(self, c, fixed):
        """The rows that are best while the other side stands still."""
        gram, ridge = self.alpha * fixed.T @ fixed, self.ridge(c)
        out = np.zeros((len(c), FACTORS))
        for row in np.flatnonzero(c.any(axis=1)):
            out[row] = np.linalg.solve(gram + (fixed.T * c[row]) @ fixed + ridge[row] * np.eye(FACTORS), fixed.T @ c[row])
        return out

    def objective(self, users, items):
        product = users @ items.T
        fit = (self.c * (1 - product) ** 2).sum() + self.alpha * (product**2).sum()
        return fit + (self.ridge(self.c) * (users**2).sum(axis=1)).sum() + (self.ridge(self.c.T) * (items**2).sum(axis=1)).sum()

    def learned(self, seed, turns):
        items = np.random.default_rng(seed).normal(0, 0.1 / np.sqrt(FACTORS), (ITEMS, FACTORS))
        for _ in range(turns):
            users = self.half_step(self.c, items)
            items = self.half_step(self.c.T, users)
        return items


def test_settings(model):
    told = model.bundle.manifest["settings"]["purchases"]["als"]
    for name in ("factors", "unobserved", "regularization", "exponent"):
        assert told[name] == model.asked[name]
    for name in ("user_exponent", "item_exponent"):
        assert told[name] == model.asked.get(name, 0)
    assert told["balance"] == pytest.approx(model.balance, rel=1e-6)
    assert not model.items[NOBODYS].any() and np.delete(model.items, NOBODYS, axis=0).any(axis=1).all()


def test_factors_are_stationary(model):
    """With the users that are best for the bundle's items, hardly any better items are left: less than rounding to 8 bits costs."""
    users = model.half_step(model.c, model.items)
    items = model.half_step(model.c.T, users)
    here, better = model.objective(users, model.items), model.objective(users, items)
    assert better <= here <= better * 1.0001
    step = np.abs(model.items).max(axis=1) / 127
    rounding = np.random.default_rng(1).uniform(-0.5, 0.5, items.shape) * step[:, None]
    assert here - better < 1.5 * (model.objective(users, items + rounding) - better)


def test_objective_is_that_of_an_independent_run(model):
    """Local minima differ a little from start to start; ours is as deep as the others."""
    others = []
    for seed in range(3):
        items = model.learned(seed, 60)
        others.append(model.objective(model.half_step(model.c, items), items))
    ours = model.objective(model.half_step(model.c, model.items), model.items)
    assert ours < max(others) * 1.01 and ours > min(others) * 0.98
    nothing = model.objective(np.zeros((PEOPLE, FACTORS)), np.zeros((ITEMS, FACTORS)))
    assert ours < 0.7 * nothing


def test_the_order_served_is_that_of_the_fold_in(world, model):
    """Everybody who was trained on asks with their own events: all items, by the product with the vector that numpy solves for."""
    told = model.bundle.manifest["settings"]["purchases"]["als"]
    histories = [[event[1:] for event in world.events if event[0] == person] for person in range(PEOPLE)]
    numbers = {f"t{item:02}": item for item in range(ITEMS)}
    users = model.half_step(model.c, model.items)
    for person, answer in enumerate(ask(model.bundle, histories, model_type="als", num_recommendations=1000)):
        picks = answer["recommendations"]
        items = np.array([numbers[pick["item_id"]] for pick in picks])
        assert sorted(items) == list(range(ITEMS)) and answer["primary_model"] == "als"
        scores = np.maximum(model.items @ users[person], 0) / told["typical"]
        given = np.array([pick["score"] for pick in picks])
        assert given == pytest.approx(scores[items], rel=1e-5, abs=1e-6)
        assert (np.diff(scores[items]) <= 1e-6).all()
        at_zero = model.order[items[given == 0]]
        assert (np.diff(at_zero) > 0).all(), "ties go by the item's number"

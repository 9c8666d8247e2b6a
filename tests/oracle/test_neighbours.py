"""Item-item models worked out anew with numpy and scipy, dense and in double precision, beside the bundle's table `neighbours`."""
import numpy as np
import pytest
from scipy.optimize import nnls

from taken import BUSY, ITEMS, LONELY, NOBODYS, RARE, World

SETTINGS = {"neighbours": 255, "shrinkage": 0, "k1": 0.9, "b": 0.4, "alpha": 0.8, "beta": 0.5, "regularization": 4, "candidates": 1000}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("neighbours"))


def table_of(world, name, **item_cf):
    """W[item of the history, neighbour] by the numbers of the catalogue, and half a step of each row's rounding."""
    bundle, order = world.trained(name, als=False, item_cf={**SETTINGS, **item_cf})
    weights = bundle.neighbours(ITEMS)[np.ix_(order, order)]
    return weights, np.concatenate([shard["scale"] for shard in bundle.shards("neighbours")])[order].astype(float) / 510


# --- the models ---


def unit(columns):
    lengths = np.linalg.norm(columns, axis=0)
    return columns / np.where(lengths > 0, lengths, 1)


def terms(c, kind):
    """The vectors of items (columns) whose products are the shares."""
    taken = c > 0
    rarity = np.maximum(0, np.log(ITEMS / (1 + taken.sum(axis=1))))[:, None]
    if kind == "cosine":
        return unit(taken.astype(float))
    if kind == "spending":
        return unit(c)
    if kind == "tfidf":
        return unit(np.sqrt(c) * rarity)
    lengths = c.sum(axis=0) / (c.sum() / ITEMS)
    return c * (SETTINGS["k1"] + 1) / (c + SETTINGS["k1"] * (1 - SETTINGS["b"] + SETTINGS["b"] * lengths)) * rarity


def co_occurrence(c, kind, shrinkage):
    if kind == "rp3beta":
        taken = (c > 0).astype(float)
        step = [(taken / np.maximum(taken.sum(axis=axis, keepdims=True), 1)) ** SETTINGS["alpha"] for axis in (0, 1)]
        shares = step[0].T @ step[1] / np.maximum(taken.sum(axis=0), 1) ** SETTINGS["beta"]
        both = taken.T @ taken
    else:
        vectors = terms(c, kind)
        shares = vectors.T @ vectors
        both = (vectors > 0).astype(float).T @ (vectors > 0)
    shares *= both / np.maximum(both + shrinkage, 1e-300)
    np.fill_diagonal(shares, 0)
    return shares


def ease(c, regularization):
    """Steck 2019, equation 8."""
    inverse = np.linalg.inv(c.T @ c + regularization * np.eye(ITEMS))
    shares = -inverse / np.diag(inverse)
    np.fill_diagonal(shares, 0)
    return shares


def graph(c, linear, low_pass, rank):
    """Shen et al. 2021: two steps, and the projection onto the largest singular vectors, between what somebody took together."""
    users, items = np.sqrt(np.maximum(c.sum(axis=1), 1e-300)), np.sqrt(np.maximum(c.sum(axis=0), 1e-300))
    adjacency = c / users[:, None] / items
    directions = np.linalg.svd(adjacency)[2][:rank]
    shares = linear * adjacency.T @ adjacency + low_pass * directions.T @ directions * items / items[:, None]
    shares[c.T @ c == 0] = 0
    np.fill_diagonal(shares, 0)
    return shares


def slim(c, regularization, candidates):
    """Column j: shares not below 0 of its candidates, by Lawson and Hanson's active sets (not by coordinate descent)."""
    alike = co_occurrence(c, "cosine", 0)
    shares, clear = np.zeros((ITEMS, ITEMS)), np.ones(ITEMS, bool)
    for j in range(ITEMS):
        nearest = np.argsort(-alike[:, j], kind="stable")
        nearest = nearest[alike[nearest, j] > 0]
        if len(nearest) > candidates:  # which of equally near ones is a candidate is not for this test to say
            clear[j] = alike[nearest[candidates - 1], j] - alike[nearest[candidates], j] > 1e-6
        nearest = nearest[:candidates]
        if len(nearest):
            tall = np.vstack([c[:, nearest], np.sqrt(regularization) * np.eye(len(nearest))])
            shares[nearest, j] = nnls(tall, np.concatenate([c[:, j], np.zeros(len(nearest))]))[0]
    return shares, clear


# --- beside the table ---


def assert_stored(weights, half_step, expected, near):
    """As close as 255 steps allow; the least step also stands for less."""
    positive = np.maximum(expected, 0)
    room = np.where((weights > 0) & (weights <= 2.01 * half_step[:, None]), 2, 1) * half_step[:, None]
    assert (np.abs(weights - positive) <= room * 1.01 + near).all()
    assert (weights[positive == 0] <= near + 2 * half_step[:, None].repeat(ITEMS, 1)[positive == 0]).all()
    assert (weights[positive > near] > 0).all()
    assert half_step[positive.max(axis=1) > near] * 510 == pytest.approx(positive.max(axis=1)[positive.max(axis=1) > near], rel=1e-4, abs=near)


@pytest.mark.parametrize("shrinkage", [0, 7])
@pytest.mark.parametrize("kind", ["cosine", "spending", "tfidf", "bm25", "rp3beta"])
def test_co_occurrence(world, kind, shrinkage):
    weights, half_step = table_of(world, f"{kind}-{shrinkage}", kind=kind, shrinkage=shrinkage)
    expected = co_occurrence(world.strength, kind, shrinkage)
    assert ((weights > 0) == (expected > 0)).all()
    assert_stored(weights, half_step, expected, 1e-6)


def test_who_took_everything_says_nothing_of_rarity(world):
    assert (world.strength[BUSY] > 0).sum() == ITEMS - 1
    only_busy = (np.delete(world.strength, BUSY, axis=0) > 0).astype(float)
    only_busy = (only_busy.T @ only_busy == 0) & ~np.eye(ITEMS, dtype=bool)
    only_busy[NOBODYS] = only_busy[:, NOBODYS] = False
    assert only_busy.any()
    for kind, told in (("tfidf", False), ("bm25", False), ("cosine", True), ("rp3beta", True)):
        assert ((table_of(world, f"busy-{kind}", kind=kind)[0][only_busy] > 0) == told).all(), kind


@pytest.mark.parametrize("regularization", [0.5, 4, 60])
def test_ease(world, regularization):
    expected = ease(world.strength, regularization)
    assert (expected < -1e-3).sum() > 100, "shares below 0 are there to be left out"
    weights, half_step = table_of(world, f"ease-{regularization}", kind="ease", regularization=regularization)
    assert_stored(weights, half_step, expected, 2e-6)
    assert (weights[expected < -1e-6] == 0).all()


@pytest.mark.parametrize("linear, low_pass, rank", [(0.4, 0, 256), (0, 0.7, 1), (0.4, 0.3, 1), (0.4, 0.3, ITEMS - 1), (0.1, 2, 256)])
def test_graph_added_to_cosine(world, linear, low_pass, rank):
    """Of ranks whose next singular value is far away; what others find is a test of the basis alone."""
    expected = co_occurrence(world.strength, "cosine", 0) + graph(world.strength, linear, low_pass, rank)
    weights, half_step = table_of(world, f"graph-{linear}-{low_pass}-{rank}", kind="cosine", graph=linear, low_pass=low_pass, rank=rank)
    assert_stored(weights, half_step, expected, 1e-5)


@pytest.mark.parametrize("regularization, candidates", [(0.5, 1000), (4, 1000), (60, 1000), (4, 8)])
def test_slim(world, regularization, candidates):
    expected, clear = slim(world.strength, regularization, candidates)
    assert clear.sum() > ITEMS / 2
    weights, half_step = table_of(world, f"slim-{regularization}-{candidates}", kind="slim", regularization=regularization, candidates=candidates)
    assert (np.count_nonzero(weights, axis=0) <= candidates).all()
    near = 2e-3  # its descent stops when nothing moves by 1e-4
    assert (np.abs(weights - expected) <= 2.02 * half_step[:, None] + near)[:, clear].all()
    assert np.abs(weights - expected)[:, clear].mean() < 5e-4


def test_the_greatest_stay(world):
    for kind, expected in (("bm25", co_occurrence(world.strength, "bm25", 0)), ("ease", ease(world.strength, 4))):
        weights, half_step = table_of(world, f"{kind}-few", kind=kind, neighbours=6)
        for i in range(ITEMS):
            kept = weights[i] > 0
            assert kept.sum() == min(6, (expected[i] > 1e-6).sum())
            if kept.any():
                assert expected[i][kept].min() >= expected[i][~kept].max() - 1e-5
                assert half_step[i] * 510 == pytest.approx(expected[i].max(), rel=1e-4)


@pytest.mark.parametrize("kind", ["cosine", "spending", "tfidf", "bm25", "rp3beta", "ease", "slim"])
def test_rare_items(world, kind):
    weights = table_of(world, f"rare-{kind}", kind=kind)[0]
    assert not weights[NOBODYS].any() and not weights[:, NOBODYS].any()
    assert weights[RARE].any()
    if kind in ("tfidf", "bm25"):
        assert not weights[RARE][world.strength[LONELY] == 0].any()
    assert (np.diag(weights) == 0).all() and np.isfinite(weights).all()

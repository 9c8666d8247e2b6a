"""An independent computation of the learned prior of docs/scoring.md: its fit by SciPy, and the scores under it."""
import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import betaln, expit, logit

RATES = {"like": ("liked", "rated"), "completion": ("completed", "started")}
NEARLY = 1e-12  # what the logit is kept away from 0 and 1


def safe_logit(p):
    return logit(np.clip(p, NEARLY, 1 - NEARLY))


class Counts:
    """All cells with the sums that stand above them; `least` people are needed for a sum to be seen."""

    def __init__(self, cells, items, events, least):
        self.cells = cells.assign(type=cells.item.map(items.set_index("item").workout_type))
        people = {key: events.groupby(key).user_id.nunique() for key in ("item", "segment", "workout_type")}
        columns = ["started", "completed", "rated", "liked"]
        sums = {key: self.cells.groupby(key)[columns].sum() for key in ("item", "segment", "type")}
        self.everything = sums["item"].sum()
        enough = {"item": people["item"], "segment": people["segment"], "type": people["workout_type"]}
        self.seen = {key: sums[key].where(enough[key].reindex(sums[key].index) >= least, 0) for key in sums}
        self.sums = sums

    def type_rate(self, rate, types, mean):
        successes, trials = RATES[rate]
        table = self.seen["type"]
        return types.map((table[successes] / table[trials].where(table[trials] > 0)).fillna(mean))


def prior_mean(model, item_s, item_n, type_rate, row_s, row_n):
    item = (item_s + model["item_strength"] * type_rate) / (item_n + model["item_strength"])
    row = (row_s + model["row_strength"] * type_rate) / (row_n + model["row_strength"])
    return expit(safe_logit(item) + safe_logit(row) - safe_logit(type_rate))


def cell_means(counts, cells, rate, model, sums):
    """Prior mean of each cell; `sums` are the tables of sums to take its parents from."""
    successes, trials = RATES[rate]
    item = sums["item"].loc[cells.item].reset_index(drop=True)
    row = sums["segment"].loc[cells.segment].reset_index(drop=True)
    own = cells.reset_index(drop=True)
    item_s, item_n = (np.maximum(item[c], own[c]) - own[c] for c in (successes, trials))
    rates = counts.type_rate(rate, own.type, model["mean"])
    return prior_mean(model, item_s, item_n, rates, row[successes], row[trials]).to_numpy()


def log_likelihood(strength, mean, s, n):
    a, b = strength * mean, strength * (1 - mean)
    return np.sum(betaln(a + s, b + n - s) - betaln(a, b))


def best_strength(mean, s, n):
    keep = np.asarray(n) > 0
    mean, s, n = (np.asarray(x, float)[keep] for x in (mean, s, n))
    mean = np.clip(mean, 1e-6, 1 - 1e-6)
    found = minimize_scalar(lambda t: -log_likelihood(np.exp(t), mean, s, n), bounds=(np.log(0.5), np.log(1e5)),
                            method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def fit(counts, rate):
    """The four numbers of one rate's model."""
    successes, trials = RATES[rate]
    model = {"mean": counts.everything[successes] / counts.everything[trials]}
    items = counts.cells.groupby(["type", "item"], as_index=False)[[successes, trials]].sum()
    expected = counts.type_rate(rate, items.type, model["mean"])
    model["item_strength"] = best_strength(expected, items[successes], items[trials])
    rows = counts.cells.groupby(["type", "segment"], as_index=False)[[successes, trials]].sum()
    expected = counts.type_rate(rate, rows.type, model["mean"])
    model["row_strength"] = best_strength(expected, rows[successes], rows[trials])
    means = cell_means(counts, counts.cells, rate, model, counts.sums)
    model["cell_strength"] = best_strength(means, counts.cells[successes], counts.cells[trials])
    return model


def posterior(counts, kept, rate, model):
    """Posterior mean of the rate of each kept cell, from what is published."""
    successes, trials = RATES[rate]
    strength = model["cell_strength"]
    means = cell_means(counts, kept, rate, model, counts.seen)
    return (kept[successes].to_numpy() + strength * means) / (kept[trials].to_numpy() + strength)

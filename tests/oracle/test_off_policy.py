"""Off-policy evaluation against an independent computation and against the planted truth.

The log of `pocketrec synth trainers` is read again with Python; the uniform policy's estimates and true value are recomputed
from their definitions, and over several seeds the intervals must cover the truth."""

import csv
import json
import math

import pytest

from project import run

SEEDS = range(1, 25)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Made data of each seed."""
    found = []
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp(f"seed{seed}")
        run("synth", "trainers", "--users", "400", "--trainers", "80", "--weeks", "4", "--seed", str(seed), "--until", "2025-04-30",
            "--out", str(folder))
        found.append(folder)
    return found


@pytest.fixture(scope="module")
def reports(folders):
    """For each seed: the log, the planted chances and what `eval` says of the policies."""
    found = []
    for folder in folders:
        report = json.loads(run("eval", str(folder / "pocketrec.json"), "--users", "10", "--model", "popularity", "--json").stdout)
        with open(folder / "truth" / "clicks.csv", newline="") as file:
            chances = {(row["user_id"], row["trainer_id"]): float(row["chance"]) for row in csv.DictReader(file)}
        with open(folder / "exploration.jsonl") as file:
            log = [json.loads(line) for line in file]
        found.append((log, chances, report["off_policy"]))
    return found


def policy(off_policy, name):
    return next(row for row in off_policy["policies"] if row["policy"] == name)


def uniform_by_definition(log, chances):
    weighted = weights = squares = truth = places = 0.0
    for request in log:
        left = list(request["pool"])
        for place in request["shown"]:
            weight = 1 / (len(left) * place["propensity"])
            weighted += weight * place["clicked"]
            weights += weight
            squares += weight * weight
            truth += sum(chances[request["user_id"], item] for item in left) / len(left)
            places += 1
            left.remove(place["id"])
    return weighted / places, weighted / weights, truth / places, weights * weights / squares


def test_the_uniform_policy_is_recomputed(reports):
    for log, chances, off_policy in reports:
        ips, snips, truth, samples = uniform_by_definition(log, chances)
        row = policy(off_policy, "uniform")
        assert row["ips"]["mean"] == pytest.approx(ips, rel=1e-7)
        assert row["snips"]["mean"] == pytest.approx(snips, rel=1e-7)
        assert row["truth"] == pytest.approx(truth, rel=1e-5)
        assert row["effective_samples"] == pytest.approx(samples, rel=1e-7)


def faded_clicks(folder, week):
    """Clicks of each trainer before `week`; weeks that fewer than limits.min_users users stand behind are left out."""
    settings = json.loads((folder / "pocketrec.json").read_text())
    people, clicks, faded = {}, {}, {}
    with open(folder / "all_weeks_interactions.csv", newline="") as file:
        for row in csv.DictReader(file):
            cell = row["trainer_id"], int(row["week"])
            people.setdefault(cell, set()).add(row["user_id"])
            clicks[cell] = clicks.get(cell, 0) + int(row["clicks"])
    for (trainer, at), count in clicks.items():
        if at < week and len(people[trainer, at]) >= settings["limits"]["min_users"]:
            faded[trainer] = faded.get(trainer, 0) + count * settings["ranking"]["decay"] ** (week - 1 - at)
    return faded


def popularity_by_definition(folder, log, chances):
    """The most clicked of what is left; ties by the trainer's number."""
    weighted = weights = truth = places = matches = 0
    clicks = {week: faded_clicks(folder, week) for week in {request["week"] for request in log}}
    for request in log:
        score = clicks[request["week"]]
        left = sorted(request["pool"], key=lambda trainer: (-round(score.get(trainer, 0), 6), int(trainer[1:])))
        for place in request["shown"]:
            truth += chances[request["user_id"], left[0]]
            places += 1
            if left[0] == place["id"]:
                matches += 1
                weights += 1 / place["propensity"]
                weighted += place["clicked"] / place["propensity"]
            left.remove(place["id"])
    return weighted / places, weighted / weights, truth / places, matches


def test_the_popular_policy_is_recomputed(folders, reports):
    for folder, (log, chances, off_policy) in zip(folders, reports, strict=True):
        ips, snips, truth, matches = popularity_by_definition(folder, log, chances)
        row = policy(off_policy, "popularity")
        assert row["matches"] == matches
        assert row["ips"]["mean"] == pytest.approx(ips, rel=1e-7)
        assert row["snips"]["mean"] == pytest.approx(snips, rel=1e-7)
        assert row["truth"] == pytest.approx(truth, rel=1e-5)


def test_the_log_is_described(reports):
    for log, chances, off_policy in reports:
        places = [(request["user_id"], place) for request in log for place in request["shown"]]
        assert off_policy["requests"] == len(log) and off_policy["places"] == len(places) and off_policy["rejected"] == 0
        assert off_policy["logged"] == pytest.approx(sum(place["clicked"] for _, place in places) / len(places), rel=1e-7)
        assert off_policy["logged_truth"] == pytest.approx(sum(chances[user, place["id"]] for user, place in places) / len(places), rel=1e-5)
        assert off_policy["least_propensity"] == pytest.approx(min(place["propensity"] for _, place in places), rel=1e-7)


def test_intervals_cover_the_truth(reports):
    """Each interval claims 95 %; the policies of one log share their samples, so 85 % is asked for."""
    for estimator in ("ips", "snips", "dr"):
        inside = [
            row[estimator]["low"] <= row["truth"] <= row[estimator]["high"] for _, _, off_policy in reports for row in off_policy["policies"]
        ]
        assert len(inside) == 3 * len(SEEDS)
        assert sum(inside) >= 0.85 * len(inside), (estimator, sum(inside), len(inside))


def test_right_propensities_give_weights_of_one(reports):
    inside = [off_policy["uniform_weight"]["low"] <= 1 <= off_policy["uniform_weight"]["high"] for _, _, off_policy in reports]
    assert sum(inside) >= 0.75 * len(inside)


def test_a_reward_model_narrows_the_interval(reports):
    """For the uniform policy, whose weights vary most: the doubly robust interval is narrower than that of importance weights
    alone, and its error is no larger but for chance (24 small logs tell errors apart only roughly)."""
    width = {name: 0.0 for name in ("ips", "dr")}
    error = dict(width)
    for _, _, off_policy in reports:
        row = policy(off_policy, "uniform")
        for name in width:
            width[name] += (row[name]["high"] - row[name]["low"]) / len(SEEDS)
            error[name] += abs(row[name]["mean"] - row["truth"]) / len(SEEDS)
    assert width["dr"] <= 0.95 * width["ips"], width
    assert error["dr"] <= 1.15 * error["ips"], error


def test_a_reward_model_does_not_cost_accuracy(reports):
    """Over all policies and seeds the doubly robust estimate errs no more than importance weights alone."""
    error = {
        name: sum(abs(row[name]["mean"] - row["truth"]) for _, _, off_policy in reports for row in off_policy["policies"])
        for name in ("ips", "dr")
    }
    assert error["dr"] <= error["ips"], error


def test_wrong_lines_are_counted_and_named(tmp_path):
    run("synth", "trainers", "--users", "100", "--trainers", "40", "--weeks", "4", "--until", "2025-04-30", "--out", str(tmp_path))
    log = (tmp_path / "exploration.jsonl").read_text().splitlines()
    first, second = json.loads(log[1]), json.loads(log[2])
    first["shown"][0]["propensity"] = 0
    second["shown"][1]["id"] = second["shown"][0]["id"]
    log[1:3] = [json.dumps(first), json.dumps(second)]
    (tmp_path / "exploration.jsonl").write_text("\n".join(["{", *log]) + "\n")
    report = json.loads(run("eval", str(tmp_path / "pocketrec.json"), "--users", "5", "--model", "popularity", "--json").stdout)["off_policy"]
    assert (report["lines"], report["rejected"], report["requests"]) == (101, 3, 98)
    assert report["first_reason"] == "line 1 is not valid JSON"
    assert all(math.isfinite(row["dr"]["mean"]) for row in report["policies"])

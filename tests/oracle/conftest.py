"""Logs and trained bundles that several tests share; each is made once."""
import json
import shutil

import pytest

from made_logs import write_logs
from project import NOW, run


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory):
    """`pocketrec synth workouts` at the reference's size."""
    folder = tmp_path_factory.mktemp("synthetic")
    run("synth", "workouts", "--until", "2025-04-30", "--out", folder)
    return folder


@pytest.fixture(scope="session")
def made(tmp_path_factory, synthetic):
    """Small logs with awkward corners, made here and not by synth."""
    folder = tmp_path_factory.mktemp("made")
    write_logs(folder, seed=5)
    shutil.copy(synthetic / "pocketrec.json", folder)
    return folder


@pytest.fixture(scope="session")
def made_earlier(tmp_path_factory, made):
    """The same people and items, whose sessions end before half of the items come out."""
    folder = tmp_path_factory.mktemp("earlier")
    write_logs(folder, seed=5, first_day="2024-05-01")
    shutil.copy(made / "pocketrec.json", folder)
    return folder


@pytest.fixture(scope="session")
def train(tmp_path_factory):
    """train(folder, name, change, now): the configuration, the CSV's path, the bundle's; each name trains once."""
    done = {}

    def trained(folder, name="default", change=None, now=NOW):
        if (folder, name) not in done:
            config = json.loads((folder / "pocketrec.json").read_text())
            for path, value in (change or {}).items():
                section, key = path.split(".")
                config[section][key] = value
            table = folder / f"recommended-{name}.csv"
            config["outputs"] = {"segment_recommendations": table.name, "rejects": f"rejects-{name}.csv"}
            written = folder / f"config-{name}.json"
            written.write_text(json.dumps(config))
            bundle = tmp_path_factory.mktemp("bundle") / name
            run("train", written, "--out", bundle, SOURCE_DATE_EPOCH=now)
            done[folder, name] = config, table, bundle
        return done[folder, name]

    return trained

"""A drawn matrix of people and what they took, as a log, and the bundles that are trained from it: for tests that work the models out anew."""
import csv
import json
import subprocess

import numpy as np

from bundle import Bundle
from project import COMMAND, run

NOW = 1763683200
PEOPLE, ITEMS = 80, 60
LONELY, BUSY = 4, 5  # only they took the rare item; the busy one took everything but what nobody took
NOBODYS, RARE = 7, 9
KINDS = {"purchase": 1.0, "like": 1.6, "cart": 0.5, "click": 0.2}
SATURATION = 3
PLAIN = {"upsell": {"enabled": False}, "repurchase_cycle": {"enabled": False}, "price_sensitivity": {"enabled": False}}


class World:
    """The log in a folder. `strength`[person, item] is c_ui after docs/models.md, 0 where nothing was taken."""

    def __init__(self, folder):
        self.folder = folder
        self.events = []
        draw = np.random.default_rng(17)
        sums = np.zeros((PEOPLE, ITEMS))
        words = list(KINDS)
        for person in range(PEOPLE):
            busy = 0.7 if person % 10 == 0 else 0.18
            for item in range(ITEMS):
                chance = 1 if person == BUSY else busy * (1.5 if person % 4 == item % 4 else 0.6)
                if item == RARE:
                    chance = person in (LONELY, BUSY)
                if item == NOBODYS or draw.random() >= chance:
                    continue
                for _ in range(draw.integers(1, 4)):
                    kind = words[draw.integers(len(words))]
                    sums[person, item] += KINDS[kind]
                    self.events.append((person, item, kind, NOW - 1000 - int(draw.integers(10_000_000))))
        self.strength = sums * (1 + SATURATION) / (sums + SATURATION)
        self._write()

    def _write(self):
        with open(self.folder / "log.csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["who", "what", "how", "when"])
            out.writerows([f"p{person}", f"t{item:02}", kind, when] for person, item, kind, when in self.events)
        with open(self.folder / "things.csv", "w", newline="") as file:
            out = csv.writer(file)
            out.writerow(["id", "title"])
            out.writerows([f"t{item:02}", f"Thing {item}"] for item in range(ITEMS))

    def trained(self, name, **purchases):
        """The bundle of this log with these members of `purchases`, and the number in it of each item of the catalogue."""
        signals = {**KINDS, "spending": 0, "quantity": 0, "saturation": SATURATION}
        config = {
            "name": "taken",
            "items": {"files": "things.csv", "id": "id", "title": "title"},
            "events": [{"files": "log.csv", "user": "who", "item": "what", "time": "when",
                        "type": {"from": "how", "values": {kind: [kind] for kind in KINDS}}}],
            "limits": {"min_users": 1},
            "purchases": {"signals": signals, "tuning": PLAIN, **purchases},
        }
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(config))
        run("train", path, "--out", self.folder / name, SOURCE_DATE_EPOCH=NOW)
        bundle = Bundle(self.folder / name)
        number = {id: n for n, id in enumerate(bundle.texts("items", "id"))}
        return bundle, np.array([number[f"t{item:02}"] for item in range(ITEMS)])


def ask(bundle, histories, **body):
    """The answers to POST /api/v1/recommendations of visitors with these events: (item, kind, time)."""
    lines = []
    for events in histories:
        state = {"version": 1, "events": [{"type": kind, "item": f"t{item:02}", "time": when} for item, kind, when in events]}
        lines.append(json.dumps({"method": "POST", "path": "/api/v1/recommendations", "body": json.dumps({"user_id": "u", **body}),
                                 "state": json.dumps(state), "now": NOW, "seed": 0}))
    done = subprocess.run([str(COMMAND), "ask", str(bundle.folder), "--batch", "-"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["status"] for answer in answers] == [200] * len(histories), answers[0]
    return [json.loads(answer["body"]) for answer in answers]

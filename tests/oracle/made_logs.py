"""Small workout logs with awkward corners, in the reference's files; made without pocketrec.

Among them: equal counts everywhere (deviation 0), items that nobody started, items of the future, no tags,
one tag on everything, cells with ratings alone, users without a session, several sessions of one user with one item,
counts that lie on both sides of min_users, addresses for ids, commas, quotes and accents in texts.
"""
import json

import numpy as np
import pandas as pd

AGES = ["18-25", "26-35", "36-45", "46-55", "56-65", "65+"]
LEVELS = ["Beginner", "Intermediate", "Advanced"]
TYPES = ["yoga", "cycling", "cardio", "walking"]
TAGS = [f"tag {letter}" for letter in "abcdefghij"]


def make_items(random, count):
    rows = []
    for i in range(count):
        chosen = [] if i % 11 == 3 else sorted(random.choice(TAGS, random.integers(1, 5), replace=False))
        day = "2026-01-01" if i % 17 == 5 else str(np.datetime64("2025-04-30") - int(random.integers(0, 400)))
        rows.append({
            "workout_id": f"w{i:03d}", "title": f'Workout "{i}", naïve & <calm>', "instructor": f"Zoë {i % 7}",
            "instructor_id": f"i{i % 7}", "workout_type": TYPES[i % len(TYPES)],
            "fitness_level": LEVELS[i % 3], "duration": 10 + 5 * (i % 8),
            "tags": ["everywhere", *chosen] if chosen else [],
            "description": "One, two.\nThree.", "release_date": day,
        })
    order = random.permutation(count)
    return [rows[i] for i in order]


def make_sessions(random, users, items, count):
    """Popularity falls steeply; the last tenth of the items is never started."""
    weight = 1 / np.arange(1, len(items) + 1) ** 0.8
    weight[-len(items) // 10:] = 0
    item = random.choice(len(items), count, p=weight / weight.sum())
    user = random.integers(0, int(users * 0.9), count)
    again = random.uniform(size=count) < 0.15  # the same person with the same item once more
    item[1:][again[1:]] = item[:-1][again[1:]]
    user[1:][again[1:]] = user[:-1][again[1:]]
    return user, item, (random.uniform(size=count) < 0.6).astype(int)


def add_even_segment(users, items, sessions):
    """One segment in which every item has exactly six sessions of six people: its views have no spread."""
    people = users[(users.age_group == "65+") & (users.fitness_level == "Advanced")].user_id.head(6)
    things = [x["workout_id"] for x in items if x["workout_type"] == "walking"][:8]
    rows = [(u, w, (i + k) % 3 > 0) for i, u in enumerate(people) for k, w in enumerate(things)]
    even = pd.DataFrame(rows, columns=["user_id", "workout_id", "completed"]).astype({"completed": int})
    kind = {x["workout_id"]: x["workout_type"] for x in items}
    inside = sessions.user_id.isin(set(users[(users.age_group == "65+") & (users.fitness_level == "Advanced")].user_id))
    walking = sessions.workout_id.map(kind) == "walking"
    return pd.concat([sessions[~(inside & walking)], even], ignore_index=True)


def write_logs(folder, seed, users=400, items=90, sessions=9000, feedback=4000, first_day="2024-12-01"):
    """The sessions lie in the 150 days from first_day on; the items come out when they do, whatever the sessions."""
    begin = np.datetime64(f"{first_day}T00:00:00")
    random = np.random.default_rng(seed)
    things = make_items(random, items)
    ids = np.array([x["workout_id"] for x in things])
    people = pd.DataFrame({
        "user_id": [f"person{i}@example.org" for i in range(users)],
        "age_group": random.choice(AGES, users, p=[0.3, 0.25, 0.2, 0.15, 0.06, 0.04]),
        "fitness_level": random.choice(LEVELS, users, p=[0.5, 0.35, 0.15]),
        "preferred_types": ["yoga,cycling" if i % 2 else "cardio" for i in range(users)],
    })
    people.loc[:5, ["age_group", "fitness_level"]] = "65+", "Advanced"
    user, item, completed = make_sessions(random, users, things, sessions)
    log = pd.DataFrame({"user_id": people.user_id.to_numpy()[user], "workout_id": ids[item], "completed": completed})
    log = add_even_segment(people, things, log)
    log.insert(0, "session_id", np.arange(1001, 1001 + len(log)))
    seconds = random.integers(0, 150 * 86400, len(log))
    log["timestamp"] = (begin + seconds).astype(str) + ".000001"

    rated = log.sample(feedback, random_state=seed)[["session_id", "user_id", "workout_id"]]
    extra = rated.head(300).assign(workout_id=random.choice(ids[:30], 300))  # rated without a session in that cell
    rated = pd.concat([rated, extra], ignore_index=True)
    rated.insert(0, "feedback_id", np.arange(1, len(rated) + 1))
    rated["liked"] = (random.uniform(size=len(rated)) < 0.55).astype(int)
    rated["feedback_time"] = str(begin + np.timedelta64(126, "D") + np.timedelta64(55481, "s")) + "Z"

    people.to_csv(folder / "users.csv", index=False)
    log.to_csv(folder / "sessions.csv", index=False)
    rated.to_csv(folder / "feedback.csv", index=False)
    (folder / "augmented_workouts.json").write_text(json.dumps(things, ensure_ascii=False, indent=1), encoding="utf-8")

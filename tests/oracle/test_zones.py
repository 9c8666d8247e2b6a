"""Time zones against Python's zoneinfo: all of the machine's, over 1970 to 2100, and files with any rule made here."""
import bisect
import datetime
import io
import os
import random
import struct
import subprocess
import zoneinfo
from zoneinfo import _zoneinfo  # in Python alone: the one in C crashes on some of the files made here

import pytest

from project import COMMAND

HOUR, DAY = 3600, 86400
FIRST, LAST = 0, 4102444800  # 1970 to 2100
UTC = datetime.timezone.utc


def changes(names, folder=None, first=FIRST, last=LAST):
    """{name: [(time, offset from then on)]}, an empty list for a name that is no zone."""
    done = subprocess.run([str(COMMAND.parent / "tests/zone_changes"), str(first), str(last)], input="".join(f"{name}\n" for name in names), capture_output=True, text=True,
                          env={**os.environ, "TZDIR": str(folder or "")})
    assert done.returncode == 0, done.stderr
    out, current = {}, None
    for line in done.stdout.splitlines():
        first_word, second_word = line.split(" ", 1)
        if first_word == "zone":
            current = out[second_word] = []
        else:
            current.append((int(first_word), int(second_word)))
    assert list(out) == list(names)
    return out


def offset_of(zone, time):
    return int(datetime.datetime.fromtimestamp(time, UTC).astimezone(zone).utcoffset().total_seconds())


def check(zone, found, moments, but=()):
    """At all moments, and at both sides of every change, the offset is Python's."""
    times = [time for time, _ in found]
    assert times == sorted(set(times))
    for time in {*moments, *times, *(time - 1 for time in times[1:])} - set(but):
        assert found[bisect.bisect_right(times, time) - 1][1] == offset_of(zone, time), (zone, time)


def test_all_zones_of_the_machine():
    names = sorted(name for name in zoneinfo.available_timezones() if name[0].isupper())
    found, rng = changes(names), random.Random(1)
    assert len(names) > 300 and {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} <= set(names)
    assert found["Europe/Berlin"][0] == (0, HOUR) and (1774746000, 2 * HOUR) in found["Europe/Berlin"]  # 2026-03-29, 01:00 UTC
    for name in names:  # a moment of every month, and more of some zones
        step = 30 * DAY if rng.random() < 0.97 else DAY
        check(zoneinfo.ZoneInfo(name), found[name], [time + rng.randrange(DAY) for time in range(FIRST, LAST - DAY, step)])


def test_what_is_no_zone():
    wrong = ["europe/berlin", "Europe/", "Europe", "/Europe/Berlin", "Europe//Berlin", "../zoneinfo/Europe/Berlin", "Europe/../UTC", "zone.tab", "localtime", "posixrules", "right/UTC",
             "Mars/Phobos", "E" * 65, "+24", "+1:2:3", "--", "+14:01", "05:30"]
    assert not any(changes(wrong).values())
    offsets = {"Z": 0, "z": 0, "0": 0, "+5": 5 * HOUR, "-08": -8 * HOUR, "+0530": 19800, "+05:30": 19800, "-14:00": -14 * HOUR}
    assert changes(offsets) == {text: [(FIRST, offset)] for text, offset in offsets.items()}


# --- files made here ---


def tzif(times, which, types, rule, version=b"2"):
    """A file whose block of 32-bit times is empty, as RFC 9636 allows."""
    def block(times, which, types, size):
        head = b"TZif" + version + bytes(15) + struct.pack(">6I", 0, 0, 0, len(times), len(types), 4)
        return head + struct.pack(f">{len(times)}{size}", *times) + bytes(which) + b"".join(struct.pack(">iBB", offset, summer, 0) for offset, summer in types) + b"ABC\0"

    return block([], [], [(0, 0)], "i") + block(times, which, types, "q") + b"\n" + rule.encode() + b"\n"


def clock(seconds):
    sign, seconds = "-" if seconds < 0 else "", abs(seconds)
    return f"{sign}{seconds // HOUR}" + (f":{seconds // 60 % 60:02d}" + (f":{seconds % 60:02d}" if seconds % 60 else "") if seconds % HOUR else "")


def random_rule(rng):
    """Without days counted from 0, which Python takes for those of the day before; tests/unit/native/test_zones.c has them."""
    def day(months):
        month = rng.choice(months)
        text = rng.choice([f"M{month}.{rng.randint(1, 5)}.{rng.randint(0, 6)}", f"J{30 * month - rng.randrange(25)}"])
        return text + rng.choice(["", f"/{clock(rng.choice([0, 1, 2, 3, 24, -1, -26, 150]) * HOUR + rng.choice([0, 0, 1800]))}"])

    standard = rng.randrange(-12, 14) * HOUR + rng.choice([0, 0, 1800, 2700])
    name = rng.choice(["CET", "<+03>", "<-0330>"])
    if rng.random() < 0.1:
        return f"{name}{clock(-standard)}"
    summer = "" if rng.random() < 0.6 else clock(-standard - rng.choice([1800, 2 * HOUR, -HOUR]))
    seasons = [[3, 4, 5], [9, 10, 11]]
    rng.shuffle(seasons)
    return f"{name}{clock(-standard)}SUM{summer},{day(seasons[0])},{day(seasons[1])}"


@pytest.mark.parametrize("seed", range(3))
def test_any_rule(tmp_path, seed):
    rng, zones = random.Random(seed), {}
    for number in range(60):
        types = [(rng.randrange(-50000, 50000), 0)] + [(rng.randrange(-50000, 50000), 0) for _ in range(rng.randrange(4))]
        times = sorted(rng.sample(range(-(2**33), 10**9), rng.choice([0, 1, 7])))
        rule = random_rule(rng) if times == [] or rng.random() < 0.8 else ""
        name = f"Z{number}"
        (tmp_path / name).write_bytes(tzif(times, [rng.randrange(len(types)) for _ in times], types, rule))
        # At the last change rule and list should agree; here they need not, and so that moment is anybody's.
        zones[name] = times[-1:], _zoneinfo.ZoneInfo.from_file(io.BytesIO((tmp_path / name).read_bytes()), name)
    found = changes(zones, tmp_path)
    for name, (but, zone) in zones.items():
        check(zone, found[name], [rng.randrange(FIRST, LAST) for _ in range(2000)], but)


def test_damaged_files(tmp_path):
    good = tzif([0, 10**9], [0, 1], [(3600, 0), (7200, 1)], "CET-1CEST,M3.5.0,M10.5.0/3")
    (tmp_path / "Good").write_bytes(good)
    assert changes(["Good"], tmp_path, first=-1, last=10**9)["Good"] == [(-1, 3600), (0, 3600), (10**9, 7200)]
    wrong = {
        "Empty": b"", "Short": good[:-1], "Cut": good[:70], "Version": good[:4] + b"\0" + good[5:], "Text": b"Europe/Berlin\n" * 20,
        "Order": tzif([10**9, 0], [0, 1], [(3600, 0), (7200, 1)], ""), "Type": tzif([0], [2], [(3600, 0)], ""), "Offset": tzif([0], [0], [(10**6, 0)], ""),
        "Rule": tzif([], [], [(0, 0)], "CET-1CEST"), "Rest": good + b"x\n", "Line": tzif([], [], [(0, 0)], "CET-1\nCET-2"), "Large": good + bytes(70000),
        "Leap": good[:44 + 6 + 4 + 28] + struct.pack(">I", 1) + good[44 + 6 + 4 + 32:-40] + bytes(12) + good[-40:],
    }
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
        done = subprocess.run([str(COMMAND.parent / "tests/zone_changes"), "0", "1"], input=name, capture_output=True, text=True, env={**os.environ, "TZDIR": str(tmp_path)})
        assert done.returncode == 1 and name in done.stderr and done.stderr.count("\n") == 1, (name, done)


def test_no_database(tmp_path):
    done = subprocess.run([str(COMMAND.parent / "tests/zone_changes"), "0", "1"], input="Europe/Berlin", capture_output=True, text=True, env={**os.environ, "TZDIR": str(tmp_path / "none")})
    assert done.returncode == 1 and "tzdata" in done.stderr and "Europe/Berlin" in done.stderr and "+01:00" in done.stderr

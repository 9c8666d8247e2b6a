"""Similar items beside a computation of our own: words by a regular expression, dictionaries, all pairs that share a
word."""
import collections
import math
import pathlib
import random
import re
import subprocess

import pytest

from project import COMMAND

BENCH = pathlib.Path(COMMAND).parent / "tests" / "bench_similar"
ROWS, TOP, NEAR = 2000, 20, 1e-5
BRANDS = ["Arlo", "Bramble", "Cinder", "Dovetail", "Elm & Oak", "Fjord", "Größe", "Hazel's", "Iris", "Juniper", "Kestrel", "Łódź"]
THINGS = {"Home, Kitchen": ["Chair", "Table", "Lamp", "Kettle", "Shelf", "Carpet", "Curtains"],
          "Sports & Fitness": ["Yoga Mat", "Dumbbell", "Running Shoes", "Skipping Rope", "Cycling Helmet"],
          "Women's Clothing": ["Dress", "T-Shirt", "Kurta", "Jeans", "Saree with Blouse Piece"]}
HOW = ["Wooden", "Stainless Steel", "Cotton", "Red", "Blue", "Black", "for Men", "for Women", "Pack of 2", "500 ml", "10 kg", "with Cover",
       "2-in-1", "Set of 4", "Large", "X-Large", "Waterproof", "Café style"]


def made_names():
    names = random.Random(20250430)
    lines = []
    for _ in range(ROWS):
        kind = names.choice(list(THINGS))
        words = [names.choice(BRANDS), *names.sample(HOW, names.randrange(4)), names.choice(THINGS[kind])]
        if names.random() < 0.7:
            words.append(f"({chr(65 + names.randrange(26))}{names.randrange(400)})")
        lines.append(" ".join([*words, kind]))
    lines[7] = ""
    lines[11] = lines[12]
    return lines


def words_of(text):
    folded = text.lower().translate(str.maketrans({"ö": "o", "ó": "o", "ł": "l", "ź": "z", "é": "e", "ß": "ss"}))
    return re.findall(r"[a-z0-9]{2,}", folded)


def vectors(lines):
    counts = [collections.Counter(words_of(line)) for line in lines]
    rows = collections.Counter(word for count in counts for word in count)
    made = []
    for count in counts:
        weights = {word: n * (math.log((1 + len(lines)) / (1 + rows[word])) + 1) for word, n in count.items()}
        length = math.sqrt(sum(w * w for w in weights.values()))
        made.append({word: w / length for word, w in weights.items()})
    return made


def all_scores(made):
    having = collections.defaultdict(list)
    for row, vector in enumerate(made):
        for word, weight in vector.items():
            having[word].append((row, weight))
    for row, vector in enumerate(made):
        scores = collections.defaultdict(float)
        for word, weight in vector.items():
            for other, theirs in having[word]:
                scores[other] += weight * theirs
        scores.pop(row, None)
        yield scores


@pytest.mark.parametrize("threads", [1, 2])
def test_lists_are_the_greatest_cosines(tmp_path, threads):
    lines = made_names()
    path = tmp_path / "names.txt"
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    done = subprocess.run([BENCH, "lists", path, str(threads), str(TOP), "0", "0", "0"], check=True, capture_output=True, text=True)
    lists = [[(int(item), float(score)) for item, score in (pair.split(":") for pair in line.split())]
             for line in done.stdout.split("\n")[:-1]]
    assert len(lists) == ROWS and lists[7] == []
    for row, scores in enumerate(all_scores(vectors(lines))):
        expected = sorted(scores.values(), reverse=True)[:TOP]
        assert [score for _, score in lists[row]] == pytest.approx(expected, abs=NEAR)
        assert all(scores[item] == pytest.approx(score, abs=NEAR) for item, score in lists[row])
        assert lists[row] == sorted(lists[row], key=lambda pair: (-pair[1], pair[0]))
        assert len({item for item, _ in lists[row]} - {row}) == len(lists[row])

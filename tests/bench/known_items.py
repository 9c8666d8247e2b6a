"""Queries of people who look for a product that they know, over the names of the Amazon products.

    python3 known_items.py amazon_products.csv.gz >queries.json

Five kinds, a hundred each: "plain", two to five informative words of a name; "typo", one letter of a word of five letters or
more substituted, left out, put in or swapped with the next; "reordered", one word dropped and the others in another order;
"synonym", a word replaced by another for the same thing; "joined", a word that is written in two, or two in one. Rarer words
are drawn sooner. The same seed and file give the same queries. A product with the very name of the source is as good as it.
"""
import collections, csv, gzip, json, math, random, re, sys

SHARE, SEED = 100, 2026
KINDS = ("plain", "typo", "reordered", "synonym", "joined")
STOP_WORDS = frozenset("and for the with from all any are not you your our its this that new set pack pcs piece pieces of in to by on".split())
SYNONYMS = (
    ("earbuds", "earphones"), ("tv", "television"), ("mobile", "phone"), ("fridge", "refrigerator"), ("trainers", "sneakers"),
    ("laptop", "notebook"), ("trousers", "pants"), ("pullover", "sweater"), ("handbag", "purse"), ("torch", "flashlight"),
    ("sofa", "couch"), ("curtains", "drapes"), ("spectacles", "eyeglasses"), ("bicycle", "bike"), ("rucksack", "backpack"),
    ("stroller", "pram"), ("nappies", "diapers"), ("mixer", "blender"), ("hob", "stove"), ("tap", "faucet"), ("kids", "children"),
    ("women", "ladies"), ("men", "gents"), ("shoes", "footwear"), ("wristwatch", "watch"), ("analogue", "analog"), ("colour", "color"),
)  # fmt: skip
JOINED = (
    "head phones", "ear phones", "ear buds", "smart watch", "back pack", "water proof", "blue tooth", "sun glasses", "key board",
    "hand bag", "wrist watch", "neck band", "sound bar", "power bank", "foot wear", "sleep wear", "sports wear", "table cloth",
    "bed sheet", "note book", "touch screen", "hair dryer", "flip flops", "sweat shirt", "track pants", "skin care", "wall paper",
    "tooth brush", "dish washer", "wi fi", "t shirt", "water bottle", "light weight", "multi color", "micro fiber",
)  # fmt: skip


def read_names(path):
    """The products as [{id, name, category, price}], the first row of each, in an order drawn by a fixed seed."""
    names = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = re.search(r"/dp/(\w{10})", row["link"] or "")
            key = place[1] if place else row["name"]
            if not row["name"] or key in names:
                continue
            price = re.sub(r"[^0-9.]", "", row["discount_price"] or row["actual_price"] or "")
            names[key] = {"id": key, "name": row["name"], "category": row["sub_category"], "price": float(price or 0)}
    out = list(names.values())
    random.Random(1).shuffle(out)
    return out


def words_of(name):
    """Words in their order; the last of a name that was cut off is none."""
    words = re.findall(r"[^\W_]+", name.lower())
    return words[:-1] if name.rstrip().endswith("...") else words


class Maker:
    def __init__(self, products):
        self.products, self.random = products, random.Random(SEED)
        self.frequency = collections.Counter(word for p in products for word in set(words_of(p["name"])))
        self.others = {}
        for pair in SYNONYMS:
            self.others.update({pair[0]: pair[1], pair[1]: pair[0]})
        self.split = {pair.replace(" ", ""): pair for pair in JOINED}
        self.holders = {"synonym": self.holding(self.others), "joined": self.holding([*self.split, *JOINED])}

    def holding(self, texts):
        """For each of the texts that occurs, the products whose names hold it; as a list, to draw from."""
        found = {text: [] for text in texts}
        for product in self.products:
            words = words_of(product["name"])
            for text in {*words, *map(" ".join, zip(words, words[1:]))} & found.keys():
                found[text].append(product)
        return [(text, products) for text, products in found.items() if products]

    def informative(self, name):
        return list(dict.fromkeys(w for w in words_of(name) if len(w) > 2 and not w.isdigit() and w not in STOP_WORDS))

    def draw(self, words, count, must=()):
        """So many of the words, rarer ones sooner, in the name's order."""
        left, taken = [w for w in words if w not in must], list(must)
        while left and len(taken) < count:
            weights = [math.log(len(self.products) / self.frequency[w]) + 0.1 for w in left]
            taken.append(left.pop(self.random.choices(range(len(left)), weights)[0]))
        return sorted(taken, key=words.index)

    def count(self):
        return self.random.randint(2, 5)

    def plain(self, name):
        words = self.informative(name)
        return self.draw(words, self.count()) if len(words) > 1 else None

    def typo(self, name):
        words = self.plain(name)
        places = [i for i, w in enumerate(words or ()) if len(w) >= 5 and w.isascii() and w.isalpha()]
        if not places:
            return None
        place = self.random.choice(places)
        word, how = words[place], self.random.choice(("substitute", "delete", "insert", "swap"))
        at = self.random.randint(1, len(word) - (2 if how == "swap" else 1))
        letter = self.random.choice([c for c in "abcdefghijklmnopqrstuvwxyz" if c != word[at]])
        changed = {
            "substitute": word[:at] + letter + word[at + 1 :],
            "delete": word[:at] + word[at + 1 :],
            "insert": word[:at] + letter + word[at:],
            "swap": word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        }[how]
        return words[:place] + [changed] + words[place + 1 :] if changed != word else None

    def reordered(self, name):
        words = self.informative(name)
        if len(words) < 3:
            return None
        words = self.draw(words, self.random.randint(3, 5))
        words.pop(self.random.randrange(len(words)))
        before = words[:]
        while words == before:
            self.random.shuffle(words)
        return words

    def synonym(self, name, word):
        words, rest = list(dict.fromkeys(words_of(name))), self.informative(name)
        if self.others[word] in words:
            return None
        taken = self.draw([w for w in words if w in rest or w == word], self.count(), (word,))
        return [self.others[w] if w == word else w for w in taken] if len(taken) > 1 else None

    def joined(self, name, text):
        new = self.split.get(text) or text.replace(" ", "")
        others = [w for w in self.informative(name) if w not in text.split() and w not in new.split()]
        return [new] + self.draw(others, self.count() - 1) if others else None

    def try_one(self, kind):
        """A product and the words of a query for it, or None where it has none of that kind."""
        if kind not in self.holders:
            product = self.random.choice(self.products)
            return product, getattr(self, kind)(product["name"])
        text, products = self.random.choice(self.holders[kind])
        product = self.random.choice(products)
        return product, getattr(self, kind)(product["name"], text)

    def make(self):
        queries = []
        for kind in KINDS:
            seen = set()
            while len(seen) < SHARE:
                product, words = self.try_one(kind)
                query = " ".join(words or ())
                if query and query not in seen:
                    seen.add(query)
                    queries.append({"kind": kind, "query": query, "id": product["id"], "name": product["name"]})
        return queries


if __name__ == "__main__":
    json.dump(Maker(read_names(sys.argv[1])).make(), sys.stdout, ensure_ascii=False, indent=0)

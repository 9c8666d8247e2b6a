"""Prepares the bench of the search: names and known-item queries, Cranfield, SQLite's FTS5 as a peer, and our bundle.

    python3 search.py [--peers] [--quality]    --peers: without our side, --quality: neither speed nor size

PR_DATA has amazon-products and cranfield, as data/real names them."""
import csv, gzip, json, math, os, re, shutil, sqlite3, subprocess, sys
from pathlib import Path

from known_items import Maker, read_names

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("PR_DATA", ""))
WORK = Path(os.environ["PR_BENCH_WORK"]) / "search"
K = 10


def write(name, value):
    (WORK / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def sections(text):
    """Records of the SMART format as {letter: text}."""
    for record in re.split(r"(?m)^\.I ", text)[1:]:
        head, *parts = re.split(r"(?m)^\.([A-Z])\s*$", record)
        found = {"I": head.strip()}
        for letter, part in zip(parts[::2], parts[1::2]):
            found[letter] = " ".join((found.get(letter, "") + " " + part).split())
        yield found


def read_cranfield(folder):
    """{documents, queries}; queries are known by their place, and any grade above 0 is relevant."""
    with gzip.open(folder / "cran.all.1400.gz", "rt", encoding="utf-8", errors="replace") as file:
        documents = [{"id": r["I"], "title": r.get("T", ""), "text": r.get("W", "")} for r in sections(file.read())]
    queries = [r.get("W", "") for r in sections((folder / "cran.qry").read_text())]
    relevant = {}
    for text in (folder / "cranqrel").read_text().splitlines():
        query, document, grade = text.split()
        if int(grade) > 0:
            relevant.setdefault(int(query), {})[document] = True
    return {"documents": documents, "queries": [{"query": queries[q - 1], "relevant": list(ids)} for q, ids in relevant.items()]}


class Fts5:
    """BM25 over Porter's stems, any word."""

    def __init__(self, columns, rows):
        self.db = sqlite3.connect(":memory:")
        self.db.execute(f"create virtual table t using fts5(id unindexed, {', '.join(columns)}, tokenize = 'porter unicode61')")
        self.db.executemany(f"insert into t values (?{', ?' * len(columns)})", rows)
        self.rank = f"bm25(t, 0{', 1' * len(columns)})"

    def ask(self, query):
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query.lower()))
        return [row[0] for row in self.db.execute(f"select id from t where t match ? order by {self.rank} limit {K}", (words,))] if words else []


def ndcg(ids, relevant):
    gains = [1 / math.log2(place + 2) for place in range(K)]
    return sum(gain for gain, id in zip(gains, ids) if id in relevant) / sum(gains[: len(relevant)])


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def fts5(products, known, cranfield):
    names = Fts5(["name", "category"], ((i, p["name"], p["category"]) for i, p in enumerate(products)))
    ranks = {}
    for query in known:
        found = [products[i]["name"] for i in names.ask(query["query"])]
        value = 1 / (found.index(query["name"]) + 1) if query["name"] in found else 0
        ranks.setdefault("all", []).append(value)
        ranks.setdefault(query["kind"], []).append(value)
    papers = Fts5(["title", "text"], ((d["id"], d["title"], d["text"]) for d in cranfield["documents"]))
    score = mean(ndcg(papers.ask(q["query"]), q["relevant"]) for q in cranfield["queries"])
    return {"SQLite FTS5 or": {"known": {kind: mean(values) for kind, values in ranks.items()}, "cranfield": score}}


def train(products):
    """Our bundle of the names; ids are the places in the list, as the peers have them."""
    with open(WORK / "names.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "name", "category", "price"])
        rows.writerows([i, p["name"], p["category"], p["price"] or ""] for i, p in enumerate(products))
    config = {
        "name": "names",
        "items": {
            "files": "names.csv", "id": "id", "title": "name",
            "columns": {"category": {"type": "category"}, "price": {"type": "real"}},
        },
        "events": [],
        "shop": {"category": ["category"], "price": "price"},
        "search": {"fields": {"title": 3, "category": 1}, "k1": 0.6},
        "limits": {"shard_bytes": 65536},
    }  # fmt: skip
    (WORK / "names-config.json").write_text(json.dumps(config, indent=1))
    shutil.rmtree(WORK / "bundle", ignore_errors=True)
    command, environment = os.environ["PR_TEST_COMMAND"], {**os.environ, "SOURCE_DATE_EPOCH": "1763683200"}
    subprocess.run([command, "train", WORK / "names-config.json", "--out", WORK / "bundle"], check=True, env=environment, stdout=subprocess.DEVNULL)
    manifest = json.loads((WORK / "bundle/manifest.json").read_text())
    write("files.json", ["manifest.json", *(shard["file"] for shard in manifest["shards"])])
    done = subprocess.run([command, "eval", ROOT / "data/real/cranfield.json", "--json"], check=True, stdout=subprocess.PIPE, text=True)
    write("ours.json", {"cranfield": json.loads(done.stdout)["leaderboard"][0]["metrics"]["ndcg@10"]["mean"]})


def main():
    if not (DATA / "amazon-products").is_dir():
        sys.exit("The bench of the search needs PR_DATA, the folder with amazon-products and cranfield.")
    WORK.mkdir(parents=True, exist_ok=True)
    products = read_names(DATA / "amazon-products/amazon_products.csv.gz")
    known = Maker(products).make()
    cranfield = read_cranfield(DATA / "cranfield")
    write("names.json", [{key: product[key] for key in ("name", "category", "price")} for product in products])
    write("known.json", known)
    write("cranfield.json", cranfield)
    write("fts5.json", fts5(products, known, cranfield))
    if "--peers" not in sys.argv:
        train(products)
    subprocess.run(["node", "--expose-gc", "--max-old-space-size=4096", Path(__file__).with_name("search.mjs"), *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()

"""Search by meaning on real texts: words, meaning and both on Cranfield; what fewer numbers and bits lose; how many clusters find how much,
there and on the names of the Amazon products; and how long the cross-encoder takes at night.

    python3 meaning.py [cranfield] [dims] [probes] [night]

PR_DATA has cranfield and amazon-products, PR_MINILM the folder of all-MiniLM-L6-v2."""
import json, math, os, shutil, subprocess, sys, time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from known_items import Maker, read_names
from search import DATA, K, ROOT, mean, ndcg, read_cranfield

COMMAND, MODEL = os.environ["PR_TEST_COMMAND"], os.environ["PR_MINILM"]
WORK = Path(os.environ["PR_BENCH_WORK"]) / "meaning"
NAMES, QUERY = 20000, 255


def run(*words, **options):
    return subprocess.run([COMMAND, *map(str, words)], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def vectors(name, texts, bits):
    """What the encoder makes of the texts."""
    encoder, lines, out = WORK / f"encoder{bits}", WORK / f"{name}.jsonl", WORK / f"{name}{bits}.safetensors"
    if not encoder.exists():
        run("encoder", MODEL, "--bits", bits, "--out", encoder)
    lines.write_text("".join(json.dumps(text) + "\n" for text in texts))
    run("embed", encoder, lines, "--json", "--out", out)
    return load_file(out)["embeddings"].astype(float)


def cut(query):
    at = query.rfind(" ", 0, QUERY + 1)
    return query if len(query) <= QUERY else query[: at if at > 0 else QUERY]


def train(name, config, **meaning):
    """The bundle of a configuration with this section; vectors of earlier trainings are in the cache."""
    config["meaning"] = {"encoder": MODEL, "cache": str(WORK / "embeddings"), **meaning}
    path, out = WORK / f"{name}.json", WORK / name
    path.write_text(json.dumps(config))
    run("train", path, "--out", out, "--quiet", stderr=subprocess.DEVNULL)
    return out


def ask(bundle, queries, embedded, mode, probes=0, limit=100):
    """Ids that a search lists for each query."""
    lines = []
    for query, vector in zip(queries, embedded):
        body = {"query": query, "match": "any", "typo": False, "response_limit": limit, "mode": mode, "vector": [float(np.float32(x)) for x in vector]}
        lines.append(json.dumps({"method": "POST", "path": "/recommendations/search", "now": 1, "body": {**body, **({"probes": probes} if probes else {})}}))
    answers = run("ask", bundle, "--batch", "-", input="\n".join(lines) + "\n").splitlines()
    return [[hit["id"] for hit in json.loads(json.loads(line)["body"])["results"]] for line in answers]


def quality(lists, judged):
    relevant = [set(q["relevant"]) for q in judged]
    recall = [mean(len(set(ids[:n]) & r) / len(r) for ids, r in zip(lists, relevant)) for n in (K, 100)]
    return mean(ndcg(ids[:K], r) for ids, r in zip(lists, relevant)), *recall


def say(what, values):
    print(f"{what:44s}" + "".join(f" {value:.4f}" for value in values), flush=True)


def ranked(ids, scores):
    return [[ids[i] for i in np.argsort(-s, kind="stable")[:100]] for s in scores]


def rounded(x):
    scale = np.abs(x).max(1, keepdims=True) / 127
    return np.round(x / scale) * scale


def blend_weight(words, nearness, ids, judged):
    """NDCG@10 by weight of the meaning, and what the weight that is best on one half of the queries gives on the other."""
    weights = np.arange(0, 1.01, 0.05)
    best = lambda s: np.maximum(s, 0) / np.maximum(s.max(1, keepdims=True), 1e-9)
    each = np.array([[ndcg(row[:K], set(q["relevant"])) for row, q in zip(ranked(ids, w * best(nearness) + (1 - w) * best(words)), judged)] for w in weights])
    print("weight of the meaning, NDCG@10: " + " ".join(f"{w:.2f}:{v:.4f}" for w, v in zip(weights, each.mean(1))))
    rng, chosen, gained = np.random.default_rng(1), [], []
    for _ in range(500):
        half = rng.permutation(len(judged)) < len(judged) // 2
        chosen.append(int(np.argmax(each[:, half].mean(1))))
        gained.append(each[chosen[-1], ~half].mean())
    low, middle, high = np.quantile(weights[chosen], (0.1, 0.5, 0.9))
    print(f"chosen on random halves: weight {middle:.2f} [{low:.2f} {high:.2f}], NDCG@10 on the other halves {np.mean(gained):.4f}")


def judged_texts():
    judged = read_cranfield(DATA / "cranfield")
    return [d for d in judged["documents"] if d["title"]], judged["queries"]


def cranfield():
    documents, judged = judged_texts()
    ids, texts, queries = [d["id"] for d in documents], [f"{d['title']} {d['text']}" for d in documents], [cut(q["query"]) for q in judged]
    embedded, asked = {bits: vectors("documents", texts, bits) for bits in (32, 8)}, {bits: vectors("queries", queries, bits) for bits in (32, 8)}
    config = json.loads((ROOT / "data/real/cranfield.json").read_text().replace("${PR_DATA}", str(DATA)))
    print("\nCranfield, 225 queries".ljust(45) + " NDCG@10 recall@10 recall@100")
    say("float32 encoder, 384 float32, exhaustive", quality(ranked(ids, asked[32] @ embedded[32].T), judged))
    say("int8 encoder, 384 float32, exhaustive", quality(ranked(ids, asked[8] @ embedded[8].T), judged))
    say("int8 encoder, 384 int8, exhaustive", quality(ranked(ids, asked[8] @ rounded(embedded[8]).T), judged))
    for dims in (384, 256, 192, 128, 96, 64, 32):
        bundle = train(f"cranfield{dims}", config, dims=dims)
        say(f"bundle of {dims} int8, all clusters", quality(ask(bundle, queries, asked[8], "meaning", 65536), judged))
    bundle = train("cranfield", config)
    for mode in ("keyword", "meaning", "hybrid"):
        say(f"bundle as by default, {mode}", quality(ask(bundle, queries, asked[8], mode), judged))
    exact = ask(bundle, queries, asked[8], "meaning", 65536)
    for probes in (1, 2, 4, 8, 16):
        found = ask(bundle, queries, asked[8], "meaning", probes)
        share = mean(len(set(a[:K]) & set(b[:K])) / K for a, b in zip(found, exact))
        say(f"{probes} clusters: of the nearest ten; NDCG@10 ...", (share, *quality(found, judged), *quality(ask(bundle, queries, asked[8], "hybrid", probes), judged)))
    words, place = np.zeros((len(queries), len(ids))), {id: i for i, id in enumerate(ids)}
    for row, found in zip(words, scored(bundle, queries)):
        for id, score in found:
            row[place[id]] = score
    blend_weight(words, asked[8] @ embedded[8].T, ids, judged)


def directions(x):
    """The trainer's: principal components without centring, the largest first."""
    return np.linalg.eigh(x.T @ x)[1][:, ::-1].T


def cut_to(x, rotation, dims):
    y = x @ rotation[:dims].T
    return y / np.linalg.norm(y, axis=1, keepdims=True)


def dims():
    """What fewer numbers, bits of these and bits of the encoder lose: quality, and how many of the ten nearest by 384 float32 numbers are found."""
    documents, judged = judged_texts()
    ids, texts, queries = [d["id"] for d in documents], [f"{d['title']} {d['text']}" for d in documents], [cut(q["query"]) for q in judged]
    exact = None
    print("\nCranfield, exhaustive".ljust(45) + " NDCG@10 recall@10 recall@100, of the exact ten")
    for bits, encoder in ((32, "float32"), (8, "int8"), (4, "int4")):
        embedded, asked = vectors("documents", texts, bits), vectors("queries", queries, bits)
        exact = exact or [set(row[:K]) for row in ranked(ids, asked @ embedded.T)]
        rotation = directions(embedded)
        for count in (384, 256, 192, 128, 64):
            x, y = cut_to(embedded, rotation, count), cut_to(asked, rotation, count)
            for kind, kept in (("float32", x), ("int8", rounded(x))):
                lists = ranked(ids, y @ kept.T)
                found = mean(len(set(row[:K]) & best) / K for row, best in zip(lists, exact))
                say(f"encoder {encoder}, {count} numbers in {kind}", (*quality(lists, judged), found))


def scored(bundle, queries):
    bodies = [{"query": q, "match": "any", "typo": False, "response_limit": 2000} for q in queries]
    lines = "".join(json.dumps({"method": "POST", "path": "/recommendations/search", "now": 1, "body": body}) + "\n" for body in bodies)
    for line in run("ask", bundle, "--batch", "-", input=lines).splitlines():
        yield [(hit["id"], hit.get("score", 0)) for hit in json.loads(json.loads(line)["body"])["results"]]


def probes():
    """Which share of the nearest ten a number of clusters finds, and what a first search loads."""
    products = read_names(DATA / "amazon-products/amazon_products.csv.gz")
    known = [query["query"] for query in Maker(products).make()]
    step = max(1, len(products) // NAMES)
    (WORK / "names.jsonl").write_text("".join(json.dumps({"id": str(i), "name": p["name"]}) + "\n" for i, p in enumerate(products[::step])))
    config = {"name": "names", "items": {"files": str(WORK / "names.jsonl"), "id": "id", "title": "name"}, "events": [], "shop": {}}
    bundle, asked = train("names", config), vectors("known", known, 8)
    manifest = json.loads((bundle / "manifest.json").read_text())
    first, clusters = load_file(bundle / next(s["file"] for s in manifest["shards"] if s["table"] == "clusters"))["first"], 0
    clusters = len(first) - 1
    exact = ask(bundle, known, asked, "meaning", 65536, K)
    print(f"\n{first[-1]} names of products, {clusters} clusters, {len(known)} queries; the bundle's own number is {manifest['settings']['meaning']['vectors']['probes']}")
    for count in (1, 2, 4, 8, 12, math.ceil(clusters / 8), math.ceil(clusters / 4)):
        found = ask(bundle, known, asked, "meaning", count, K)
        say(f"{count} clusters find of the nearest ten", [mean(len(set(a) & set(b)) / K for a, b in zip(found, exact))])


def night():
    """Pairs a second of a cross-encoder of the size of ms-marco-MiniLM-L-6-v2, a second night, and the size of its table. The classifier is made up:
    time does not depend on what it says."""
    cross, products, items = WORK / "cross", WORK / "products", 60
    shutil.rmtree(cross, ignore_errors=True)
    shutil.copytree(MODEL, cross)
    weights, rng = load_file(cross / "model.safetensors"), np.random.default_rng(1)
    hidden = json.loads((cross / "config.json").read_text())["hidden_size"]
    made = {"pooler.dense.weight": (hidden, hidden), "pooler.dense.bias": (hidden,), "classifier.weight": (1, hidden), "classifier.bias": (1,)}
    save_file({**{name: (rng.standard_normal(shape) / 20).astype(np.float32) for name, shape in made.items()}, **weights}, cross / "model.safetensors")
    run("synth", "shop", "--products", 3000, "--seed", 1, "--out", products, stderr=subprocess.DEVNULL)
    config = json.loads((products / "pocketrec.json").read_text())
    print("\nThe night, 3,000 products")
    for ship in ("float32", "int8", "int4"):
        (products / "reranked.json").write_text(json.dumps({**config, "meaning": {"cross_encoder": str(cross), "rerank_items": items, "ship_cross_encoder": ship}}))
        shutil.rmtree(products / "bundle", ignore_errors=True)
        (products / "bundle.embeddings.pairs").unlink(missing_ok=True)
        times = []
        for _ in range(2):
            start = time.monotonic(), sum(os.times()[:4])
            run("train", products / "reranked.json", "--out", products / "bundle", "--quiet", stderr=subprocess.DEVNULL)
            times.append((time.monotonic() - start[0], sum(os.times()[:4]) - start[1]))
        shards = json.loads((products / "bundle/manifest.json").read_text())["shards"]
        tables = [load_file(products / "bundle" / s["file"]) for s in shards if s["table"] == "reranked"]
        pairs = sum(len(table["item"]) for table in tables)
        said = f"{sum(s['bytes'] for s in shards if s['table'] == 'reranked')} bytes of the table, {next(s['bytes'] for s in shards if s['table'] == 'cross_encoder')} of the encoder"
        (clock, busy), (again, little) = times
        print(f"{ship}: {pairs} pairs; first night {clock:.1f} s, second {again:.1f} s: {pairs / (clock - again):.0f} pairs a second, {pairs / (busy - little):.0f} a second of the processor; {said}", flush=True)


if __name__ == "__main__":
    WORK.mkdir(parents=True, exist_ok=True)
    for part in sys.argv[1:] or ("cranfield", "dims", "probes", "night"):
        {"cranfield": cranfield, "dims": dims, "probes": probes, "night": night}[part]()

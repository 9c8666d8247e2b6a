"""`pocketrec sync` of a real catalogue from a real PostgreSQL, beside psql's COPY of the same rows into a CSV file: the least of three.

    sync.py CATALOGUE.csv[.gz]     the columns of `pocketrec synth shop --catalogue`
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "oracle"))
from postgres import PASSWORD, Server, program  # noqa: E402

COMMAND = os.environ["PR_TEST_COMMAND"]
TIMES = 3


def load(db, path):
    names = path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    db.execute(f"CREATE TABLE products({', '.join(f'{name} text' for name in names)})")
    with db.cursor().copy("COPY products FROM STDIN (FORMAT csv, HEADER)") as copy:
        copy.write(path.read_bytes())
    db.execute("ALTER TABLE products ADD PRIMARY KEY (id), ADD updated_at timestamptz NOT NULL DEFAULT '2025-01-01Z'")
    db.execute("UPDATE products SET updated_at = '2025-01-01Z'::timestamptz + hashtext(id) % 500000 * interval '1 minute'")
    db.execute("CREATE INDEX ON products(updated_at)")
    db.execute("VACUUM ANALYZE products")
    return db.execute("SELECT count(*) FROM products").fetchone()[0]


def timed(command, environment):
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return time.perf_counter() - started


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="pr-bench-sync-"))
    subprocess.run([COMMAND, "synth", "shop", "--users", "10", "--catalogue", sys.argv[1], "--until", "2025-04-30", "--out", folder / "shop"],
                   check=True, capture_output=True)
    server = Server()
    try:
        db = server.connect()
        rows = load(db, folder / "shop/products.csv")
        config, mirror = folder / "pocketrec.json", folder / "mirror.sqlite"
        config.write_text(json.dumps({
            "name": "bench", "items": {"files": "mirror.sqlite", "table": "products", "id": "id", "title": "name"},
            "events": [{"files": "none.csv", "user": "user", "item": "item", "type": "like"}],
            "sync": {"database": "${SHOP}", "into": "mirror.sqlite",
                     "tables": [{"name": "products", "from": "products", "key": "id", "updated": "updated_at"}]}}))
        sync, here = [COMMAND, "sync", config, "--quiet"], {"SHOP": server.where(), "PGPASSWORD": PASSWORD}
        copy = [program("psql"), "-q", "-h", server.folder, "-U", "shop", "-d", "postgres", "-c", f"\\copy products TO '{folder}/out.csv' CSV"]
        first, idle, some, dump = [], [], [], []
        for turn in range(TIMES):
            mirror.unlink(missing_ok=True)
            first.append(timed(sync, here))
            dump.append(timed(copy, here))
            idle.append(timed(sync, here))
            db.execute("UPDATE products SET updated_at = now(), link = link || %s WHERE hashtext(id) %% 100 = %s", (str(turn), turn))
            some.append(timed(sync, here))
        size = mirror.stat().st_size
        print(f"sync: {rows} products of {(folder / 'out.csv').stat().st_size / rows:.0f} bytes: first run {min(first):.2f} s "
              f"({rows / min(first):,.0f} rows/s), nothing changed {min(idle) * 1e3:.0f} ms, 1 % changed {min(some) * 1e3:.0f} ms; "
              f"psql's COPY to a file {min(dump):.2f} s; mirror {size / 1e6:.1f} MB")
        config.write_text(config.read_text().replace('"updated": "updated_at"', '"updated": "updated_at", "sweep": "never"'))
        timed(sync, here)
        print(f"sync: nothing changed and no comparing of keys {min(timed(sync, here) for _ in range(TIMES)) * 1e3:.0f} ms")
    finally:
        server.close()


if __name__ == "__main__":
    main()

"""`pocketrec sync` against a real PostgreSQL: what is in the mirror is what psycopg reads from the database, whatever happens on the way."""
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import threading
import time

import numpy as np
import psycopg
import pytest

from bundle import Bundle
from mirrors import Shop, dump, no_secret
from postgres import PASSWORD, Server
from project import COMMAND, ROOT, run
from small_bert import CONFIG, write_model
from test_meaning import WORDS

FAILED, USAGE, DATA, IO, LOCKED = 1, 2, 3, 5, 6  # exit statuses
PRODUCTS = {"name": "products", "from": "public.products", "key": "id", "updated": "updated_at"}


@pytest.fixture(scope="module")
def server():
    started = Server()
    with started.connect() as admin:
        admin.execute(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    yield started
    started.close()


@pytest.fixture
def shop(server, tmp_path):
    made = Shop(server, tmp_path)
    yield made
    made.db.close()


@pytest.fixture
def small(shop):
    """Twenty products whose times lie a day apart."""
    shop.db.execute("CREATE TABLE products(id bigint PRIMARY KEY, title text NOT NULL, price numeric(10,2), "
                    "updated_at timestamptz NOT NULL DEFAULT now(), deleted_at timestamptz)")
    shop.db.execute("INSERT INTO products SELECT i, 'product ' || i, i / 7.0, '2025-01-01Z'::timestamptz + i * interval '1 day' "
                    "FROM generate_series(1, 20) AS i")
    shop.write(PRODUCTS)
    return shop


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """50,000 products of `pocketrec synth shop`, as a file."""
    folder = tmp_path_factory.mktemp("catalogue")
    run("synth", "shop", "--users", 50, "--products", 50000, "--until", "2025-04-30", "--out", folder)
    return folder / "products.csv"


@pytest.fixture
def big(shop, catalogue):
    """These products in a table, with times of which many are equal, some NULL, and none in the order of the keys."""
    names = catalogue.read_text(encoding="utf-8").split("\n", 1)[0].split(",")
    shop.db.execute(f"CREATE TABLE products({', '.join(f'{name} text' for name in names)})")
    with shop.db.cursor().copy("COPY products FROM STDIN (FORMAT csv, HEADER)") as copy:
        copy.write(catalogue.read_bytes())
    shop.db.execute("ALTER TABLE products ADD PRIMARY KEY (id), ADD updated_at timestamptz")
    shop.db.execute("UPDATE products SET updated_at = '2025-01-01Z'::timestamptz + hashtext(id) % 9000 * interval '1 minute' "
                    "WHERE hashtext(id) % 100 <> 7")
    shop.write(PRODUCTS)
    return shop


# ---- what a run copies -------------------------------------------------------------------------------------------------


def test_first_run_copies_and_the_second_changes_nothing(small):
    said = small.sync().stderr
    assert "20 new" in said and small.counts() == (20, 0, 0)
    small.check_rows("SELECT * FROM products", ["id"])
    before = small.mirror.read_bytes()
    small.sync()
    row = small.status()
    assert (row["state"], row["rows"], row["error"]) == ("done", 20, None)
    assert small.counts() == (0, 0, 0) and row["read"] == 1, "only what lies in the overlap is read again"
    assert len(before) == len(small.mirror.read_bytes())
    assert sorted(path.name for path in small.folder.iterdir()) == ["likes.csv", "mirror.sqlite", "pocketrec.json"]


def test_inserts_updates_and_both_kinds_of_deletion(small):
    small.write({**PRODUCTS, "deleted": "deleted_at"})
    small.sync()
    small.db.execute("INSERT INTO products VALUES (21, 'new', 1, now(), NULL), (22, 'new and gone', 1, now(), now())")
    small.db.execute("UPDATE products SET price = 99.90, updated_at = now() WHERE id IN (3, 4, 5)")
    small.db.execute("UPDATE products SET deleted_at = now(), updated_at = now() WHERE id = 6")
    small.db.execute("UPDATE products SET deleted_at = now() WHERE id = 7")  # no trigger: only the keys tell
    small.db.execute("DELETE FROM products WHERE id IN (8, 9)")
    small.sync()
    assert small.counts() == (1, 3, 4)
    small.check_rows("SELECT * FROM products WHERE deleted_at IS NULL", ["id"])
    small.db.execute("UPDATE products SET deleted_at = NULL WHERE id IN (6, 7)")  # neither does this move updated_at
    small.sync()
    small.check_rows("SELECT * FROM products WHERE deleted_at IS NULL", ["id"])


def test_without_a_sweep_only_full_finds_what_is_gone(small):
    small.write({**PRODUCTS, "sweep": "never"})
    small.sync()
    small.db.execute("DELETE FROM products WHERE id = 8")
    small.sync()
    assert small.status()["rows"] == 20
    small.sync("--full")
    assert small.status()["rows"] == 19 and small.counts() == (0, 0, 1)
    small.check_rows("SELECT * FROM products", ["id"])


def test_a_column_of_truth_values_marks_what_is_deleted(small):
    small.db.execute("ALTER TABLE products ADD gone boolean")
    small.db.execute("UPDATE products SET gone = (id % 2 = 0) WHERE id <> 5")
    small.write({**PRODUCTS, "deleted": "gone"})
    small.sync()
    assert [row["id"] for row in small.rows()] == list(range(1, 20, 2))


def test_ties_across_pages_and_rows_without_a_time(shop):
    shop.db.execute("CREATE TABLE products(id int PRIMARY KEY, title text, updated_at timestamp)")
    shop.db.execute("INSERT INTO products SELECT i, 'p' || i, CASE WHEN i % 3 > 0 THEN '2025-03-01 10:00:00.000001'::timestamp END "
                    "FROM generate_series(1, 1000) AS i")
    shop.write(PRODUCTS, batch=7)
    shop.sync()
    shop.check_rows("SELECT * FROM products", ["id"])
    # At the very time of the watermark, and at none.
    shop.db.execute("INSERT INTO products VALUES (0, 'late', '2025-03-01 10:00:00.000001'), (-1, 'timeless', NULL)")
    shop.db.execute("UPDATE products SET title = 'changed without a time' WHERE id = 999")
    shop.sync()
    assert shop.counts() == (2, 1, 0)
    shop.check_rows("SELECT * FROM products", ["id"])


def test_a_microsecond_is_enough(small):
    small.write(PRODUCTS, overlap_seconds=0)
    small.db.execute("UPDATE products SET updated_at = '2025-06-01 12:00:00.123456Z' WHERE id = 20")
    small.sync()
    small.db.execute("UPDATE products SET title = 'x', updated_at = '2025-06-01 12:00:00.123457Z' WHERE id = 1")
    small.sync()
    assert small.counts() == (0, 1, 0)
    assert small.status()["watermark"] == "2025-06-01 12:00:00.123457+00"


def test_dates_are_read_again_for_their_whole_day(shop):
    shop.db.execute("CREATE TABLE products(id int PRIMARY KEY, title text, updated_at date)")
    shop.db.execute("INSERT INTO products VALUES (1, 'a', '2025-03-01'), (2, 'b', '2025-03-02')")
    shop.write(PRODUCTS, overlap_seconds=0)
    shop.sync()
    shop.db.execute("UPDATE products SET title = 'changed on the same day' WHERE id = 2")
    shop.sync()
    shop.check_rows("SELECT * FROM products", ["id"])


def test_a_time_in_the_future_hides_nothing(small):
    small.db.execute("UPDATE products SET updated_at = '2099-01-01Z' WHERE id = 1")
    small.db.execute("INSERT INTO products VALUES (50, 'for ever', 1, 'infinity')")
    small.sync()
    small.db.execute("UPDATE products SET title = 'changed', updated_at = now() WHERE id = 2")
    small.sync()
    assert small.counts() == (0, 1, 0)
    assert small.status()["watermark"] < "2099"


@pytest.mark.parametrize("kind, clock", [("timestamp", "-12 hours"), ("timestamp", "0"), ("timestamp", "14 hours"),
                                         ("date", "-1 day"), ("date", "0")])  # of the shop's program, against UTC
def test_a_future_without_a_zone_hides_nothing(shop, kind, clock):
    shop.db.execute(f"CREATE TABLE products(id int PRIMARY KEY, title text, updated_at {kind})")
    shop.db.execute("INSERT INTO products SELECT i, 'p' || i, '2025-01-01' FROM generate_series(1, 9) AS i; INSERT INTO products VALUES (10, 'wrong', '2099-01-01')")
    shop.write(PRODUCTS, overlap_seconds=0)
    shop.sync()
    for number in range(1, 3):
        shop.db.execute(f"UPDATE products SET title = 'changed', updated_at = now() AT TIME ZONE 'UTC' + interval '{clock}' WHERE id = {number}")
        shop.sync()
        assert shop.counts() == (0, 1, 0)
    shop.check_rows("SELECT * FROM products", ["id"])


def test_clocks_that_are_put_back_hide_nothing(shop):
    """Half past two comes twice when summer time ends, and a column without a zone does not say which."""
    shop.db.execute("CREATE TABLE products(id int PRIMARY KEY, title text, updated_at timestamp)")
    shop.db.execute("INSERT INTO products VALUES (1, 'a', '2025-10-26 01:00'), (2, 'b', '2025-10-26 02:59:59')")
    shop.write(PRODUCTS)
    shop.sync()
    shop.db.execute("UPDATE products SET title = 'changed', updated_at = '2025-10-26 02:00:01' WHERE id = 1")
    shop.sync()
    shop.check_rows("SELECT * FROM products", ["id"])


def test_a_table_without_a_time_is_read_whole(small):
    small.write({"name": "products", "from": "products", "key": "id"})
    small.sync()
    small.db.execute("UPDATE products SET price = 5 WHERE id = 3")
    small.db.execute("DELETE FROM products WHERE id = 4")
    small.sync()
    assert small.counts() == (0, 1, 1) and small.status()["watermark"] is None
    small.check_rows("SELECT * FROM products", ["id"])


def test_a_query_and_one_table_of_several(small):
    query = {"name": "dear", "query": "SELECT id, title AS \"what\", price, updated_at FROM products WHERE price > 1 -- not the cheap ones\n ; ",
             "key": "id", "updated": "updated_at"}
    small.write(PRODUCTS, query)
    small.sync("--table", "dear")
    small.check_rows("SELECT id, title AS what, price, updated_at FROM products WHERE price > 1", ["id"], "dear")
    small.db.execute("UPDATE products SET price = 0.5, updated_at = now() WHERE id = 20")  # it falls out of the query
    small.sync()
    small.check_rows("SELECT id, title AS what, price, updated_at FROM products WHERE price > 1", ["id"], "dear")
    assert "did you mean \"dear\"" in small.sync("--table", "bear", status=USAGE).stderr


def test_a_table_that_is_called_seen(small):
    """As what a customer has looked at may be."""
    small.db.execute("CREATE TABLE seen AS SELECT id, title, updated_at FROM products WHERE id < 9; ALTER TABLE seen ADD PRIMARY KEY (id)")
    small.write(PRODUCTS, {**PRODUCTS, "name": "seen", "from": "seen"})
    for _ in range(3):
        small.sync()
        small.check_rows("SELECT * FROM products", ["id"])
        small.check_rows("SELECT * FROM seen", ["id"], "seen")
        small.db.execute("DELETE FROM seen WHERE id = (SELECT min(id) FROM seen); DELETE FROM products WHERE id = (SELECT max(id) FROM products); "
                         "UPDATE seen SET title = title || '.', updated_at = now() WHERE id = 8")


# ---- names and values --------------------------------------------------------------------------------------------------

VALUES = pathlib.Path(__file__).with_name("sync_values.sql").read_text(encoding="utf-8")
QUOTED = '"Order ""Items"""'
NASTY = {"name": "Order \"Items\"", "from": "public.Order \"Items\"", "key": ["Key \"k\"", "n"], "updated": "t"}


def test_nasty_names_and_values_cell_by_cell(shop):
    shop.db.execute(VALUES)
    shop.write(NASTY, batch=1)
    said = shop.sync().stderr
    assert "columns of bytes (bytea) are not copied: raw" in said
    names = [row[0] for row in shop.db.execute("SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
                                               "AND attname NOT IN ('raw', 's') ORDER BY attnum", (QUOTED,))]
    columns = ", ".join('"%s"' % name.replace('"', '""') + ("::text" if name in ("j", "jb") else "") for name in names)
    shop.check_rows(f'SELECT {columns}, to_json(s) AS s FROM {QUOTED}', ["Key \"k\"", "n"], NASTY["name"])
    shop.sync()
    assert shop.counts(NASTY["name"]) == (0, 0, 0), "what is read again is the same"
    types = {row[1]: row[2] for row in sqlite3.connect(shop.mirror).execute('PRAGMA table_info("Order ""Items""")')}
    assert types["select"].startswith("INTEGER") and types["b"].startswith("INTEGER") and types["p"].startswith("TEXT")


def test_keys_of_every_kind_stay_apart(shop):
    shop.db.execute("CREATE TABLE texts(k text PRIMARY KEY, v int); INSERT INTO texts SELECT k, row_number() OVER () FROM unnest(ARRAY["
                    "'7', '07', '7 ', ' 7', '7.0', 'a', 'A', 'á', E'a\\u0301', 'a,b', '(a,b)', '\"a\"', '', 'NULL', E'a\\nb', '\\x00']) AS k")
    shop.db.execute("CREATE TABLE ids(k uuid PRIMARY KEY, v int); INSERT INTO ids SELECT gen_random_uuid(), i FROM generate_series(1, 50) AS i")
    shop.write({"name": "texts", "from": "texts", "key": "k"}, {"name": "ids", "from": "ids", "key": "k"}, batch=3)
    for _ in range(2):
        shop.sync()
        shop.check_rows("SELECT * FROM texts", ["k"], "texts")
        shop.check_rows("SELECT * FROM ids", ["k"], "ids")


def test_other_settings_of_the_database_change_nothing(small):
    small.db.execute("ALTER TABLE products ADD f double precision DEFAULT 0.1, ADD span interval DEFAULT '1 day 2 hours'")
    small.sync()
    plain = dump(small.mirror)
    for name, value in {"timezone": "'Asia/Kolkata'", "datestyle": "'German, DMY'", "extra_float_digits": "-5", "intervalstyle": "'postgres_verbose'",
                        "client_encoding": "latin1", "standard_conforming_strings": "off", "default_transaction_isolation": "'read committed'"}.items():
        small.db.execute(f"ALTER DATABASE {small.database} SET {name} TO {value}")
    small.sync("--full")
    assert small.counts() == (0, 0, 0) and dump(small.mirror) == plain


# ---- the columns change ------------------------------------------------------------------------------------------------


def test_columns_that_come_go_and_change(small):
    small.sync()
    small.db.execute("ALTER TABLE products ADD colour text DEFAULT 'red', DROP price")
    said = small.sync().stderr
    assert "new: colour" in said and "price" in said
    small.check_rows("SELECT * FROM products", ["id"])
    small.db.execute("ALTER TABLE products ALTER colour DROP DEFAULT, ALTER colour TYPE integer USING length(colour)")
    small.sync()
    small.check_rows("SELECT * FROM products", ["id"])
    assert "changed" not in small.sync().stderr.split(":")[0]
    assert small.counts() == (0, 0, 0)


def test_another_key_or_query_copies_anew(small):
    small.sync()
    small.write({"name": "products", "query": "SELECT * FROM products WHERE id > 5", "key": "id", "updated": "updated_at", "sweep": "never"})
    small.sync()
    small.check_rows("SELECT * FROM products WHERE id > 5", ["id"])
    small.write({**PRODUCTS, "key": "title", "columns": ["price"]})
    assert "the key has changed" in small.sync().stderr
    small.check_rows("SELECT title, price FROM products", ["title"])


# ---- whatever happens --------------------------------------------------------------------------------------------------


def wait_for_rows(shop, least=500):
    """Until a run has written so many rows."""
    for _ in range(2000):
        try:
            with sqlite3.connect(f"file:{shop.mirror}?mode=ro", uri=True) as db:
                row = db.execute("SELECT rows FROM sync_status").fetchone()
                if row and row[0] >= least:
                    return
        except sqlite3.OperationalError:
            pass
        time.sleep(0.005)
    raise AssertionError("the run writes nothing")


def test_killed_at_any_moment_it_goes_on(big, tmp_path):
    big.sync()
    unbroken, whole = dump(big.mirror), tmp_path / "whole.sqlite"
    big.mirror.rename(whole)
    assert len(unbroken["products"]) == 50000
    rng, killed, seen = random.Random(5), 0, set()
    big.write(PRODUCTS, batch=20)
    for moment in [0, *sorted(rng.randrange(1, 45000) for _ in range(6)), 0, 0]:
        process = big.begin("--quiet")
        if moment:
            wait_for_rows(big, moment)
        time.sleep(rng.uniform(0, 0.02) if moment else rng.uniform(0.01, 0.3))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += process.returncode == -signal.SIGKILL
        with sqlite3.connect(big.mirror) as db:
            if db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'products'").fetchone():
                rows, = db.execute("SELECT rows FROM sync_status").fetchone()
                assert rows == db.execute("SELECT count(*) FROM products").fetchone()[0], "rows and watermark are written together"
                seen.add(rows)
    assert killed >= 5 and len([rows for rows in seen if 0 < rows < 50000]) >= 4, (killed, seen)
    big.sync()
    assert big.status()["read"] < 50000, "it went on where it was"
    assert dump(big.mirror) == unbroken


def test_what_changes_between_a_kill_and_the_next_run(big):
    big.write(PRODUCTS, batch=20)
    process = big.begin("--quiet")
    wait_for_rows(big, 10000)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    big.db.execute("UPDATE products SET name = 'changed', updated_at = now() WHERE hashtext(id) % 10 = 3")
    big.db.execute("DELETE FROM products WHERE hashtext(id) % 10 = 4")
    big.db.execute("UPDATE products SET name = 'changed without a time' WHERE updated_at IS NULL")
    big.sync()
    big.check_rows("SELECT * FROM products", ["id"])


def write_late(shop, number, stop):
    """Transactions that take a while: their rows carry the time of their beginning and can be seen at their end."""
    rng = random.Random(number)
    with shop.server.connect(shop.database) as db:
        while not stop.is_set():
            with db.transaction():
                db.execute(f"UPDATE products SET title = title || '.', updated_at = now() WHERE id % 10 = {number} AND id % 7 = {rng.randrange(7)}")
                db.execute(f"INSERT INTO products VALUES ({1000 + number + 10 * rng.randrange(10**9)}, 'made while it was copied', 1, now())")
                if rng.random() < 0.3:
                    db.execute(f"DELETE FROM products WHERE id = (SELECT min(id) FROM products WHERE id % 10 = {number} AND id > 1000)")
                time.sleep(rng.uniform(0, 0.4))


def test_writers_that_commit_late_lose_nothing(small):
    small.write(PRODUCTS, batch=3, overlap_seconds=5)
    small.db.execute("INSERT INTO products SELECT i, 'p', 1, '2025-03-01Z' FROM generate_series(21, 500) AS i")
    stop = threading.Event()
    writers = [threading.Thread(target=write_late, args=(small, number, stop)) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(15):
            small.sync()
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    said = small.sync().stderr
    assert "all rows are read again" not in said, "the overlap was long enough"
    small.check_rows("SELECT * FROM products", ["id"])


def test_a_commit_later_than_the_overlap_is_found_by_its_key(small):
    small.write(PRODUCTS, overlap_seconds=0)
    small.sync()
    small.db.execute("INSERT INTO products VALUES (99, 'very late', 1, '2025-01-03Z')")
    assert "1 rows came in with an older \"updated_at\"" in small.sync().stderr
    small.check_rows("SELECT * FROM products", ["id"])


def test_a_table_that_is_emptied_and_loaded_again_comes_back(small):
    small.sync()
    small.db.execute("CREATE TABLE kept AS SELECT * FROM products; TRUNCATE products")
    small.sync()
    assert small.status()["rows"] == 0
    small.db.execute("INSERT INTO products SELECT * FROM kept")  # with the times that they had
    small.sync()
    small.check_rows("SELECT * FROM products", ["id"])
    assert small.status()["rows"] == 20


def test_a_first_copy_that_stopped_behind_deleted_rows_goes_on(small):
    small.db.execute("UPDATE products SET deleted_at = now() WHERE id < 4")
    small.db.execute(f"ALTER DATABASE {small.database} SET enable_seqscan TO off")  # by the index, so that the first page is written
    view = "CREATE OR REPLACE VIEW offered AS SELECT id, title, {} AS price, updated_at, deleted_at FROM products"
    small.db.execute(view.format("1 / (id - 5)"))
    small.write({**PRODUCTS, "from": "offered", "deleted": "deleted_at"}, batch=3)
    assert "division by zero" in small.sync(status=DATA).stderr
    row = small.status()
    assert (row["rows"], row["watermark_key"]) == (0, '["3"]')
    small.db.execute(view.format("id"))
    small.sync()
    small.check_rows("SELECT * FROM offered WHERE deleted_at IS NULL", ["id"])


def test_connections_that_are_cut_are_made_anew(big):
    big.write(PRODUCTS, batch=10)
    process = big.begin()
    for least in (500, 5000):
        wait_for_rows(big, least)
        big.db.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pocketrec sync'")
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 0, said
    assert "the connection to the database was lost" in said or "terminating connection" in said
    assert "connecting again (2 of 3)" in said
    big.check_rows("SELECT * FROM products", ["id"])
    no_secret(big, said)


def test_server_gone_in_the_middle(shop, tmp_path_factory):
    server = Server()
    try:
        own = Shop(server, tmp_path_factory.mktemp("gone"))
        own.db.execute("CREATE TABLE products(id int PRIMARY KEY, title text, updated_at timestamptz); INSERT INTO products "
                       "SELECT i, repeat('x', 200), '2025-01-01Z'::timestamptz + i * interval '1 minute' FROM generate_series(1, 20000) AS i")
        own.write(PRODUCTS, batch=10, retries=1)
        process = own.begin()
        wait_for_rows(own)
        server.stop()
        said = process.communicate(timeout=60)[1]
        assert process.returncode == IO and "connecting again (1 of 1)" in said and "cannot be reached" in said
        row = own.status()
        assert row["state"] == "failed" and 500 <= row["rows"] < 20000 and "cannot be reached" in row["error"] and row["completed"] is None
        assert row["rows"] == len(own.rows())
        no_secret(own, said, json.dumps(row))
        assert "never copied whole" in run("train", own.config, "--no-sync", "--out", own.folder / "b", status=IO, **own.environment).stderr
        server.start()
        own.db = server.connect(own.database)
        own.sync()
        assert own.status()["read"] < 20000, "it went on where it was"
        own.check_rows("SELECT * FROM products", ["id"])
        own.db.close()
    finally:
        server.close()


def test_a_server_that_answers_no_more_is_given_up(small):
    small.write(PRODUCTS, timeout_seconds=1, retries=0)
    small.db.execute("CREATE VIEW slow AS SELECT products.* FROM products, pg_sleep(60)")
    small.write({**PRODUCTS, "from": "slow"}, timeout_seconds=1, retries=0)
    started = time.monotonic()
    said = small.sync(status=IO).stderr
    assert "raise sync.timeout_seconds" in said and time.monotonic() - started < 20
    process = small.begin()
    backend = None
    while not backend and process.poll() is None:
        backend = small.db.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'pocketrec sync' AND state = 'active'").fetchone()
    subprocess.run([*small.server.as_user, "kill", "-STOP", str(backend[0])], check=True)
    try:
        said = process.communicate(timeout=20)[1]
    finally:
        subprocess.run([*small.server.as_user, "kill", "-CONT", str(backend[0])], check=True)
    assert process.returncode == IO and "did not answer within 1 seconds" in said


def test_two_runs_at_once(small):
    small.sync()
    with open(small.mirror, "rb") as held:
        import fcntl
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another run is writing this mirror" in small.sync(status=LOCKED).stderr
    small.sync()


# ---- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [
    "host={folder} user=shop password=wrong-" + PASSWORD + " dbname={database}",
    "postgresql://shop:wrong-" + PASSWORD + "@/{database}?host={folder}",
    "postgre://shop:" + PASSWORD + "@localhost/{database}",
    "postgre://shop:" + PASSWORD + "@localhost/{database}?sslmode=require",
    "host={folder} user=shop password=" + PASSWORD + " in two words",
    "postgresql://shop:" + PASSWORD + "%zz@localhost/{database}",
    "postgresql://shop:x/" + PASSWORD + "@localhost/{database}",
    "postgresql://shop:x@" + PASSWORD + "@localhost/{database}",
    "postgresql://shop:" + PASSWORD + "?#@localhost/{database}",
    "host=/nowhere password=" + PASSWORD,
])
def test_the_password_is_never_shown(small, where):
    where = where.format(folder=small.server.folder, database=small.database)
    done = small.sync(status=IO if "wrong" in where or "/nowhere" in where else DATA, SHOP_DATABASE=where)
    assert "sync.database" in done.stderr and len(done.stderr.strip().split("\n")) == 1
    no_secret(small, done.stderr, done.stdout)
    logged = subprocess.run([str(COMMAND), "sync", str(small.config), "--log-json", "--json"], capture_output=True, text=True,
                            env={**os.environ, "SHOP_DATABASE": where})
    no_secret(small, logged.stderr, logged.stdout)


def test_no_part_of_the_password_is_shown_where_a_message_is_cut(small):
    for before in range(60, 150, 4):
        small.write({"name": "products", "key": "id", "query": f"SELECT CAST(repeat('x', {before}) || '{PASSWORD}' AS integer) AS id"})
        said = small.sync(status=DATA).stderr
        shown = said + small.status()["error"]
        assert "invalid input syntax" in said and PASSWORD[:4] not in shown and PASSWORD[-4:] not in shown, shown


def test_a_password_in_the_file_is_warned_of(small):
    config = json.loads(small.config.read_text())
    config["sync"]["database"] = small.server.where(small.database)
    small.config.write_text(json.dumps(config))
    done = small.sync()
    assert "holds a password that everybody who reads the configuration can see" in done.stderr
    assert PASSWORD not in done.stderr
    config["sync"]["database"] = f"host={small.server.folder} user=shop dbname={small.database} password=${{PW}}"
    small.config.write_text(json.dumps(config))
    assert "warning" not in small.sync(PW=PASSWORD).stderr
    no_secret(small)


def test_without_the_library(small):
    away = {"POCKETREC_LIBPQ": "/nowhere"}
    assert "install the package libpq5" in small.sync(status=IO, **away).stderr
    small.sync()
    said = run("train", small.config, "--out", small.folder / "bundle", **small.environment, **away).stderr
    assert "the training goes on with the mirror of the last time" in said


def test_a_damaged_watermark_costs_a_full_run(small):
    small.sync()
    with sqlite3.connect(small.mirror) as db:
        db.execute("UPDATE sync_status SET watermark = ?", ("'; DROP TABLE products; --",))
    assert "run pocketrec sync --full" in small.sync(status=DATA).stderr
    small.sync("--full")
    for position in ("[7]", "{}", "[", "[\"3\",\"4\"]", "[\"18\"]", "\"3\""):
        with sqlite3.connect(small.mirror) as db:
            db.execute("UPDATE sync_status SET watermark_key = ?", (position,))
        small.sync()
        small.check_rows("SELECT * FROM products", ["id"])


def test_a_variable_that_is_not_set(small):
    config = json.loads(small.config.read_text())
    config["sync"]["database"] = "${NOT_SET_ANYWHERE}"
    small.config.write_text(json.dumps(config))
    assert "the environment variable NOT_SET_ANYWHERE, which is not set" in small.sync(status=DATA).stderr


@pytest.mark.parametrize("change, says", [
    ({"from": "public.prodcts"}, "relation \"public.prodcts\" does not exist (SQLSTATE 42P01)"),
    ({"from": "nowhere.products"}, "nowhere"),
    ({"from": "postgres.public.products.x"}, "the database says"),
    ({"key": "ID"}, "there is no column \"ID\" in the database, which key names"),
    ({"updated": "updated"}, "did you mean \"updated_at\"?"),
    ({"updated": "price"}, "is no timestamp or date"),
    ({"deleted": "removed_at"}, "which deleted names"),
    ({"columns": ["title", "colour"]}, "\"colour\""),
    ({"columns": ["raw"]}, "holds bytes (bytea)"),
    ({"key": "raw"}, "make a text of it"),
    ({"key": "kind"}, "the key is not unique"),
    ({"from": None, "query": "SELEC 1"}, "SQLSTATE 42601"),
    ({"from": None, "query": "SELECT 1 AS id; DELETE FROM products"}, "SQLSTATE 42601"),
    ({"from": None, "query": "SELECT id, title, 1 AS \"Title\", updated_at FROM products"}, "but for capitals"),
    ({"from": "secrets"}, "let the user read it"),
    ({"from": None, "query": "SELECT id, title, updated_at, evil() FROM products"}, "read-only transaction"),
    ({"from": None, "query": "SELECT id, title, updated_at, nextval('numbers') FROM products"}, "read-only transaction"),
])
def test_what_a_person_must_mend(small, change, says):
    small.db.execute("ALTER TABLE products ADD raw bytea, ADD kind int DEFAULT 1")
    small.db.execute("CREATE TABLE secrets AS SELECT * FROM products; CREATE SEQUENCE numbers; "
                     "CREATE FUNCTION evil() RETURNS int LANGUAGE sql AS 'DELETE FROM products; SELECT 1'")
    small.db.execute("GRANT SELECT ON products TO reader; GRANT ALL ON SEQUENCE numbers TO reader; GRANT DELETE ON products TO reader")
    good = {**PRODUCTS, "columns": ["title", "price"]}
    small.write(good)
    small.sync()
    before = dump(small.mirror)
    table = {key: value for key, value in {**PRODUCTS, **change}.items() if value}
    small.write(table)
    done = small.sync(status=DATA, SHOP_DATABASE=small.server.where(small.database).replace("user=shop", "user=reader"))
    assert says in done.stderr.strip().split("\n")[-1], done.stderr
    if "key" not in change:
        assert dump(small.mirror) == before, "the mirror stays as it was"
    assert small.status()["state"] == "failed" and small.status()["error"]
    assert small.db.execute("SELECT count(*) FROM products").fetchone() == (20,)
    small.write(good)
    small.sync()
    assert dump(small.mirror) == before


def test_rows_without_a_key_are_counted(small):
    small.db.execute("CREATE VIEW nameless AS SELECT CASE WHEN id > 15 THEN id END AS id, title, updated_at FROM products")
    small.write({**PRODUCTS, "from": "nameless"})
    for _ in range(2):
        small.sync()
        assert small.status()["rows"] == 5
    small.db.execute("UPDATE products SET updated_at = now()")
    assert "15 rows have no key (NULL)" in small.sync().stderr


@pytest.mark.parametrize("sync, says", [
    ({"tables": [{**PRODUCTS, "query": "SELECT 1"}]}, "needs either from or query"),
    ({"tables": [{"name": "products", "key": "id"}]}, "needs either from or query"),
    ({"tables": [PRODUCTS, {**PRODUCTS, "name": "PRODUCTS"}]}, "has the name \"PRODUCTS\" twice"),
    ({"tables": [{**PRODUCTS, "name": "sync_status"}]}, "needs another name"),
    ({"tables": [{**PRODUCTS, "name": "Sync_Status_seen"}]}, "needs another name"),
    ({"tables": [{**PRODUCTS, "key": ["id", "ID"]}]}, "twice"),
    ({"tables": [{**PRODUCTS, "key": []}]}, "at least 1"),
    ({"tables": []}, "at least 1"),
    ({"batch": 0}, "at least 1"),
    ({"databse": "x"}, "did you mean \"database\""),
    ({"database": "x\u0000" + PASSWORD}, "NUL"),
])
def test_wrong_configurations(small, sync, says):
    config = json.loads(small.config.read_text())
    config["sync"].update(sync)
    small.config.write_text(json.dumps(config))
    said = small.sync(status=DATA).stderr
    assert says in said and PASSWORD not in said


def test_files_of_others_are_left_alone(small):
    with sqlite3.connect(small.mirror) as db:
        db.execute("CREATE TABLE mine(a)")
    before = small.mirror.read_bytes()
    assert "is a database of another program" in small.sync(status=IO).stderr
    assert small.mirror.read_bytes() == before
    small.mirror.write_bytes(b"id,title,price\n" * 100)
    small.mirror.chmod(0o644)
    for options in ((), ("--status",)):
        said = small.sync(*options, status=IO).stderr
        assert "mirror.sqlite: cannot be used as a mirror" in said and "delete" not in said, "it is somebody's catalogue"
    assert small.mirror.read_bytes().startswith(b"id,title") and small.mirror.stat().st_mode & 0o777 == 0o644
    small.mirror.unlink()
    assert "there is no mirror yet" in small.sync("--status", status=IO).stderr


def test_a_damaged_mirror_may_be_deleted(small):
    small.sync()
    whole = small.mirror.read_bytes()
    small.mirror.write_bytes(whole[:4096] + b"?" * (len(whole) - 4096))
    assert "delete it to copy anew" in small.sync(status=IO).stderr


def test_nobody_else_may_read_the_mirror(small):
    logs = [small.mirror.with_name("mirror.sqlite" + ending) for ending in ("-wal", "-shm")]
    small.sync()
    small.mirror.chmod(0o644)
    with sqlite3.connect(small.mirror) as reader:  # who reads keeps the files of the log
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("SELECT * FROM products").fetchone()
        assert [path.stat().st_mode & 0o777 for path in logs] == [0o644, 0o644]
        small.sync()
        assert [path.stat().st_mode & 0o777 for path in (small.mirror, *logs)] == [0o600] * 3
    reader.close()


def test_a_mirror_in_a_public_folder_is_refused(small):
    bundle, site = small.folder / "bundle", small.folder / "site"
    site.mkdir()
    (small.folder / "link").symlink_to(bundle)
    for into in ("bundle/mirror.sqlite", "bundle/sub/mirror.sqlite", "link/mirror.sqlite"):
        small.write(PRODUCTS, into=into)
        for options in ((), ("--no-sync",), ("--only", "trending")):
            if options:
                bundle.mkdir(exist_ok=True)
            assert "whose files are public" in run("train", small.config, "--out", bundle, *options, status=IO, **small.environment).stderr
            assert not bundle.exists() or not list(bundle.glob("[!.]*"))
    small.write(PRODUCTS, into="site/mirror.sqlite")
    assert "whose files are public" in small.sync("--site", site, status=IO).stderr
    assert not list(site.iterdir())
    small.write(PRODUCTS, into="work/mirror.sqlite", more={"items": {"files": "work/mirror.sqlite", "table": "products", "id": "id", "title": "title"}})
    small.sync("--site", site)
    run("train", small.config, "--out", bundle, **small.environment)


# ---- before a training -------------------------------------------------------------------------------------------------


@pytest.fixture
def meant(shop):
    """A shop with an encoder whose products lie in the database."""
    shop.db.execute("CREATE TABLE products(id text PRIMARY KEY, title text, price numeric, updated_at timestamptz DEFAULT now())")
    rng = np.random.default_rng(3)
    names = {"".join(rng.choice(list("abcdefgh"), 6)) for _ in range(400)}
    with shop.db.cursor() as cursor:
        cursor.executemany("INSERT INTO products VALUES (%s, %s, 1.50, '2025-01-01Z')", [(f"i{k}", name) for k, name in enumerate(sorted(names))])
    write_model(shop.folder / "model", {**CONFIG, "vocab_size": len(WORDS)}, words=WORDS, seed=9)
    more = {"items": {"files": "mirror.sqlite", "table": "products", "id": "id", "title": "title", "columns": {"price": {"type": "real"}}},
            "events": [], "shop": {"price": "price"}, "meaning": {"encoder": "model", "text": ["title"], "dims": 16}}
    shop.write(PRODUCTS, more=more)
    shop.texts = len(names)
    return shop


def titles(folder):
    bundle = Bundle(folder)
    return dict(zip(bundle.texts("items", "id"), bundle.texts("items", "column.title")))


def test_a_second_night_encodes_only_what_changed(meant):
    out = meant.folder / "bundle"
    train = ("train", meant.config, "--out", out, "--threads", 2)
    said = run(*train, **meant.environment).stderr
    assert f"{meant.texts} encoded, 0 known" in said
    assert len(titles(out)) == meant.texts
    meant.db.execute("UPDATE products SET title = 'abba', updated_at = now() WHERE id = 'i7'")
    meant.db.execute("UPDATE products SET price = 2.5, updated_at = now() WHERE id IN ('i8', 'i9')")  # no text changes
    meant.db.execute("INSERT INTO products VALUES ('new', 'hagebad', 3)")
    meant.db.execute("DELETE FROM products WHERE id = 'i1'")
    said = run(*train, **meant.environment).stderr
    assert "1 new, 3 changed, 1 removed" in said
    assert f"2 encoded, {meant.texts - 2} known" in said
    now = titles(out)
    assert now["i7"] == "abba" and now["new"] == "hagebad" and "i1" not in now and len(now) == meant.texts
    # The bundle is that of a mirror that was copied in one go.
    first = json.loads((out / "manifest.json").read_text())["shards"]
    meant.mirror.unlink()
    (meant.folder / "bundle.embeddings").unlink()
    run("train", meant.config, "--out", meant.folder / "anew", **meant.environment)
    assert json.loads((meant.folder / "anew/manifest.json").read_text())["shards"] == first


def test_arrays_are_lists_and_numbers_are_exact(small):
    small.db.execute("ALTER TABLE products ADD tags text[], ADD ok boolean; "
                     "UPDATE products SET ok = id > 3, tags = CASE id WHEN 1 THEN '{\"red, dark\",NULL,blue}' WHEN 2 THEN '{}' ELSE '{blue}' END::text[]")
    columns = {"tags": {"type": "list"}, "price": {"type": "real"}, "ok": {"type": "integer"}, "day": {"type": "date", "from": "updated_at"}}
    small.write(PRODUCTS, more={"items": {"files": "mirror.sqlite", "table": "products", "id": "id", "title": "title", "columns": columns}})
    run("train", small.config, "--out", small.folder / "bundle", **small.environment)
    bundle = Bundle(small.folder / "bundle")
    ids, price = bundle.texts("items", "id"), bundle.column("items", "column.price.values")
    wanted = dict(small.db.execute("SELECT id::text, price::float FROM products").fetchall())
    assert dict(zip(ids, price)) == wanted
    assert sorted(bundle.texts("dictionaries", "tags")) == ["blue", "red, dark"]


def test_the_example_of_the_documentation(shop):
    config = json.loads((ROOT / "docs/sync.md").read_text(encoding="utf-8").split("```json\n")[1].split("```")[0])
    config["sync"]["database"] = "${SHOP_DATABASE}"
    shop.config.write_text(json.dumps(config))
    shop.db.execute("CREATE TABLE products(id serial PRIMARY KEY, title text NOT NULL, description text, category text, price numeric(10,2), stock int, tags text[], "
                    "photo bytea, created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), deleted_at timestamptz); "
                    "CREATE TABLE orders(id serial PRIMARY KEY, customer_id uuid, state text, placed_at timestamptz, updated_at timestamptz DEFAULT now()); "
                    "CREATE TABLE order_lines(order_id int, line int, product_id int, quantity int, price numeric(10,2), updated_at timestamptz DEFAULT now(), "
                    "PRIMARY KEY (order_id, line))")
    shop.db.execute("INSERT INTO products(title, description, category, price, stock, tags) SELECT 'tea ' || i, 'a tea', 'tea', i * 1.05, i, '{hot,dry}' "
                    "FROM generate_series(1, 12) AS i; UPDATE products SET deleted_at = now() WHERE id = 12; "
                    "INSERT INTO orders(customer_id, state, placed_at) SELECT gen_random_uuid(), CASE WHEN i < 30 THEN 'paid' ELSE 'open' END, "
                    "now() - i * interval '1 day' FROM generate_series(1, 40) AS i; "
                    "INSERT INTO order_lines SELECT o, l, 1 + (o * l) % 11, l, 3.10 FROM generate_series(1, 40) AS o, generate_series(1, 2) AS l")
    out = shop.folder / "bundle"
    said = json.loads(run("train", shop.config, "--out", out, "--json", **shop.environment).stdout)
    assert (said["items"], said["users"], said["events"], said["rows_rejected"]) == (11, 29, 58, 0)
    shop.db.execute("UPDATE orders SET state = 'paid', updated_at = now() WHERE id = 35")
    assert json.loads(run("train", shop.config, "--out", out, "--json", **shop.environment).stdout)["events"] == 60


def test_training_without_the_database(small):
    out = small.folder / "bundle"
    away = {"SHOP_DATABASE": "host=/nowhere password=" + PASSWORD}
    done = run("train", small.config, "--out", out, status=IO, **away)
    assert "cannot be reached" in done.stderr and not (out / "manifest.json").exists()
    small.sync()
    done = run("train", small.config, "--out", out, **away)
    assert "the training goes on with the mirror of the last time" in done.stderr
    assert len(titles(out)) == 20
    no_secret(small, done.stderr)
    small.db.execute("INSERT INTO products VALUES (21, 'unseen', 1)")
    run("train", small.config, "--out", out, "--no-sync", **small.environment)
    assert len(titles(out)) == 20
    run("train", small.config, "--out", out, **small.environment)
    assert len(titles(out)) == 21
    small.write(PRODUCTS, required=True)
    assert "cannot be reached" in run("train", small.config, "--out", out, status=IO, **away).stderr
    run("train", small.config, "--out", out, "--no-sync", **away)


def test_status_for_people_and_programs(small):
    said = small.sync("--json")
    row = json.loads(said.stdout)["tables"][0]
    assert set(row) == {"table", "state", "watermark", "watermark_key", "rows", "read", "inserted", "updated", "deleted", "started", "finished",
                        "completed", "error"}
    text = small.sync("--status").stdout
    assert "products" in text and "done" in text and "20 rows" in text
    assert "--status copies nothing" in small.sync("--status", "--full", status=USAGE).stderr
    config = json.loads(small.config.read_text())
    del config["sync"]
    small.config.write_text(json.dumps(config))
    assert "there is no \"sync\"" in small.sync(status=DATA).stderr


def test_nothing_is_written_to_the_source(small):
    before = small.db.execute("SELECT xmin::text, ctid::text, * FROM products ORDER BY id").fetchall()
    small.sync()
    small.sync("--full")
    assert small.db.execute("SELECT xmin::text, ctid::text, * FROM products ORDER BY id").fetchall() == before
    with pytest.raises(psycopg.errors.UndefinedTable):
        small.db.execute("SELECT * FROM sync_status")

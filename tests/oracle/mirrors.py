"""A database, a configuration that copies from it, and the mirror: what the tests of `pocketrec sync` share."""
import datetime
import decimal
import json
import math
import os
import sqlite3
import subprocess
import uuid

from postgres import PASSWORD
from project import COMMAND, run


class Shop:
    """An empty database on the server, and a folder with a configuration."""

    def __init__(self, server, folder):
        self.server, self.folder, self.database = server, folder, "postgres"
        with server.connect() as admin:
            admin.execute("ALTER DATABASE postgres RESET ALL; DROP SCHEMA public CASCADE; CREATE SCHEMA public; "
                          "GRANT USAGE ON SCHEMA public TO PUBLIC")  # a new database takes longer
        self.db = server.connect(self.database)
        self.mirror = folder / "mirror.sqlite"
        self.config = folder / "pocketrec.json"

    def write(self, *tables, more=None, **settings):
        (self.folder / "likes.csv").write_text("user,item\n1,1\n2,1\n2,2\n")
        config = {"name": "synced", "items": {"files": "mirror.sqlite", "table": "products", "id": "id", "title": "title"},
                  "events": [{"files": "likes.csv", "user": "user", "item": "item", "type": "like"}],
                  "sync": {"database": "${SHOP_DATABASE}", "into": "mirror.sqlite", **settings, "tables": list(tables)}, **(more or {})}
        self.config.write_text(json.dumps(config))

    @property
    def environment(self):
        return {"SHOP_DATABASE": self.server.where(self.database)}

    def sync(self, *options, status=0, **environment):
        return run("sync", self.config, *options, status=status, **{**self.environment, **environment})

    def begin(self, *options):
        """The same, not waited for."""
        return subprocess.Popen([str(COMMAND), "sync", str(self.config), *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, **self.environment})

    def status(self, table="products"):
        answer = json.loads(run("sync", self.config, "--status", "--json").stdout)
        return next(row for row in answer["tables"] if row["table"] == table)

    def counts(self, table="products"):
        row = self.status(table)
        return row["inserted"], row["updated"], row["deleted"]

    def rows(self, table="products"):
        """{column: value} of each row, in the order of the file."""
        with sqlite3.connect(self.mirror) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute('SELECT * FROM "%s"' % table.replace('"', '""'))]

    def check_rows(self, sql, key, table="products"):
        """The mirror has exactly the rows that the query gives, each cell as psycopg reads it."""
        cursor = self.db.execute(sql)
        names = [column.name for column in cursor.description]
        found = {tuple(row[k] for k in key): row for row in self.rows(table)}
        count = 0
        for want in cursor:
            value = dict(zip(names, want))
            row = found[tuple(str(value[k]) if isinstance(value[k], uuid.UUID) else value[k] for k in key)]
            assert set(row) == set(names)
            for name in names:
                check_cell(name, row[name], value[name])
            count += 1
        assert count == len(found)


def read(cell, like):
    """A cell of the mirror as Python's own value of the type that psycopg gave."""
    if cell is None or like is None:
        return cell
    if isinstance(like, bool):
        assert cell in (0, 1)
        return bool(cell)
    if isinstance(like, datetime.datetime):
        assert "T" in cell and cell.endswith("Z") == (like.tzinfo is not None), cell
        return datetime.datetime.fromisoformat(cell)
    if isinstance(like, datetime.date):
        return datetime.date.fromisoformat(cell)
    if isinstance(like, datetime.time):
        return datetime.time.fromisoformat(cell)
    if isinstance(like, decimal.Decimal):
        return decimal.Decimal(cell)
    if isinstance(like, float):
        return float(cell)
    if isinstance(like, list):
        return json.loads(cell, parse_float=decimal.Decimal)  # as psycopg reads numeric[]
    if isinstance(like, dict):
        return json.loads(cell)
    if isinstance(like, uuid.UUID):
        return uuid.UUID(cell)
    return cell


def check_cell(name, cell, want):
    have = read(cell, want)
    if isinstance(want, (float, decimal.Decimal)) and math.isnan(want):
        assert cell == "NaN", name
        return
    assert have == want and type(have) is type(want), (name, cell, want)
    if isinstance(want, decimal.Decimal):
        assert cell == format(want, "f"), (name, cell, want)  # every digit, the zeros at the end too


def dump(path):
    """Every table of a mirror but sync_status, whose times differ."""
    with sqlite3.connect(path) as db:
        tables = [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sync_status' ORDER BY name")]
        return {name: db.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}


def no_secret(shop, *texts):
    """The password is in no text and in no file of the folder."""
    for text in texts:
        assert PASSWORD not in text
    for path in shop.folder.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path

"""docs/configuration.md from config.schema.json, the only place where keys are described.

    python3 data/schema/make_docs.py > docs/configuration.md
"""
import json
import pathlib

HEAD = """# Configuration

`pocketrec train CONFIG.json` reads one JSON file. Every key has a default except `name`, `items.files`, `items.id`, `items.title`
and (without `shop`) `events`; an unknown key is an error that names it. This page is made from `data/schema/config.schema.json` by
`data/schema/make_docs.py`; editors that know JSON Schema can use the schema itself.

Paths are relative to the folder of the configuration, and `${NAME}` in a path is the environment variable of that name. The
smallest configuration that learns something:

```json
{
  "name": "my-shop",
  "items": { "files": "items.csv", "id": "id", "title": "title" },
  "events": [{ "files": "likes.csv", "user": "user_id", "item": "item_id", "type": "like" }]
}
```

## Formats

| format | extensions | read by | line number in messages |
|---|---|---|---|
| `csv` | anything not below; `.tsv` has a tab as delimiter | pocketrec | line of the file where the row begins |
| `json` | `.json` (an array of objects, or one object a line) | pocketrec | line where the object begins |
| `jsonl` | `.jsonl`, `.ndjson` | pocketrec | line of the file |
| `parquet` | `.parquet`, `.pq` | DuckDB | number of the row, from 1 |
| `xlsx` | `.xlsx` | DuckDB | number of the row below the header, from 1 |
| `sqlite` | `.sqlite`, `.sqlite3`, `.db` | DuckDB | number of the row, from 1 |
| `smart` | none: only when the configuration says so | pocketrec | line where the record begins |
| `lists` | none: only when the configuration says so, and only of `events` | pocketrec | line of the file |

CSV, JSON, SMART and lists may be compressed by gzip (`.gz`), whatever they are called. CSV follows RFC 4180: a value in quotes may hold delimiters,
line breaks and doubled quotes; a quote inside a value that does not begin with one is an ordinary character; a line with wrong quotes is
one wrong row, and reading goes on with the next line. DuckDB is loaded only when a file needs it: from the folder in `POCKETREC_DUCKDB`, else from
`../duckdb` or `../lib/pocketrec` beside the command, else the system's; nothing is fetched from the network.
`smart` is the format of the SMART system's test collections: a record begins with the line `.I id`, its sections with a line of a dot and a
capital letter, which is the column's name (`T` title, `A` author, `B` source, `W` text; `I` is the id); lines of a section are joined by spaces.
`lists` is the format that LightGCN's data sets come in: a line holds a user and the items of that user, whole numbers between blanks
(`0 10 11 12`). Each item is a row, and a wrong one costs only itself; a line of a user alone says nothing.

## Wrong rows

A row that cannot be read or breaks a rule is left out, counted, and written to `outputs.rejects` with file, line, reason and the row: a
wrong number of values, a missing or doubled id, an id longer than 256 bytes, a user or item that the tables don't have, a value that is not
of its column's type or out of its bounds, bands or list, a weekly row that breaks a rule of [tables](tables.md#weekly), a time that is none or in the future, a quantity or
price that is none, text that is not UTF-8 or holds a NUL byte (in the columns that are
used). When more than `limits.rejects` of a source's rows are wrong, the run stops with exit status 3 and publishes nothing.
A column with `"invalid": "missing"` costs no rows: a wrong value is missing, is counted apart, and is written to `outputs.rejects` with
a reason that begins with `cell: `; so is a text of more than 65,536 bytes, which is cut there. Rows that repeat an id are wrong, unless `items.duplicates` says otherwise; [tables](tables.md#items) has the rules.
Times may be `YYYY-MM-DD`, ISO 8601 with or without fraction and zone (no zone means UTC), or Unix seconds, from 1900 to 2200.
Times of events that lie after the day after the training's (the clock's, or that of `SOURCE_DATE_EPOCH`) are in the future.

## Purchases

A log of invoices, as shops export it, is read as it is, and may be the catalogue, too (`data/real/online-retail.json` is a whole example):

```json
{
  "name": "online-retail",
  "items": {
    "files": "invoices.csv", "id": "StockCode", "title": "Description", "duplicates": "common", "exclude": ["POST", "gift_*"],
    "columns": { "price": { "type": "real", "from": "UnitPrice", "minimum": 0.001, "invalid": "missing" } }
  },
  "events": [{
    "files": "invoices.csv", "user": "CustomerID", "item": "StockCode", "time": "InvoiceDate", "session": "InvoiceNo",
    "quantity": "Quantity", "price": "UnitPrice", "returns": { "column": "InvoiceNo", "prefix": "C" },
    "missing_user": "skip", "type": "purchase"
  }]
}
```

| the log has | is | say |
|---|---|---|
| an item on many lines, not always called the same | one item, of the commonest name and the median price | `"duplicates": "common"` |
| postage, fees, vouchers | left out of all tables, counted | `exclude` |
| invoices that were cancelled | returns | `returns` |
| negative quantities | returns of so many units | nothing: always |
| lines without a customer | wrong rows; or left out and counted; or users of one session each | `missing_user` |
| quantity 0, `NaN`, 10^300 | wrong rows | nothing: always |
| price 0 | purchases whose price is not known | nothing: always |
| no table of items at all | the ids in the events | `"items": { "from": "events" }` |

What is left out in silence is not forgotten: the run says how many rows it was, and so does its summary (`rows_excluded`, `rows_skipped`, `returns`).
"""


class Reference:
    def __init__(self, schema):
        self.schema, self.lines = schema, []

    def resolve(self, node):
        """The node with what its $ref says; the keywords beside the $ref win."""
        if "$ref" in node:
            target = self.resolve(self.schema["$defs"][node["$ref"].rsplit("/", 1)[1]])
            return {**target, **{k: v for k, v in node.items() if k != "$ref"}}
        return node

    def kind(self, node):
        node = self.resolve(node)
        if "oneOf" in node:
            return " or ".join(dict.fromkeys(self.kind(n) for n in node["oneOf"]))
        if "const" in node:
            return f"`{json.dumps(node['const'])}`"
        if "enum" in node:
            return ", ".join(f"`{json.dumps(v)}`" for v in node["enum"])
        kind = node.get("type", "any")
        kind = " or ".join(kind) if isinstance(kind, list) else kind
        bounds = [f"{word} {node[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in node]
        if kind == "array" and "items" in node:
            return f"array of {self.kind(node['items'])}"
        return " ".join([kind, *bounds])

    def row(self, path, node, required):
        node = self.resolve(node)
        default = "required" if required else f"`{json.dumps(node['default'], ensure_ascii=False)}`" if "default" in node else "–"
        text = node.get("description", "").replace("|", "\\|")
        self.lines.append(f"| `{path}` | {self.kind(node)} | {default} | {text} |")

    def walk(self, path, node):
        """All keys below a node, in the schema's order."""
        node = self.resolve(node)
        for branch in node.get("oneOf", []):
            self.walk(path, branch)
        if "items" in node:
            self.walk(path + "[]", node["items"])
        extra = node.get("additionalProperties")
        if isinstance(extra, dict):
            self.row(path + ".*", extra, False)
            self.walk(path + ".*", extra)
        for key, child in node.get("properties", {}).items():
            inner = f"{path}.{key}" if path else key
            self.row(inner, child, key in node.get("required", []))
            self.walk(inner, child)

    def section(self, key, node):
        self.lines += ["", f"## {key}", "", self.resolve(node).get("description", ""), "", "| key | value | default | meaning |", "|---|---|---|---|"]
        self.walk(key, node)


def main():
    schema = json.loads((pathlib.Path(__file__).parent / "config.schema.json").read_text(encoding="utf-8"))
    reference = Reference(schema)
    reference.lines += ["## Top level", "", "| key | value | default | meaning |", "|---|---|---|---|"]
    for key, node in schema["properties"].items():
        reference.row(key, node, key in schema["required"])
    for key, node in schema["properties"].items():
        if key not in ("$schema", "name", "version"):
            reference.section(key, node)
    print(HEAD + "\n" + "\n".join(reference.lines))


if __name__ == "__main__":
    main()

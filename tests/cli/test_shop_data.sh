# A shop's files as they are found: stray text, grouped digits, doubled ids, baskets; and configurations that are wrong.
. "$(dirname "$0")/lib.sh"

cat >"$work/products.csv" <<'CSV'
link,name,kind,groups,price,stars
https://a.example/dp/B000000001/ref=1,Kettle,kitchen,Kettles,"₹1,24,999.50",4.5
https://a.example/dp/B000000002,"Pan ""Deep"", Steel",kitchen,Pans,Rs. 499,Get
https://a.example/dp/B000000001/ref=2,Kettle again,,Tea,"₹9,999",FREE
https://a.example/dp/B000000003,Mat,sports,Yoga,-5,3
https://a.example/dp/B000000004,Rope,sports,Yoga,"1.299,00 €",9
https://a.example/B000000005,No id,sports,Yoga,5,5
https://a.example/dp/B000000006,"Bad "quotes",sports,Yoga,5,5
https://a.example/dp/B000000007,Too few values,sports
CSV
cat >"$work/shop.json" <<'JSON'
{
  "name": "shop",
  "items": {
    "files": "products.csv",
    "id": { "from": "link", "after": "/dp/", "length": 10 },
    "duplicates": "merge",
    "title": "name",
    "columns": {
      "kind": { "type": "category" },
      "groups": { "type": "list" },
      "price": { "type": "real", "number": "money", "minimum": 0, "invalid": "missing" },
      "stars": { "type": "real", "minimum": 0, "maximum": 5, "invalid": "missing" }
    }
  },
  "shop": { "category": ["kind", "groups"], "price": "price", "rating": "stars" },
  "search": { "facets": ["kind", "price"] },
  "limits": { "rejects": 1 },
  "outputs": { "rejects": "rejects.csv" }
}
JSON

# change NAME PYTHON: shop.json changed by a statement about `c`, beside it.
change() {
    python3 - "$work/shop.json" "$work/$1.json" "$2" <<'PYTHON'
import json, sys
c = json.load(open(sys.argv[1]))
exec(sys.argv[3])
json.dump(c, open(sys.argv[2], "w"))
PYTHON
}
# summary KEY VALUE WHAT: a number of the summary on stdout.
summary() { check "$3" grep -qF "\"$1\":$2," "$work/out"; }
# rejected LINE REASON
rejected() { check "line $1: $2" grep -qF "products.csv\",$1,\"$2\"," "$work/rejects.csv"; }

check_exit 0 "merged" pocketrec train "$work/shop.json" --out "$work/bundle" --json
summary items 4 "four items"
summary rows_rejected 3 "three wrong rows"
summary duplicates 1 "one merged row"
summary cells_cleaned 5 "five wrong cells"
check_says 'items: 1 row has the id of an earlier row, merged with it' "the merged row is reported"
check_says 'items.columns.price: 2 wrong values are left out or cut; the first: line 5: price is "-5"' "cells are reported by column"
check_says 'items.columns.stars: 3 wrong values' "and of the other column"
rejected 3 'cell: stars is ""Get""; it must be a number'
rejected 4 'cell: stars is ""FREE""; it must be a number'
rejected 5 'cell: price is ""-5""; it must be at least 0'
rejected 6 'cell: price is ""1.299,00 €""; it must be an amount like ₹1,299.50, with a decimal point'
rejected 7 'link has no id of 10 characters after ""/dp/""'
rejected 8 'a quoted value does not end with a quote and a delimiter'
rejected 9 'has 3 values instead of 6'

check_exit 0 "as JSON lines" pocketrec train "$work/shop.json" --out "$work/bundle" --log-json
check "each line is JSON" python3 -c 'import json,sys; [json.loads(l) for l in open(sys.argv[1])]' "$work/err"
check_says '"event":"duplicates"' "with the doubled ids"
check_says '"event":"cells"' "and the cells"

change first 'c["items"]["duplicates"] = "first"'
check_exit 0 "the first row" pocketrec train "$work/first.json" --out "$work/bundle" --json
summary duplicates 1 "one row left out"
summary cells_cleaned 4 "its cells are not counted"
check_says '1 row has the id of an earlier row, left out' "it is reported"

change reject 'del c["items"]["duplicates"]'
check_exit 0 "doubled ids are wrong rows" pocketrec train "$work/reject.json" --out "$work/bundle" --json
summary rows_rejected 4 "four wrong rows"
summary duplicates 0 "none is merged"
rejected 4 'link ""B000000001"" is there already'

change strict 'c["limits"]["rejects"] = 0.05'
check_exit 3 "too many wrong rows" pocketrec train "$work/strict.json" --out "$work/none"
check_says '3 of 8 rows are wrong' "they are counted without the cells"

# The price by itself: without invalid, a wrong cell costs its row.
change rows 'del c["items"]["columns"]["price"]["invalid"]'
check_exit 0 "wrong cells cost rows" pocketrec train "$work/rows.json" --out "$work/bundle" --json
summary rows_rejected 5 "two rows more"

wrong() {
    change wrong "$3"
    check_exit 3 "$1" pocketrec train "$work/wrong.json" --out "$work/none"
    check_says "$2" "$1: the key is named"
}
wrong "an unknown column in shop.price" 'shop\.price names "prise", which is not in items\.columns; did you mean "price"\?' 'c["shop"]["price"] = "prise"'
wrong "a text for a price" 'shop\.price names "kind", which is of the type category' 'c["shop"]["price"] = "kind"'
wrong "an unknown facet" 'search\.facets names "star", which is not in items\.columns; did you mean "stars"\?' 'c["search"]["facets"] = ["star"]'
wrong "a facet twice" 'search\.facets names "kind" twice' 'c["search"]["facets"] = ["kind", "kind"]'
wrong "a facet that is no text" 'search\.facets\[0\] must be a text' 'c["search"]["facets"] = [3]'
wrong "the title as a facet" 'search\.facets names "title"' 'c["search"]["facets"] = ["title"]'
wrong "an unknown way with doubled ids" 'items\.duplicates must be' 'c["items"]["duplicates"] = "last"'
wrong "an id without a length" 'items\.id\.length is missing' 'del c["items"]["id"]["length"]'
wrong "a column that the file does not have" 'items\.id names the column "lnk"' 'c["items"]["id"]["from"] = "lnk"'
wrong "money of a text" 'groups\.number means nothing' 'c["items"]["columns"]["groups"]["number"] = "money"'
wrong "items from baskets that are not there" 'add "baskets"' 'c["items"] = {"from": "baskets"}'
check "nothing was published" test ! -e "$work/none/manifest.json"

printf 'milk, bread,\nbread\n,,\n"jam, red",milk\n' >"$work/baskets.csv"
cat >"$work/baskets.json" <<'JSON'
{ "name": "baskets", "items": { "from": "baskets" }, "baskets": { "files": "baskets.csv" }, "shop": {}, "limits": { "rejects": 1 } }
JSON
check_exit 0 "items from baskets" pocketrec train "$work/baskets.json" --out "$work/bundle" --json
summary items 3 "three items"
summary rows_rejected 1 "one line without entries"
check_says '3 baskets with 5 entries' "the baskets are reported"

finish

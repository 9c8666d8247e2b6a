# Logs of purchases as they are found: cancelled invoices, negative quantities, missing customers, codes that are no
# products, several names for one code; files of lists; and the numbers of the summary against a count by Python.
. "$(dirname "$0")/lib.sh"

cat >"$work/log.csv" <<'CSV'
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,"LANTERN, ""WHITE""",6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536365,POST,POSTAGE,1,2010-12-01 08:26:00,18.0,17850.0,United Kingdom
536366,85123A,WHITE HOLDER,"2",2010-12-01 08:28:00,2.95,,France
536366,71053,,3,2010-12-01 08:28:00,0.0,,France
C536379,85123A,WHITE HOLDER,-1,2010-12-01 09:41:00,2.55,17850.0,United Kingdom
536380,85123A,damaged,-10,2010-12-01 09:45:00,0.0,17851.0,United Kingdom
C536381,71053,LANTERN,2,2010-12-01 09:50:00,3.39,17851.0,United Kingdom
536382,22000,,4,2010-12-01 10:00:00,0.0,17851.0,United Kingdom
536383,gift_0001_20,Voucher,1,2010-12-01 10:10:00,20.0,17851.0,United Kingdom
536384,85123A,WHITE HOLDER,0,2010-12-01 10:20:00,2.55,17851.0,United Kingdom
536385,85123A,WHITE HOLDER,NaN,2010-12-01 10:20:00,2.55,17851.0,United Kingdom
536386,85123A,WHITE HOLDER,1e300,2010-12-01 10:20:00,2.55,17851.0,United Kingdom
536387,71053,LANTERN,1,2010-12-01 10:20:00,-3.39,17851.0,United Kingdom
536388,71053,LANTERN,1,2110-12-01 10:20:00,3.39,17851.0,United Kingdom
536389,71053,LANTERN,1,yesterday,3.39,17851.0,United Kingdom
536390,,LANTERN,1,2010-12-01 10:20:00,3.39,17851.0,United Kingdom
536391,71053,"LANTERN,1,2010-12-01 10:20:00,3.39,17851.0,United Kingdom
CSV
cat >"$work/shop.json" <<'JSON'
{
  "name": "shop",
  "items": {
    "files": "log.csv", "id": "StockCode", "title": "Description", "duplicates": "common", "exclude": ["POST", "gift_*"],
    "columns": { "price": { "type": "real", "from": "UnitPrice", "minimum": 0.001, "invalid": "missing" } }
  },
  "events": [{
    "files": "log.csv", "user": "CustomerID", "item": "StockCode", "time": "InvoiceDate", "session": "InvoiceNo",
    "quantity": "Quantity", "price": "UnitPrice", "returns": { "column": "InvoiceNo", "prefix": "C" },
    "missing_user": "skip", "type": "purchase"
  }],
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
# rejected FILE LINE REASON
rejected() { check "$1 line $2: $3" grep -qF "$1\",$2,\"$3\"," "$work/rejects.csv"; }
# title ID TEXT: what the bundle answers about an item.
title() {
    run pocketrec ask "$work/bundle" GET "/api/v1/items/$1"
    check "$1: $2" grep -qF "$2" "$work/out"
}

check_exit 0 "a log of invoices" pocketrec train "$work/shop.json" --out "$work/bundle" --json
cp "$work/out" "$work/summary"
summary items 3 "three items"
summary users 2 "two users"
summary events 6 "six events"
summary returns 3 "three of them returns"
summary rows_excluded 4 "excluded rows, of the catalogue and of the log"
summary rows_skipped 2 "rows without a customer"
summary rows_rejected 10 "wrong rows, two of them of both"
check_says 'events\[0\]: 2 rows have no user, left out' "skipped rows are reported"
check_says 'events\[0\]: 3 rows are of goods given back' "and returns"
check_says 'events\[0\]: 2 rows are about what items.exclude names, left out' "and excluded ones"
rejected log.csv 12 'Quantity ""0"" is no quantity'
rejected log.csv 13 'Quantity ""NaN"" is not a number'
rejected log.csv 14 'Quantity ""1e300"" is not between 0.000001 and 1000000 units'
rejected log.csv 15 'UnitPrice ""-3.39"" is negative'
rejected log.csv 16 'InvoiceDate ""2110-12-01 10:20:00"" lies in the future'
rejected log.csv 17 'InvoiceDate ""yesterday"" is not a time (ISO 8601 or Unix seconds)'
rejected log.csv 18 'StockCode is missing'
rejected log.csv 19 'a quoted value does not end with a quote and a delimiter'
rejected log.csv 15 'cell: UnitPrice is ""-3.39""; it must be at least 0.001'
title 85123A '"WHITE HOLDER"'
title 71053 '"LANTERN"'
title 22000 '"22000"'
title POST 'item_not_found'

# The same numbers, counted by the csv module.
run python3 - "$work/log.csv" "$work/summary" <<'PYTHON'
import csv, json, math, sys
rows = list(csv.DictReader(line for line in open(sys.argv[1], newline="") if '"LANTERN,1' not in line))
counted = dict(events=0, returns=0, rows_skipped=0, rows_excluded=0)
users = set()
for r in rows:
    if r["StockCode"] == "POST" or r["StockCode"].startswith("gift_"):
        counted["rows_excluded"] += 2
        continue
    if not r["CustomerID"]:
        counted["rows_skipped"] += 1
        continue
    q, p = float(r["Quantity"]), float(r["UnitPrice"])
    if not (0 < abs(q) <= 1e6) or p < 0 or not r["InvoiceDate"].startswith("2010") or not r["StockCode"]:
        continue
    counted["events"] += 1
    counted["returns"] += q < 0 or r["InvoiceNo"].startswith("C")
    users.add(r["CustomerID"])
counted["users"] = len(users)
got = json.load(open(sys.argv[2]))
sys.exit(any(got[k] != v for k, v in counted.items()))
PYTHON
check "Python counts the same" test "$status" -eq 0

# The day of the training decides what the future is.
run env SOURCE_DATE_EPOCH=1291105000 "$PR_TEST_COMMAND" train "$work/shop.json" --out "$work/bundle" --json # 2010-11-30
summary rows_rejected 10 "the day after the training is not the future"
run env SOURCE_DATE_EPOCH=1291018000 "$PR_TEST_COMMAND" train "$work/shop.json" --out "$work/bundle" --json # 2010-11-29
check "the day after that is" grep -qF 'log.csv",2,"InvoiceDate ""2010-12-01 08:26:00"" lies in the future"' "$work/rejects.csv"
summary events 0 "and no event is left"

# The same bytes with any number of threads.
for threads in 1 3; do
    check_exit 0 "$threads threads" \
        env SOURCE_DATE_EPOCH=1300000000 "$PR_TEST_COMMAND" train "$work/shop.json" --out "$work/by$threads" --threads $threads
done
check "are the same bundle" diff -r "$work/by1" "$work/by3"

change sessions 'c["events"][0]["missing_user"] = "session"'
check_exit 0 "sessions without a customer" pocketrec train "$work/sessions.json" --out "$work/bundle" --json
summary users 3 "are users"
summary events 8 "whose rows count"
summary rows_skipped 0 "and none is skipped"

change strict 'del c["events"][0]["missing_user"]; c["limits"]["rejects"] = 0.5'
check_exit 3 "too many rows without a customer, among others," pocketrec train "$work/strict.json" --out "$work/bundle"
check_says 'events\[0\] \(log.csv\): 10 of 18 rows are wrong, .*line 5: CustomerID is missing' "say so"

change events 'c["items"] = {"from": "events", "exclude": ["POST", "gift_*"]}'
check_exit 0 "items from the events" pocketrec train "$work/events.json" --out "$work/bundle" --json
summary items 3 "are those that were bought"

: >"$work/empty.csv"
change empty 'c["events"][0]["files"] = "empty.csv"'
check_exit 3 "an empty log" pocketrec train "$work/empty.json" --out "$work/bundle"
check_says 'empty.csv is empty; its first row should name the columns' "says so"

# Lists of users and items.
printf '0 1 2\n1 2 x\n2 7\n3\n' >"$work/train.txt"
printf 'org_id remap_id\n8975 0\n9190 1\n9191 2\n' >"$work/item_list.txt"
change lists 'c["items"] = {"files": "item_list.txt", "csv": {"delimiter": " "}, "id": "remap_id", "title": "org_id"}
c["events"] = [{"files": "train.txt", "format": "lists", "type": "purchase"}]'
check_exit 0 "a file of lists" pocketrec train "$work/lists.json" --out "$work/bundle" --json
summary events 3 "holds three events"
summary users 2 "of two users"
rejected train.txt 2 'item ""x"" is not a whole number'
rejected train.txt 3 'item ""7"" is not one of the items'

finish

#!/usr/bin/env bash
# outputs.rules: the association rules of baskets as a CSV file, against figures worked out by hand.
. "$(dirname "$0")/lib.sh"

cat >"$work/baskets.csv" <<'CSV'
milk,bread,butter
milk,bread
milk,bread,butter
bread
milk
tea,milk
CSV
cat >"$work/pocketrec.json" <<'JSON'
{
  "name": "baskets",
  "items": { "from": "baskets" },
  "baskets": { "files": "baskets.csv" },
  "events": [],
  "shop": { "rules": { "support": 2, "confidence": 0.1, "lift": 0.1, "size": 3 } },
  "limits": { "min_users": 1 },
  "outputs": { "rules": "rules.csv" }
}
JSON
check_exit 0 "training on baskets" pocketrec train "$work/pocketrec.json" --out "$work/bundle"
check "the rules are there" test -f "$work/rules.csv"
check "milk → bread: 3 of 5 baskets with milk" grep -qx 'milk,bread,3,0.5,0.6,0.9,-0.0555555556,0.833333333' "$work/rules.csv"
check "butter → bread always holds" grep -qx 'butter,bread,2,0.333333333,1,1.5,0.111111111,inf' "$work/rules.csv"
check "two items together lead to a third" grep -q '^bread|butter,milk,2,' "$work/rules.csv"
check "what one basket holds makes no rule" bash -c "! grep -q tea '$work/rules.csv'"
check_exit 0 "asking for a product" pocketrec ask "$work/bundle" GET /recommendations/product/butter
check "the product's page says so as well" grep -q '"id":"bread".*"confidence":1,"lift":1.5' "$work/out"
sed -i 's/"rules.csv"/"no\/folder\/rules.csv"/' "$work/pocketrec.json"
check_exit 5 "a file that cannot be written" pocketrec train "$work/pocketrec.json" --out "$work/other"
check_says "outputs.rules" "it is named"
finish

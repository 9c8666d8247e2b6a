#!/usr/bin/env bash
# make_staged.sh COMMAND DIR [ENCODER [CROSS]]: a small bundle that recommends in four stages (DIR/bundle): a retailer's invoices with what is in stock and
# when it came in; with vectors where ENCODER, a text encoder, is given, and with
# scores of the night for the 12 most popular products where CROSS, a cross-encoder, is.
set -euo pipefail
command=$1 dir=$2 encoder=${3:-} cross=${4:-}
export SOURCE_DATE_EPOCH=1763683200
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

bash "$(dirname "${BASH_SOURCE[0]}")/make_purchases.sh" "$command" "$dir"
data=$dir/data
# One item in nine is out of stock, of one in nine nothing is known; one in ten came in lately, one in ten is still to come.
awk 'NR == 1 { print $0 ",stock,arrived"; next }
     { stock = NR % 9 == 2 ? 0 : NR % 9 == 3 ? "" : NR % 5 + 1
       arrived = NR % 10 == 5 ? "2025-11-01" : NR % 10 == 6 ? "2026-01-01" : NR % 10 == 7 ? "" : "2024-01-01"
       print $0 "," stock "," arrived }' "$data/items.csv" >"$data/stocked.csv"
meaning='"stock": "stock", "new_arrivals": {"column": "arrived", "days": 30, "boost": 0.5}'
sed -i -e 's/"items.csv"/"stocked.csv"/' \
    -e 's/"price": {"type": "real", "minimum": 0}/&, "stock": {"type": "integer", "minimum": 0}, "arrived": {"type": "date"}/' \
    -e "s|\"purchases\": {|\"meaning\": {${encoder:+\"encoder\": \"$encoder\", }${cross:+\"cross_encoder\": \"$cross\", \"rerank_items\": 12, }$meaning}, &|" "$data/pocketrec.json"
grep -q '"arrived": {"type": "date"}' "$data/pocketrec.json" && grep -q '"meaning"' "$data/pocketrec.json" ||
    { echo "make_staged.sh: pocketrec.json of synth retail is not as it was" >&2; exit 1; }
rm -rf "$dir/bundle"
"$command" train "$data/pocketrec.json" --out "$dir/bundle" --threads 1

#!/usr/bin/env bash
# make_shop.sh COMMAND ROWS DIR: a shop of the first ROWS products of data/shop (DIR/bundle) with made-up clicks, searches
# and baskets, so that every table of a shop is there.
set -euo pipefail
command=$1 rows=$2 dir=$3 source=$(dirname "${BASH_SOURCE[0]}")/../data/shop/products.csv
export SOURCE_DATE_EPOCH=1763683200
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

rm -rf "$dir" && mkdir -p "$dir/data"
head -n $((rows + 1)) "$source" >"$dir/data/products.csv"
mapfile -t ids < <(tail -n +2 "$dir/data/products.csv" | cut -d, -f1)
words=(headphones earbuds kettle lamp shoes charger speaker)
{
    echo user,item,time,type,query
    for ((i = 0; i < 600; i++)); do
        type=$((i % 7 ? i % 5 ? 0 : 1 : 2))
        echo "u$((i * 7 % 50)),${ids[i * i % 31 % rows]},$((1763600000 - i * 1800)),$type,${words[i * 3 % 11 % 7]}"
    done
} >"$dir/data/events.csv"
for ((i = 0; i < 200; i++)); do
    echo "${ids[i % 5 % rows]},${ids[i % 3 + 5]},${ids[i * 13 % rows]}"
done >"$dir/data/baskets.txt"
cat >"$dir/data/pocketrec.json" <<'JSON'
{
  "name": "shop",
  "items": {
    "files": "products.csv", "id": "id", "duplicates": "merge", "title": "name", "image": "image",
    "columns": {
      "main_category": { "type": "category" },
      "sub_category": { "type": "list", "separator": "|" },
      "ratings": { "type": "real", "minimum": 0, "maximum": 5, "invalid": "missing" },
      "no_of_ratings": { "type": "integer", "number": "money", "minimum": 0, "invalid": "missing" },
      "discount_price": { "type": "real", "number": "money", "minimum": 0, "invalid": "missing" },
      "actual_price": { "type": "real", "number": "money", "minimum": 0, "invalid": "missing" }
    }
  },
  "events": [
    {
      "files": "events.csv", "user": "user", "item": "item", "time": "time",
      "type": { "from": "type", "values": { "0": ["click"], "1": ["cart"], "2": ["purchase"] } }
    }
  ],
  "searches": { "files": "events.csv", "user": "user", "query": "query", "item": "item", "time": "time" },
  "baskets": { "files": "baskets.txt" },
  "shop": {
    "name": "title", "category": ["main_category", "sub_category"], "image": "image", "price": "discount_price",
    "original_price": "actual_price", "rating": "ratings", "reviews": "no_of_ratings"
  },
  "rank": { "similarity": ["sub_category", "main_category"] },
  "search": {
    "fields": { "title": 1, "sub_category": 0.4, "main_category": 0.2 },
    "synonyms": [["headphones", "earphones", "head set"], ["tv", "television"], ["earbuds", "wireless earbuds"]],
    "facets": ["main_category", "sub_category", "discount_price", "ratings"]
  },
  "limits": { "min_users": 1 }
}
JSON
"$command" train "$dir/data/pocketrec.json" --out "$dir/bundle" --threads 1

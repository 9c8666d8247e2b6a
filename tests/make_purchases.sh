#!/usr/bin/env bash
# make_purchases.sh COMMAND DIR [USERS ITEMS]: a small bundle of purchases (DIR/bundle) from seeded invoices (DIR/data), with
# few factors and neighbours, so that every table of purchases is there.
set -euo pipefail
command=$1 dir=$2 users=${3:-300} items=${4:-200}
export SOURCE_DATE_EPOCH=1763683200
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

rm -rf "$dir" && mkdir -p "$dir"
"$command" synth retail --users "$users" --items "$items" --seed 7 --until 2025-11-20 --out "$dir/data"
config=$dir/data/pocketrec.json
small='"als": {"factors": 16, "iterations": 5}, "item_cf": {"neighbours": 20}'
sed -i "s/\"purchases\": {/\"purchases\": {$small, /" "$config"
grep -q '"factors": 16' "$config" || { echo "make_purchases.sh: pocketrec.json of synth retail has no purchases" >&2; exit 1; }
"$command" train "$config" --out "$dir/bundle" --threads 1

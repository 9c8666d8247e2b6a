#!/usr/bin/env bash
# make_meaning.sh COMMAND ENCODER ROWS DIR: the shop of make_shop.sh, which can also be searched by meaning and recommends in
# four stages (DIR/bundle). The program ENCODER writes the encoder (DIR/encoder), which the bundle ships, and a cross-encoder (DIR/cross).
set -euo pipefail
command=$1 encoder=$2 rows=$3 dir=$4
export SOURCE_DATE_EPOCH=1763683200
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

bash "$(dirname "${BASH_SOURCE[0]}")/make_shop.sh" "$command" "$rows" "$dir"
rm -r "$dir/bundle"
"$encoder" "$dir/encoder" "$dir/cross"
meaning='"meaning": { "encoder": "../encoder", "text": ["title", "sub_category"], "clusters": 9, "probes": 4, "fuse": { "pool": 50 }, "ship_encoder": "int8", "cross_encoder": "../cross" },'
sed -i "s|\"limits\": {|$meaning \"limits\": {|" "$dir/data/pocketrec.json"
"$command" train "$dir/data/pocketrec.json" --out "$dir/bundle" --threads 1

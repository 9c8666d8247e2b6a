#!/usr/bin/env bash
# make_fixture.sh COMMAND DIR ENCODER: a small bundle (DIR/bundle) and one with a ranking (DIR/ranking) from small seeded logs, a
# small shop (DIR/shop/bundle), purchases (DIR/purchases/bundle), these in four stages (DIR/staged/bundle), meaning
# (DIR/meaning/bundle, vectors and scores of both by the small encoders that the program ENCODER writes), and the seeds of the fuzz targets (DIR/corpus), made by the command itself.
set -euo pipefail
command=$1 dir=$2 encoder=$3
export SOURCE_DATE_EPOCH=1763683200
# DuckDB's library keeps memory to its end; what it leaves is not ours to report.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

rm -rf "$dir" && mkdir -p "$dir"
"$command" synth workouts --users 120 --workouts 20 --sessions 2400 --feedback 1000 --seed 7 --until 2025-04-30 --out "$dir/data"
"$command" train "$dir/data/pocketrec.json" --out "$dir/bundle" --threads 1
"$command" synth trainers --users 300 --trainers 40 --weeks 6 --seed 7 --until 2025-04-30 --out "$dir/ranking-data"
"$command" train "$dir/ranking-data/pocketrec.json" --out "$dir/ranking" --threads 1 --model logistic
bash "$(dirname "$0")/make_shop.sh" "$command" 24 "$dir/shop"
bash "$(dirname "$0")/make_purchases.sh" "$command" "$dir/purchases"
bash "$(dirname "$0")/make_meaning.sh" "$command" "$encoder" 60 "$dir/meaning"
bash "$(dirname "$0")/make_staged.sh" "$command" "$dir/staged" "$dir/meaning/encoder" "$dir/meaning/cross"
bash "$(dirname "$0")/fuzz/make_corpus.sh" "$dir"

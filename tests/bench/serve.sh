#!/usr/bin/env bash
# How many requests a second `pocketrec serve` answers, and how fast, over the loopback with keep-alive; the generator
# (wrk) takes its part of the same processors. Called by run.sh, which sets the places.
#
#   PR_BENCH_SECONDS      for each route (5)
#   PR_BENCH_CONNECTIONS  at the same time (32)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
seconds=${PR_BENCH_SECONDS:-5} connections=${PR_BENCH_CONNECTIONS:-32}

# METHOD PATH BODY|- least requests a second|- ; {id} is an item, {n} one of a thousand users or questions. The first two
# make the users that others ask for.
routes=(
    'POST /api/v1/onboarding?user_id=u{n} {"age":29,"level":"Advanced","types":["yoga"],"n":10} -'
    'POST /api/v1/events?user_id=v{n} {"type":"like","item":"{id}"} -'
    'GET /api/v1/items/{id} - 10000'
    'GET /api/v1/items/popular?n=10 - -'
    'GET /api/v1/workouts/recommendations?n=10&user_id=u{n} - -'
    'POST /api/v1/workouts/query {"must":{"keywords":"yoga"},"n":10} -'
    'GET / - -'
    'GET /bundle/manifest.json - -'
)
# Of the shop of shop.mjs: 106,129 real products.
shop_routes=(
    'POST /api/v1/interactions/interactions {"user_id":"w{n}","event_type":"product_click","product_id":"{id}"} -'
    'GET /recommendations/product/{id} - 10000'
    'GET /recommendations/home?user_id=u{n} - 2000'
    'GET /recommendations/home?user_id=w{n} - 2000'
    'GET /recommendations/search?query=wireless+headphones&response_limit=24 - -'
    'GET /api/v1/interactions/interactions/w{n}?days=30 - -'
)

command -v wrk >/dev/null || {
    echo "bench serve needs wrk; install Debian's package wrk." >&2
    exit 2
}
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir "$work/site"
echo '<!doctype html><title>bench</title>' >"$work/site/index.html"

# start BUNDLE: serve it; sets server, url and id, an item of it.
start() {
    rm -f "$work"/events.sqlite* "$work/err"
    "$PR_TEST_COMMAND" serve "$1" --site "$work/site" --port 0 --events "$work/events.sqlite" \
        --access-log "$work/access.log" 2>"$work/err" &
    server=$!
    url=
    for _ in $(seq 100); do
        url=$(grep -oE 'http://[0-9.]+:[0-9]+' "$work/err" || true)
        [ -n "$url" ] && break
        sleep 0.1
    done
    [ -n "$url" ] || { cat "$work/err" >&2; exit 1; }
    id=$(curl -s "$url/api/v1/items/popular?n=1" | grep -oE '"id":"[^"]*"' | head -n 1 | cut -d'"' -f4)
}

# measure METHOD PATH BODY LEAST: one line of the table.
measure() {
    local method=$1 path=${2//'{id}'/$id} body=$3 least=$4 code figures bar=-
    local -a data=()
    [ "$body" = - ] && body= || data=(--data "${body//'{n}'/1}" -H 'Content-Type: application/json')
    code=$(curl -s -o /dev/null -w '%{http_code}' -X "$method" "${data[@]}" "$url${path//'{n}'/1}")
    if [ "$code" = 404 ]; then
        printf '%-58s %s\n' "$method $2" "left out: this bundle has no such route"
        return
    fi
    figures=$(wrk -t1 -c"$connections" -d"${seconds}s" --timeout 10s -s "$here/serve.lua" "$url" -- "$method" "$path" ${body:+"$body"} |
        awk '/^FIGURES/ { print $2, $3, $4, $5, $6 }')
    [ "$least" = - ] || bar=">= $least"
    # shellcheck disable=SC2086
    printf '%-58s %10s %9s %9s %7s %6s %10s\n' "$method $2" $figures "$bar"
}

# measure_all BUNDLE ROUTES…
measure_all() {
    local route method path body least
    start "$1"
    shift
    for route in "$@"; do
        read -r method path body least <<<"${route//'{id}'/$id}"
        measure "$method" "$path" "$body" "$least"
    done
    kill -TERM "$server"
    wait "$server" && echo "ended cleanly; the events file has $(stat -c %s "$work/events.sqlite") bytes"
}

printf '%-58s %10s %9s %9s %7s %6s %10s\n' "route ($connections connections, ${seconds} s each)" requests/s 'p50 ms' 'p99 ms' errors lost bar
# The bundle of the reference's size that other benches use, too.
measure_all "$(cd "$here" && node --input-type=module -e "import { referenceBundle } from './common.mjs'; console.log(referenceBundle());")" \
    "${routes[@]}"
shop=${PR_BENCH_WORK:-$here/../../build/bench}/shop/bundle
if [ -f "$shop/manifest.json" ]; then
    measure_all "$shop" "${shop_routes[@]}"
else
    echo "the shop's routes are left out: run the bench of the shop first, with PR_DATA"
fi

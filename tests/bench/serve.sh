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
    'GET /recommendations/product/{id} - 10000'
    'GET /recommendations/home?user_id=u{n} - -'
    'GET /recommendations/search?query=yoga - -'
    'POST /api/v1/interactions/interactions {"user_id":"w{n}","event_type":"view","item_id":"{id}"} -'
    'GET /api/v1/interactions/interactions/w{n}?days=30 - -'
    'GET / - -'
    'GET /bundle/manifest.json - -'
)

command -v wrk >/dev/null || {
    echo "bench serve needs wrk; install Debian's package wrk." >&2
    exit 2
}
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

# The bundle of the reference's size that other benches use, too.
bundle=$(cd "$here" && node --input-type=module -e "import { referenceBundle } from './common.mjs'; console.log(referenceBundle());")
mkdir "$work/site"
echo '<!doctype html><title>bench</title>' >"$work/site/index.html"
"$PR_TEST_COMMAND" serve "$bundle" --site "$work/site" --port 0 --events "$work/events.sqlite" \
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

printf '%-58s %10s %9s %9s %7s %6s %10s\n' "route ($connections connections, ${seconds} s each)" requests/s 'p50 ms' 'p99 ms' errors lost bar
for route in "${routes[@]}"; do
    read -r method path body least <<<"${route//'{id}'/$id}"
    measure "$method" "$path" "$body" "$least"
done
kill -TERM "$server"
wait "$server" && echo "ended cleanly; the events file has $(stat -c %s "$work/events.sqlite") bytes"

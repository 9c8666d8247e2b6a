# `serve`: the site and the routes over HTTP, the same answers as `ask`, nothing outside the site, a clean end.
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/site"
echo '<!doctype html><title>site</title>' >"$work/site/index.html"
echo secret >"$work/secret.txt"
start_server --site "$work/site" --events "$work/events.sqlite"
check "the address is told" test -n "$url"

# get EXPECTED WHAT PATH [curl options]: the body goes to $work/out.
get() {
    local expected=$1 what=$2 path=$3 code
    shift 3
    code=$(curl -s --path-as-is --max-time 10 -o "$work/out" -w '%{http_code}' "$@" "$url$path")
    if [ "$code" = "$expected" ]; then pass "$what: $code"; else fail "$what: $code instead of $expected"; fi
}

get 200 "the page" /
check "it is the site's page" grep -q '<title>site' "$work/out"
get 200 "a route" /api/v1/onboarding -X POST -H 'Content-Type: application/json' --data '{"age":29,"level":"Advanced","types":["yoga"],"n":5}'
cp "$work/out" "$work/served"
pocketrec ask "$PR_TEST_BUNDLE" POST /api/v1/onboarding --body '{"age":29,"level":"Advanced","types":["yoga"],"n":5}' >"$work/asked" 2>/dev/null
ids() { python3 -c 'import json, sys; print([r["id"] for r in json.load(open(sys.argv[1]))["recommendations"]])' "$1"; }
check "the same workouts as ask gives" test "$(ids "$work/served")" = "$(ids "$work/asked")"
get 200 "health" /api/v1/health
get 200 "openapi" /openapi.json
get 404 "a file that is not there" /nothing.html
get 404 "an unknown route" /api/v1/nothing
get 405 "a wrong method" /api/v1/health -X DELETE
get 400 "a broken body" /api/v1/onboarding -X POST --data '{"age":'
head -c 3000000 /dev/zero | tr '\0' 'x' >"$work/huge"
get 413 "a huge body" /api/v1/onboarding -X POST --data-binary "@$work/huge"

for path in /../secret.txt /%2e%2e/secret.txt /..%2fsecret.txt //../secret.txt /./../secret.txt '/..\secret.txt' /%00; do
    curl -s --path-as-is --max-time 10 -o "$work/out" "$url$path"
    if grep -q secret "$work/out"; then fail "$path leaves the site"; else pass "$path stays inside the site"; fi
done
ln -s "$work/secret.txt" "$work/site/link.txt"
curl -s --max-time 10 -o "$work/out" "$url/link.txt"
if grep -q secret "$work/out"; then fail "a link leaves the site"; else pass "a link does not leave the site"; fi

check_exit 5 "a second server on the same port" pocketrec serve "$PR_TEST_BUNDLE" --site "$work/site" --port "${url##*:}" --events none
stop_server
if [ $status -eq 0 ]; then pass "a clean end"; else fail "a clean end: exit $status"; fi

finish

# `ask`: the body on stdout, the status on stderr, the exit code, state files, time and seed; and damaged bundles.
. "$(dirname "$0")/lib.sh"

profile='{"age":29,"level":"Advanced","types":["yoga"],"n":5}'
check_exit 0 "onboarding" pocketrec ask "$PR_TEST_BUNDLE" POST /api/v1/onboarding --body "$profile" --now 2026-11-21T00:00:00Z
check_says '^HTTP 200' "the status is on stderr"
check "five recommendations are on stdout" python3 -c 'import json, sys; sys.exit(len(json.load(open(sys.argv[1]))["recommendations"]) != 5)' "$work/out"
cp "$work/out" "$work/first"
pocketrec ask "$PR_TEST_BUNDLE" POST /api/v1/onboarding --body "$profile" --now 2026-11-21T00:00:00Z >"$work/out" 2>"$work/err"
check "the same question has the same answer" cmp "$work/first" "$work/out"

check_exit 1 "a route that does not exist" pocketrec ask "$PR_TEST_BUNDLE" GET /nowhere
check_says '^HTTP 404' "404 is on stderr"
check_exit 1 "a wrong level" pocketrec ask "$PR_TEST_BUNDLE" POST /api/v1/onboarding --body '{"age":29,"level":"Wizard","types":["yoga"]}'
check_says '^HTTP 422' "422 is on stderr"
check "the field is in the body" grep -q '"field":"level"' "$work/out"

state=$work/state.json
run pocketrec ask "$PR_TEST_BUNDLE" POST /api/v1/onboarding --body "$profile" --state "$state" --now 2026-11-21T00:00:00Z
check "the state is kept in a file" grep -q '"profile"' "$state"
item=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["recommendations"][0]["id"])' "$work/out")
check_exit 0 "a like" pocketrec ask "$PR_TEST_BUNDLE" POST /api/v1/events --body "{\"type\":\"like\",\"item\":\"$item\"}" --state "$state"
check "the event is in the state" grep -q "\"item\":\"$item\"" "$state"
check_exit 0 "recommendations for the state" pocketrec ask "$PR_TEST_BUNDLE" GET '/api/v1/workouts/recommendations?n=5' --state "$state"
check_exit 0 "forgetting" pocketrec ask "$PR_TEST_BUNDLE" DELETE /api/v1/me --state "$state"
check_exit 1 "recommendations for nobody" pocketrec ask "$PR_TEST_BUNDLE" GET /api/v1/workouts/recommendations --state "$state"
check_says '^HTTP 404' "404 without a profile"

# A damaged bundle: refused with a reason, never a crash.
cp -R "$PR_TEST_BUNDLE" "$work/damaged"
shard=$(ls "$work"/damaged/items-*.safetensors | head -n 1)
printf 'x' | dd of="$shard" bs=1 seek=300 conv=notrunc 2>/dev/null
check_exit 1 "a question to a bundle with a damaged shard" pocketrec ask "$work/damaged" POST /api/v1/onboarding --body "$profile"
check_says '^HTTP 503|refused|SHA-256|hash' "the damage is named"
rm "$shard"
run pocketrec ask "$work/damaged" POST /api/v1/onboarding --body "$profile"
if [ "$status" -eq 1 ] || [ "$status" -eq 5 ]; then pass "a missing shard: exit $status"; else fail "a missing shard: exit $status"; fi
printf '{' >"$work/damaged/manifest.json"
check_exit 3 "a broken manifest" pocketrec ask "$work/damaged" GET /api/v1/health
check_says 'manifest' "the manifest is named"

# onboard: by flags, without asking.
check_exit 0 "onboard by flags" pocketrec onboard "$PR_TEST_BUNDLE" --age 29 --level Advanced --types yoga
check "no line is wider than 80 columns" test "$(wc -L <"$work/out")" -le 80
check_exit 0 "onboard --json" pocketrec onboard "$PR_TEST_BUNDLE" --age 29 --level Advanced --types yoga --json
check "the JSON has recommendations" grep -q '"recommendations":\[{' "$work/out"

finish

# The same input gives the same bundle: with any number of threads, at any time, by either compiler. Of workouts, and of purchases with
# every model.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763683200

pocketrec synth workouts --users 400 --workouts 80 --sessions 6000 --feedback 2500 --seed 3 --out "$work/data" 2>/dev/null
config=$work/data/pocketrec.json

# train COMMAND NAME OPTIONS…: a bundle in $work/NAME; prints its hash.
train() {
    local command=$1 name=$2
    shift 2
    "$command" train "$config" --out "$work/$name" "$@" >"$work/out" 2>"$work/err" </dev/null && folder_hash "$work/$name"
}

first=$(train "$PR_TEST_COMMAND" one --threads 1)
check "training succeeds" test -n "$first"
check "with 2 threads" test "$(train "$PR_TEST_COMMAND" two --threads 2)" = "$first"
check "with 8 threads" test "$(train "$PR_TEST_COMMAND" eight --threads 8)" = "$first"
check "with as many as OMP_NUM_THREADS says" test "$(OMP_NUM_THREADS=1 train "$PR_TEST_COMMAND" omp)" = "$first"
check "from another working directory" test "$(cd / && train "$PR_TEST_COMMAND" elsewhere --threads 2)" = "$first"
check "in another time zone and language" test "$(TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 train "$PR_TEST_COMMAND" tokyo --threads 2)" = "$first"
check "over an older bundle" test "$(train "$PR_TEST_COMMAND" two --threads 2)" = "$first"
if [ -n "${PR_TEST_CLANG_COMMAND:-}" ]; then
    check "by clang" test "$(train "$PR_TEST_CLANG_COMMAND" clang --threads 2)" = "$first"
fi

check "SOURCE_DATE_EPOCH is the time of creation" grep -q '"created": *"2025-11-21T00:00:00Z"' "$work/one/manifest.json"
SOURCE_DATE_EPOCH=1763683201 train "$PR_TEST_COMMAND" later >/dev/null
check "another time changes the manifest" test "$(folder_hash "$work/later")" != "$first"
for shard in "$work"/later/*.safetensors; do
    cmp -s "$shard" "$work/one/$(basename "$shard")" || fail "$(basename "$shard") depends on the time"
done

pocketrec synth workouts --users 400 --workouts 80 --sessions 6000 --feedback 2500 --seed 3 --out "$work/again" 2>/dev/null
check "synth writes the same logs again" test "$(folder_hash "$work/again")" = "$(pocketrec synth workouts --users 400 --workouts 80 --sessions 6000 --feedback 2500 --seed 3 --out "$work/third" 2>/dev/null; folder_hash "$work/third")"

# Purchases: kinds of neighbours differ in what their threads share.
pocketrec synth retail --users 120 --items 90 --seed 5 --until 2025-11-16 --out "$work/retail" 2>/dev/null
for kind in slim ease bm25 rp3beta; do
    for solver in conjugate block direct; do
        config=$work/retail/$kind-$solver.json
        sed "s/\"purchases\": {/&\"als\": {\"factors\": 32, \"iterations\": 4, \"solver\": \"$solver\", \"user_exponent\": 0.25}, \"item_cf\": {\"kind\": \"$kind\"}, /" \
            "$work/retail/pocketrec.json" >"$config"
        first=$(train "$PR_TEST_COMMAND" "one-$kind-$solver" --threads 1)
        check "$kind and $solver: training succeeds" test -n "$first"
        check "$kind and $solver: it is what was asked for" grep -qE "\"kind\": *\"$kind\"" "$work/one-$kind-$solver/manifest.json"
        check "$kind and $solver: with 2 threads" test "$(train "$PR_TEST_COMMAND" "two-$kind-$solver" --threads 2)" = "$first"
        [ "$kind" = slim ] || break # the solvers do not know of the neighbours
    done
    check "$kind: with 8 threads" test "$(train "$PR_TEST_COMMAND" "eight-$kind" --threads 8)" = "$first"
    check "$kind: from another working directory, time zone and language" \
        test "$(cd / && TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 train "$PR_TEST_COMMAND" "tokyo-$kind" --threads 2)" = "$first"
    if [ -n "${PR_TEST_CLANG_COMMAND:-}" ]; then
        check "$kind: by clang" test "$(train "$PR_TEST_CLANG_COMMAND" "clang-$kind" --threads 2)" = "$first"
    fi
done
mkdir -p "$work/elsewhere-logs/deeper" && cp -r "$work/retail" "$work/elsewhere-logs/deeper/logs"
check "from logs in another folder" test "$(config=$work/elsewhere-logs/deeper/logs/$(basename "$config") train "$PR_TEST_COMMAND" moved --threads 2)" = "$first"

finish

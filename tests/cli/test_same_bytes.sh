# The same input gives the same bundle: with any number of threads, at any time, by either compiler.
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

finish

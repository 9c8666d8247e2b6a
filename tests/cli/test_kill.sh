# A killed training leaves no half-written bundle, and the next run succeeds; two at a time are refused.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763683200

pocketrec synth workouts --users 3000 --workouts 300 --sessions 60000 --feedback 20000 --seed 5 --out "$work/data" 2>/dev/null
config=$work/data/pocketrec.json
started=$(date +%s%N)
pocketrec train "$config" --out "$work/whole" >/dev/null 2>&1
took=$((($(date +%s%N) - started) / 1000000))
whole=$(folder_hash "$work/whole")

# complete DIR: no manifest yet, or the right one with all its shards. Stray temporary files are the next run's to sweep.
complete() {
    [ -e "$1/manifest.json" ] || return 0
    local file
    for file in "$work"/whole/manifest.json "$work"/whole/*.safetensors; do
        cmp -s "$file" "$1/$(basename "$file")" || return 1
    done
}

moments=20 broken=0
for i in $(seq 1 $moments); do
    rm -rf "$work/killed"
    "$PR_TEST_COMMAND" train "$config" --out "$work/killed" >/dev/null 2>&1 </dev/null &
    pid=$!
    sleep "$(awk -v t="$took" -v i="$i" -v n=$moments 'BEGIN { print t * i / n / 1000 }')"
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    complete "$work/killed" || broken=$((broken + 1))
done
check "$moments runs killed within $took ms leave no half-written bundle" test $broken -eq 0
check_exit 0 "the next run" pocketrec train "$config" --out "$work/killed"
check "the next run leaves the same bytes and no stray file" test "$(folder_hash "$work/killed")" = "$whole"

# An older bundle stays whole while a newer one is written.
cp -R "$work/whole" "$work/older"
SOURCE_DATE_EPOCH=1763769600 "$PR_TEST_COMMAND" train "$config" --out "$work/older" >/dev/null 2>&1 </dev/null &
pid=$!
sleep "$(awk -v t="$took" 'BEGIN { print t * 0.9 / 1000 }')"
kill -9 $pid 2>/dev/null
wait $pid 2>/dev/null
check_exit 0 "the bundle behind a killed run" pocketrec inspect "$work/older"

# Two runs at once: the first is held while the second tries.
for try in 1 2 3 4 5; do
    "$PR_TEST_COMMAND" train "$config" --out "$work/locked" >/dev/null 2>&1 </dev/null &
    pid=$!
    sleep "$(awk -v t="$took" -v i=$try 'BEGIN { print t * i / 6 / 1000 }')"
    kill -STOP $pid 2>/dev/null
    run pocketrec train "$config" --out "$work/locked"
    kill -CONT $pid 2>/dev/null
    wait $pid
    [ $status -eq 6 ] && break
done
if [ $status -eq 6 ]; then pass "a second run at the same time: exit 6"; else fail "a second run at the same time: exit $status instead of 6"; fi
check "the first run was not disturbed" test "$(folder_hash "$work/locked")" = "$whole"

finish

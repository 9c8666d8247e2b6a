# The suites of `./dev test`; sourced by dev. A suite is a function suite_NAME that prints its runner's output and
# fails when a test fails (`set -e` does not hold inside: chain with &&); tests/count.awk reads how many passed. A suite that ran no test counts as a failed one.

all_suites=(fmt native asan cli python parity web browser fuzz)
long_suites=(asan browser fuzz) # what --quick leaves out
fuzz_seconds=30

about_fmt="C files are formatted"
about_native="unit tests and corpus replay, gcc"
about_asan="the same under both sanitizers"
about_cli="the command: exit codes, kill -9, same bytes"
about_python="independent computation, safetensors, routes"
about_parity="native = wasm = wasm without SIMD"
about_web="types of the web package"
about_browser="the journey in Chromium"
about_fuzz="libFuzzer, $fuzz_seconds s a target"

prepare_fmt() { :; }
suite_fmt() { command_fmt --check && echo "ok 1 - formatted"; }

prepare_native() { build_preset native; }
suite_native() { ctest --preset native -j "$(nproc)" -V -LE cli; }

prepare_asan() { build_preset asan; }
suite_asan() { ASAN_OPTIONS=detect_leaks=1 ctest --preset asan -j "$(nproc)" -V -LE cli; }

prepare_cli() {
    build_preset native
    build_preset clang
}
suite_cli() {
    PR_TEST_CLANG_COMMAND=$root/build/clang/pocketrec ctest --preset native -V -L cli
}

prepare_python() { build_preset native; }
suite_python() {
    PR_TEST_COMMAND=$root/build/native/pocketrec "$venv/bin/python" -m pytest -q -p no:cacheprovider -n "$(nproc)" --dist loadfile \
        tests/oracle tests/api
}

prepare_parity() {
    build_preset native
    build_site
}
suite_parity() {
    PR_TEST_COMMAND=$root/build/native/pocketrec node --test --test-reporter=tap tests/parity/*.test.mjs
}

prepare_web() { build_site; }
suite_web() { npm --prefix web run check && echo "ok - types"; }

prepare_browser() {
    prepare_parity
    make_demo workouts
    make_demo trainers
    make_demo shop
    make_demo meaning
    make_demo retail
}
browser_tests() { PR_CHROMIUM=$(command -v chromium) node --test --test-reporter=tap --test-concurrency=1 "$@"; }
# A browser on a busy machine can miss a deadline. What fails is said, kept, and its files are tried once more; failing twice is a failure.
suite_browser() {
    local test log failed=()
    for test in tests/browser/*.test.mjs; do
        log=$logs/$(basename "$test").log
        if browser_tests "$test" >"$log" 2>&1; then
            cat "$log"
        else
            echo "# $test failed and is tried once more; the first attempt is in $log"
            failed+=("$test")
        fi
    done
    [ ${#failed[@]} -eq 0 ] || browser_tests "${failed[@]}"
}

prepare_fuzz() { build_preset fuzz; }
suite_fuzz() { fuzz_all "$fuzz_seconds"; }

# --- fuzzing ---------------------------------------------------------------------------------------------------------

# fuzz_one TARGET SECONDS: a fresh corpus folder grows from the seeds; a finding is kept in build/fuzz/findings.
fuzz_one() {
    local target=$1 work=build/fuzz/grown/$1 made=$root/build/fuzz/fixture
    mkdir -p "$work" build/fuzz/findings
    if PR_TEST_BUNDLE=$made/bundle PR_TEST_RANKING=$made/ranking PR_TEST_SHOP=$made/shop/bundle PR_TEST_PURCHASES=$made/purchases/bundle \
        PR_TEST_STAGED=$made/staged/bundle \
        "build/fuzz/tests/fuzz/$target" -max_total_time="$2" -timeout=20 -max_len=65536 -rss_limit_mb=2048 -print_final_stats=1 \
        -dict=tests/fuzz/pocketrec.dict -artifact_prefix="build/fuzz/findings/$target-" \
        "$work" "build/fuzz/fixture/corpus/$target" $(ls -d "tests/fuzz/regress/$target" 2>/dev/null) >"$work.log" 2>&1; then
        echo "ok - $target: $(awk '/stat::number_of_executed_units/ { print $2 }' "$work.log") inputs without a finding"
    else
        tail -n 40 "$work.log"
        echo "not ok - $target: see build/fuzz/findings and $work.log"
        return 1
    fi
}

# Two at a time: that is what small machines have.
fuzz_all() {
    local target status=0
    ctest --preset fuzz -R '^fixture_' >/dev/null || { echo "not ok - the fixture"; return 1; }
    export -f fuzz_one
    export root
    # shellcheck disable=SC2016
    for target in tests/fuzz/fuzz_*.c; do basename "$target" .c; done |
        xargs -P 2 -I{} bash -c 'fuzz_one "$1" "$2"' - {} "$1" || status=1
    return $status
}

run_fuzz() {
    [[ $1 =~ ^[0-9]+$ ]] || die "fuzz needs a number of seconds, not \"$1\"."
    prepare_fuzz
    fuzz_all "$1"
}

# --- running ---------------------------------------------------------------------------------------------------------

suite_rows=()
total_passed=0 total_failed=0

# run_suite NAME: prepares outside the clock of the table, runs, counts, and shows the end of the output of a failure.
run_suite() {
    local name=$1 about="about_$1" log=$logs/suite-$1.log status=0 passed failed started
    "prepare_$name"
    say "Testing: $name (${!about})"
    started=$SECONDS
    "suite_$name" >"$log" 2>&1 </dev/null || status=$?
    read -r passed failed <<<"$(awk -f tests/count.awk "$log")"
    if [ $status -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
    if [ $((passed + failed)) -eq 0 ]; then
        failed=1
        echo "dev: the suite $name ran no test." >>"$log"
    fi
    if [ "$failed" -ne 0 ]; then
        grep -E -A 8 '^ *([0-9]+: )?(not ok|\[  ERROR|\[  FAILED|ERROR:|FAILED|E  )|\*\*\*(Failed|Exception|Not Run|Timeout)' "$log" | head -n 80 || true
        tail -n 12 "$log"
        echo "dev: the whole output is in $log."
    fi
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
    suite_rows+=("$(printf '%-8s %6d %6d %5ds  %s' "$name" "$passed" "$failed" $((SECONDS - started)) "${!about}")")
}

run_suites() {
    local quick=no names=() name left=()
    for name in "$@"; do
        case $name in
        --quick) quick=yes ;;
        *)
            [[ " ${all_suites[*]} " == *" $name "* ]] || die "there is no suite \"$name\"; there are: ${all_suites[*]}."
            names+=("$name")
            ;;
        esac
    done
    for name in "${all_suites[@]}"; do
        if [ ${#names[@]} -gt 0 ]; then
            [[ " ${names[*]} " == *" $name "* ]] || left+=("$name")
        elif [ $quick = yes ] && [[ " ${long_suites[*]} " == *" $name "* ]]; then
            left+=("$name")
        fi
    done
    for name in "${all_suites[@]}"; do
        [[ " ${left[*]-} " == *" $name "* ]] || run_suite "$name"
    done
    printf '\n%-8s %6s %6s %6s\n' suite passed failed time
    printf '%s\n' "${suite_rows[@]}"
    [ ${#left[@]} -eq 0 ] || printf 'left out: %s\n' "${left[*]}"
    printf '\n%d passed, %d failed\n' "$total_passed" "$total_failed"
    [ "$total_failed" -eq 0 ]
}

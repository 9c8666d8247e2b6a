# Counts the tests in the output of ctest -V, pytest, node's test runner, or of scripts that print `ok` / `not ok` lines.
# Prints "passed failed". A ctest test that reports no single cases (a fixture, a replay) counts as one.
{
    line = $0
    sub(/\033\[[0-9;]*m/, "", line)
    id = ""
    if (match(line, /^[0-9]+: /)) {
        id = substr(line, 1, RLENGTH - 2)
        line = substr(line, RLENGTH + 1)
    }
}
# ctest -V gives every line its test's number; what it prints again about failures has none.
line ~ /^Test project / { ctest = 1; next }
ctest && id == "" && line !~ /^ *[0-9]+\/[0-9]+ Test/ { next }
line ~ /^\[  PASSED  \] [0-9]+ test/ { split(line, w, " "); good[id] += w[4]; counted[id] = 1; next }
line ~ /^\[  FAILED  \] [0-9]+ test/ { split(line, w, " "); bad[id] += w[4]; counted[id] = 1; next }
# Numbered lines are TAP; node's runner sums its own up at the end, with subtests counted.
line ~ /^ok/ { if (line ~ /^ok [0-9]/) tap_good[id]++; else good[id]++; counted[id] = 1; next }
line ~ /^not ok/ { if (line ~ /^not ok [0-9]/) tap_bad[id]++; else bad[id]++; counted[id] = 1; next }
# node: "# pass 12" (tap) or "ℹ pass 12" (spec)
line ~ /^(#|ℹ) pass [0-9]+/ { split(line, w, " "); passed += w[3]; summed = 1; next }
line ~ /^(#|ℹ) (fail|cancelled) [0-9]+/ { split(line, w, " "); failed += w[3]; next }
# pytest: "3 failed, 12 passed, 1 error in 0.51s"
line ~ /[0-9]+ (passed|failed|error).* in [0-9.]+s/ {
    n = split(line, w, /[ ,=]+/)
    for (i = 2; i <= n; i++) {
        if (w[i] == "passed") passed += w[i - 1]
        if (w[i] == "failed" || w[i] ~ /^errors?$/) failed += w[i - 1]
    }
    next
}
# ctest: " 3/12 Test  #3: core_json .......   Passed    0.01 sec"
line ~ /^ *[0-9]+\/[0-9]+ Test +#[0-9]+:/ {
    match(line, /#[0-9]+:/)
    id = substr(line, RSTART + 1, RLENGTH - 2)
    ended[id] = (line ~ / Passed +[0-9.]+ sec/) ? "passed" : "failed"
}
END {
    if (!summed) {
        for (id in tap_good) good[id] += tap_good[id]
        for (id in tap_bad) bad[id] += tap_bad[id]
    }
    for (id in ended) {
        if (!(id in counted)) { if (ended[id] == "passed") good[id] = 1; else bad[id] = 1 }
        else if (ended[id] == "failed" && !bad[id]) bad[id] = 1
    }
    for (id in good) passed += good[id]
    for (id in bad) failed += bad[id]
    print passed + 0, failed + 0
}

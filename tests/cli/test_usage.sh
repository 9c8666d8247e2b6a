# Help, version and wrong use.
. "$(dirname "$0")/lib.sh"

commands="synth train ask onboard inspect serve publish encoder embed campaigns performance"

check_exit 0 "--version" pocketrec --version
check "--version prints the version on stdout" grep -qE '[0-9]+\.[0-9]+\.[0-9]+' "$work/out"
check_exit 0 "--help" pocketrec --help
for command in $commands; do
    check "--help names $command" grep -qw -- "$command" "$work/out"
done
for command in $commands; do
    check_exit 0 "$command --help" pocketrec "$command" --help
    check "$command --help prints its use on stdout" grep -qi usage "$work/out"
done

check_exit 2 "no command" pocketrec
check_exit 2 "an unknown command" pocketrec trian
check_says trian "an unknown command is named"
for command in $commands; do
    check_exit 2 "$command with an unknown option" pocketrec "$command" --no-such-option
    check_says 'no-such-option' "$command names the unknown option"
    check "$command leaves stdout empty" test ! -s "$work/out"
done
check_exit 2 "train without a configuration" pocketrec train
check_exit 2 "train without --out" pocketrec train "$PR_TEST_DATA/pocketrec.json"
check_exit 2 "train with a wrong number" pocketrec train "$PR_TEST_DATA/pocketrec.json" --out "$work/b" --threads many
check_exit 2 "an unknown kind of synth" pocketrec synth teapots --out "$work/t"
check "wrong use writes nothing" test ! -e "$work/b" -a ! -e "$work/t"

check_exit 5 "train on a missing configuration" pocketrec train "$work/missing.json" --out "$work/b"
check_says missing.json "a missing configuration is named"
check_exit 5 "inspect of a missing bundle" pocketrec inspect "$work/missing"
check_exit 5 "ask of a missing bundle" pocketrec ask "$work/missing" GET /api/v1/health
check_exit 2 "encoder without --out" pocketrec encoder "$work"
check_exit 2 "encoder with bits that there are not" pocketrec encoder "$work" --out "$work/e" --bits 16
check_exit 5 "encoder of a folder without a model" pocketrec encoder "$work" --out "$work/e"
check_says config.json "the missing file is named"
check_exit 2 "embed without --out" pocketrec embed "$work/e" "$work/texts"
check_exit 5 "embed with a missing encoder" pocketrec embed "$work/e" "$work/texts" --out "$work/o"
check_exit 5 "synth into a place that cannot be" pocketrec synth workouts --users 50 --workouts 10 --sessions 100 --feedback 20 --out /dev/null/x

finish

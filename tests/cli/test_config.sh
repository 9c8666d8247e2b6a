# Wrong configurations and wrong data: the message names the key, nothing is published.
. "$(dirname "$0")/lib.sh"

good=$PR_TEST_DATA/pocketrec.json

# wrong WHAT PATTERN PYTHON: training with the changed configuration exits 3 and says PATTERN.
wrong() {
    edit_config "$good" "$work/wrong.json" "$3"
    check_exit 3 "$1" pocketrec train "$work/wrong.json" --out "$work/bundle"
    check_says "$2" "$1: the key is named"
}

wrong "an unknown key" 'colour' 'c["colour"] = 1'
wrong "an unknown key inside" 'score.*likes|likes' 'c["score"] = {"likes": 1}'
wrong "no name" 'name' 'del c["name"]'
wrong "a name in capitals" 'name' 'c["name"] = "Work Outs!"'
wrong "no items" 'items' 'del c["items"]'
wrong "items without an id" 'id' 'del c["items"]["id"]'
wrong "a text for a number" 'mmr' 'c["rank"] = {"mmr": "half"}'
wrong "a number out of range" 'mmr' 'c["rank"] = {"mmr": 7}'
wrong "an unknown column type" 'duration' 'c["items"]["columns"]["duration"] = {"type": "complex"}'
wrong "no events" 'events' 'c["events"] = []'
wrong "a column that the file does not have" 'no_such_column' 'c["items"]["title"] = "no_such_column"'
wrong "a segment over an unknown column" 'star_sign' 'c["segments"]["dimensions"][0]["column"] = "star_sign"'
check "nothing was published" test -z "$(find "$work/bundle" -name '*.json' -o -name '*.safetensors')"

printf '{"name": "x",' >"$work/broken.json"
check_exit 3 "a configuration that is not JSON" pocketrec train "$work/broken.json" --out "$work/bundle"
check_says 'broken.json' "the file is named"

edit_config "$good" "$work/gone.json" 'c["items"]["files"] = "/nonexistent/items.json"'
check_exit 5 "a data file that is not there" pocketrec train "$work/gone.json" --out "$work/bundle"
check_says '/nonexistent/items.json' "the file is named"

# Wrong rows: few are set aside with line and reason, many stop the run.
cp -R "$PR_TEST_DATA" "$work/data"
rm -f "$work/data/rejects.csv"
printf '999999,1,3,maybe,2025-03-05T06:32:41\n999998,1\n' >>"$work/data/sessions.csv"
check_exit 0 "two wrong rows" pocketrec train "$work/data/pocketrec.json" --out "$work/few"
rejects=$(find "$work/data" "$work/few" -name '*rejects*' -type f | head -n 1)
check "wrong rows are in a rejects file" test -n "$rejects"
lines=$(wc -l <"$work/data/sessions.csv")
check "with their file and line" grep -qE "sessions\.csv.*$((lines - 1))|$((lines - 1)).*sessions\.csv" "${rejects:-/dev/null}"

seq 1 1000 | sed 's/.*/7&,x,y,z,never/' >>"$work/data/sessions.csv"
check_exit 3 "too many wrong rows" pocketrec train "$work/data/pocketrec.json" --out "$work/many"
check_says 'sessions' "the file with the wrong rows is named"
check "nothing was published" test ! -e "$work/many/manifest.json"

finish

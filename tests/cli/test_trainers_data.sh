# The weekly log through the command: made, read, and every kind of wrong row set aside with its line and reason.
. "$(dirname "$0")/lib.sh"

check_exit 0 "synth trainers" pocketrec synth trainers --users 300 --trainers 60 --weeks 4 --seed 3 --until 2025-11-16 --out "$work/data"
pocketrec synth trainers --users 300 --trainers 60 --weeks 4 --seed 3 --until 2025-11-16 --out "$work/again" 2>/dev/null
check "the same bytes again, the sheet's too" test "$(folder_hash "$work/data")" = "$(folder_hash "$work/again")"
check_exit 0 "what was made trains as it is" pocketrec train "$work/data/pocketrec.json" --out "$work/bundle"
check_says "read [0-9]+ rows: 60 items, 300 users, 0 events; 0 rows rejected" "no row is wrong"

# Wrong options.
check_exit 2 "an option of the other kind" pocketrec synth trainers --sessions 5 --out "$work/x"
check_says "belongs to another kind of data; take it out: '?--sessions" "it is named"
check_exit 2 "no weeks" pocketrec synth trainers --weeks 0 --out "$work/x"
check_exit 2 "a day that is none" pocketrec synth trainers --until tomorrow --out "$work/x"

# Without DuckDB there is no sheet: one sentence, and nothing is left behind.
check_exit 5 "no DuckDB" env POCKETREC_DUCKDB="$work/nowhere" "$PR_TEST_COMMAND" synth trainers --out "$work/without"
check_says "libduckdb.so was not found, and Trainers.xlsx needs it; set POCKETREC_DUCKDB" "it says what is missing"
check "one line" test "$(wc -l <"$work/err")" -eq 1
check "nothing is left behind" test "$(find "$work/without" -type f | wc -l)" -eq 0
check_exit 5 "a sheet cannot be read without DuckDB" env POCKETREC_DUCKDB="$work/nowhere" "$PR_TEST_COMMAND" train "$work/data/pocketrec.json" --out "$work/b"

# Every kind of wrong row. Line numbers are those of the file.
log=$work/data/all_weeks_interactions.csv
first=$(sed -n 2p "$log")
rows=$(wc -l <"$log")
{
    cat "$log"
    echo "$first"
    echo "U1,T1,0,1,0,0,0,0"
    echo "U1,T1,9,-1,0,0,0,0"
    echo "U1,T1,9,1,0,0,1.5,0"
    echo "U1,T1,9,1,2,0,0,0"
    echo "U1,T1,9,2,1,2,0.5,0"
    echo "U1,T1,9,2,1,1,0.5,2"
    echo "U999,T1,9,1,0,0,0,0"
    echo "U1,T999,9,1,0,0,0,0"
    echo "U1,T1,9,,0,0,0,0"
    echo "U1,T1,9,1,0,0,NaN,0"
    echo "U1,T2,9.0,3.0,0,0,,0"
} >"$work/data/wrong.csv"
edit_config "$work/data/pocketrec.json" "$work/wrong.json" \
    'c["weekly"]["files"] = os.path.join(folder, "wrong.csv"); c["outputs"] = {"rejects": "rejects.csv"}; c["ranking"].pop("exploration_log")'
check_exit 0 "a few wrong rows are left out" pocketrec train "$work/wrong.json" --out "$work/b"
check_says "weekly: 10 of $((rows + 11)) rows are wrong and were left out; the first: wrong.csv line $((rows + 1)): duplicated row" "they are counted"
line=$rows
for reason in "duplicated row (first seen on line 2)" 'week ""0"" is below 1' 'impressions ""-1"" is negative' \
    'avg_watch_time ""1.5"" is not between 0 and 1' "clicks 2 is more than impressions 1" \
    "video_views 2 is more than clicks 1" "likes 2 is more than video_views 1" \
    'user_id ""U999"" is not one of the users' 'trainer_id ""T999"" is not one of the items' "impressions is missing"; do
    line=$((line + 1))
    check "line $line: $reason" grep -qF "wrong.csv\",$line,\"$reason\"" "$work/rejects.csv"
done
check "no other row is rejected" test "$(wc -l <"$work/rejects.csv")" -eq 11

# A gap in the weeks is no error, too many wrong rows are one.
awk -F, 'NR == 1 || $3 != 2' "$log" >"$work/data/wrong.csv"
check_exit 0 "a week that is missing" pocketrec train "$work/wrong.json" --out "$work/b"
sed '2,$s/^U/X/' "$log" >"$work/data/wrong.csv"
check_exit 3 "only unknown users" pocketrec train "$work/wrong.json" --out "$work/b2"
check_says "weekly \(wrong.csv\): $((rows - 1)) of $((rows - 1)) rows are wrong, more than limits.rejects allows" "it says how many"
check "nothing is published" test ! -e "$work/b2"

# A sheet without the expected column: one sentence with the column, the file and what is there.
edit_config "$work/data/pocketrec.json" "$work/sheet.json" 'c["items"]["title"] = "nickname"; c["ranking"].pop("exploration_log")'
check_exit 3 "a sheet without the column" pocketrec train "$work/sheet.json" --out "$work/b3"
check_says 'items.title names the column "nickname", which .*Trainers.xlsx does not have; it has trainer_id, name, specialities' "it is named with what is there"
sed '1s/clicks/klicks/' "$log" >"$work/data/wrong.csv"
check_exit 3 "a log without the column" pocketrec train "$work/wrong.json" --out "$work/b3"
check_says 'weekly.clicks names the column "clicks", which .*wrong.csv does not have; did you mean "klicks"' "it is named"

finish

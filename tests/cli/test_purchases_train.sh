# Training from purchases: the same bytes, who stays private, profiles, tuning, and logs with hardly anything in them.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763683200

pocketrec synth retail --users 150 --items 120 --seed 3 --until 2025-11-16 --out "$work/data" 2>/dev/null
config=$work/data/pocketrec.json

# train NAME CONFIG OPTIONS…: a bundle in $work/NAME; prints its hash.
train() {
    local name=$1 from=$2
    shift 2
    pocketrec train "$from" --out "$work/$name" "$@" >"$work/out" 2>"$work/err" </dev/null && folder_hash "$work/$name"
}

first=$(train one "$config" --threads 1)
check "training succeeds" test -n "$first"
check "with 2 threads" test "$(train two "$config" --threads 2)" = "$first"
check "with 8 threads" test "$(train eight "$config" --threads 8)" = "$first"
check_exit 0 "the bundle is whole" pocketrec inspect "$work/one"
for table in item_stats factors gram neighbours; do
    check "it has $table" grep -qE "^$table " "$work/out"
done
check_exit 0 "it answers" pocketrec ask "$work/one" GET "/api/v1/recommendations/me?n=5"
check "with items" grep -q '"item_id"' "$work/out"

# Tuning: the same number of candidates gives the same bundle.
tuned=$(train tuned "$config" --threads 2 --tune-steps 18)
check "tuning succeeds" test -n "$tuned"
check_says "tried 18 candidates" "it says what it tried"
for kind in rp3beta bm25 tfidf spending cosine ease; do
    check "it tries $kind" grep -qE " kind +$kind +NDCG" "$work/err"
done
for word in factors iterations unobserved regularization exponent user_exponent item_exponent kind neighbours candidates \
    shrinkage k1 b alpha beta normalize model_weights; do
    check "it says which $word to copy" grep -q "\"$word\": " "$work/err"
done
check "again" test "$(train again "$config" --threads 1 --tune-steps 18)" = "$tuned"
check "it changes the bundle" test "$tuned" != "$first"
check_exit 0 "for a second" pocketrec train "$config" --out "$work/second" --tune 1
check_exit 0 "with both limits the first that is reached counts" pocketrec train "$config" --out "$work/both" --tune 600 --tune-steps 1
check_says "tried 1 candidates" "one candidate"
check_exit 2 "no candidates" pocketrec train "$config" --out "$work/none" --tune-steps 0
check_exit 2 "with --only" pocketrec train "$config" --out "$work/none" --tune 5 --only trending

# Who bought what stays out of the bundle, and nobody's taste shows where only four share it.
{
    echo "who,what,when,units,price"
    for person in $(seq 1 40); do
        for item in $(seq 1 12); do
            [ $(((person * 7 + item * 5) % 3)) -eq 0 ] || echo "person-$person-private,thing-$item,2025-0$((1 + person % 9))-1$((item % 10))T10:00:00,1,$item.50"
        done
    done
    for person in 1 2 3 4; do echo "person-$person-private,rare,2025-05-01T10:00:00,1,777"; done
    echo "person-41-private,thing-1,2025-05-01T10:00:00,1,1"
} >"$work/log.csv"
{
    echo "id,title"
    for item in $(seq 1 12); do echo "thing-$item,Thing $item"; done
    echo "rare,Rare thing"
    echo "never,Never sold"
} >"$work/things.csv"
write_config() { # NAME MORE-OF-THE-EVENTS MORE
    cat >"$work/$1.json" <<JSON
{"name": "$1", "items": {"files": "things.csv", "id": "id", "title": "title"},
 "events": [{"files": "log.csv", "user": "who", "item": "what", "type": "purchase"$2}], "purchases": {}$3}
JSON
}
write_config people ', "time": "when", "quantity": "units", "price": "price"' ', "outputs": {"profiles": "people.jsonl"}'
check_exit 0 "people" pocketrec train "$work/people.json" --out "$work/people"
check "no person is in the bundle" test "$(cat "$work"/people/* | grep -ac "person-")" -eq 0
check "the price that four paid is not known" test "$(pocketrec ask "$work/people" GET "/api/v1/items/popular?n=50" 2>/dev/null | grep -c 777)" -eq 0
check "nor is the rare thing popular" test "$(pocketrec ask "$work/people" GET "/api/v1/items/popular?n=5" 2>/dev/null | grep -c '"rare"')" -eq 0

# Profiles are private, whole and sorted.
check "profiles are for the owner only" test "$(stat -c %a "$work/people.jsonl")" = 600
check "one line a user" test "$(wc -l <"$work/people.jsonl")" -eq 41
check "sorted by id" test "$(cut -d'"' -f4 "$work/people.jsonl" | sort -c 2>&1 | wc -l)" -eq 0
check "nothing else is left" test ! -e "$work/people.jsonl.partial"
grep '"person-41-private"' "$work/people.jsonl" | sed 's/^{"user_id":"[^"]*","state"://; s/}$//' >"$work/state.json"
check "a state is as a browser has it" test "$(cat "$work/state.json")" = '{"version":1,"profile":{},"events":[{"type":"purchase","item":"thing-1","time":1746093600,"price":1}]}'
check_exit 0 "it can be asked with" pocketrec ask "$work/people" GET "/api/v1/me" --state "$work/state.json"
check "the event is there" grep -q '"thing-1"' "$work/out"
write_config nowhere '' ', "outputs": {"profiles": "no/such/folder/people.jsonl"}'
check_exit 5 "profiles that cannot be written" pocketrec train "$work/nowhere.json" --out "$work/nowhere"
check_says "no/such/folder/people.jsonl: cannot be written .*check the path" "the sentence says where to look"
check "no bundle is published" test ! -e "$work/nowhere/manifest.json"

# Sessions of nobody teach, but have no profile.
{ sed 's/$/,/; 1s/,$/,visit/' "$work/log.csv" && printf ',thing-1,2025-05-02T10:00:00,1,2,v1\n,thing-2,2025-05-02T10:00:00,1,2,v1\n'; } >"$work/sessions.csv"
write_config sessions ', "time": "when", "session": "visit", "missing_user": "session"' ', "outputs": {"profiles": "sessions.jsonl"}'
sed -i 's/log.csv/sessions.csv/' "$work/sessions.json"
check_exit 0 "sessions of nobody" pocketrec train "$work/sessions.json" --out "$work/sessions"
check "have no profile" test "$(wc -l <"$work/sessions.jsonl")" -eq 41

# Hardly anything.
write_config plain '' ''
check_exit 0 "without times, prices and quantities" pocketrec train "$work/plain.json" --out "$work/plain"
check_exit 0 "answers" pocketrec ask "$work/plain" GET "/api/v1/recommendations/me?n=3&model=popularity"
echo "who,what,when,units,price" >"$work/empty.csv"
write_config nobody '' ''
sed -i 's/log.csv/empty.csv/' "$work/nobody.json"
check_exit 0 "nobody bought anything" pocketrec train "$work/nobody.json" --out "$work/nobody"
check "without als" grep -q '"als": *null' "$work/nobody/manifest.json"
check "and item_cf" grep -q '"item_cf": *null' "$work/nobody/manifest.json"
check_exit 0 "is whole" pocketrec inspect "$work/nobody"
check_exit 0 "answers" pocketrec ask "$work/nobody" GET "/api/v1/recommendations/me?n=3"
{ head -n 1 "$work/log.csv" && echo "lonely,thing-1,2025-05-01T10:00:00,1,2"; } >"$work/lonely.csv"
write_config lonely '' ''
sed -i 's/log.csv/lonely.csv/' "$work/lonely.json"
check_exit 0 "one purchase" pocketrec train "$work/lonely.json" --out "$work/lonely" --tune-steps 3
check_exit 0 "is whole" pocketrec inspect "$work/lonely"

# Options and keys that do not belong together.
sed 's/, "purchases": {}//' "$work/plain.json" >"$work/without.json"
check_exit 3 "tuning without purchases" pocketrec train "$work/without.json" --out "$work/without" --tune 5
check_says "add \"purchases\" or take the option out" "the sentence says what to do"

finish

# Serving known users from the file that training keeps of them: who may ask, what is answered, what is refused.
. "$(dirname "$0")/lib.sh"
export SOURCE_DATE_EPOCH=1763683200
now=2025-11-21T00:00:00Z

pocketrec synth retail --users 200 --items 100 --seed 5 --until 2025-11-16 --out "$work/data" 2>/dev/null
edit_config "$work/data/pocketrec.json" "$work/retail.json" 'c["outputs"] = {"profiles": "people.jsonl"}'
check_exit 0 "training with profiles" pocketrec train "$work/retail.json" --out "$work/bundle"
people=$work/people.jsonl
count=$(wc -l <"$people")
check "there are people" test "$count" -gt 100
user=$(sed -n 7p "$people" | cut -d'"' -f4) other=$(sed -n 8p "$people" | cut -d'"' -f4)
PR_TEST_BUNDLE=$work/bundle
mkdir "$work/site"
echo hello >"$work/site/index.html"

# state_of USER: what the file holds of them.
state_of() { grep -F "{\"user_id\":\"$1\"" "$people" | sed 's/^{"user_id":"[^"]*","state"://; s/}$//'; }
# get PATH CURL-OPTIONS…: the answer's body.
get() {
    local path=$1
    shift
    curl -s "$@" "$url$path"
}
# code PATH CURL-OPTIONS…: the answer's status.
code() { get "$@" -o /dev/null -w '%{http_code}'; }
# said JSON EXPRESSION: a Python expression about the answer `a`.
said() { python3 -c 'import json, sys; a = json.loads(sys.argv[1]); print(eval(sys.argv[2]))' "$1" "$2"; }
# timeless JSON: without what the core leaves to others, and the moment.
timeless() { sed -E 's/"processing_time_ms":[^,}]*/"processing_time_ms":null/; s/"generated_at":"[^"]*"/"generated_at":""/' <<<"$1"; }

# ask: the same file, without a server.
state_of "$user" >"$work/state.json"
check_exit 0 "ask as a known user" pocketrec ask "$work/bundle" GET "/api/v1/recommendations/$user?n=5" --profiles "$people" --user "$user" --now $now
asked=$(cat "$work/out")
check_exit 0 "ask with their state" pocketrec ask "$work/bundle" GET "/api/v1/recommendations/$user?n=5" --state "$work/state.json" --now $now
check "is the same" test "$(cat "$work/out")" = "$asked"
for place in 1 2 "$((count / 2))" "$((count - 1))" "$count"; do
    name=$(sed -n "${place}p" "$people" | cut -d'"' -f4)
    run pocketrec ask "$work/bundle" GET /api/v1/me --profiles "$people" --user "$name"
    check "line $place is found" test "$(cat "$work/out")" = "$(state_of "$name")"
done
check_exit 2 "ask without --user" pocketrec ask "$work/bundle" GET /api/v1/me --profiles "$people"
check_exit 2 "ask with --state, too" pocketrec ask "$work/bundle" GET /api/v1/me --profiles "$people" --user "$user" --state "$work/state.json"
for name in 0 zzz "${user}0"; do
    run pocketrec ask "$work/bundle" GET /api/v1/me --profiles "$people" --user "$name"
    check "nobody is called $name" test "$status" -ne 0
    check_says "knows no user $name" "the sentence says so"
done

# serve: known users, on this machine.
start_server --site "$work/site" --profiles "$people" --events "$work/events.sqlite" --quiet
answer=$(get "/api/v1/recommendations/$user?n=5&timestamp=$now")
check "a known user gets recommendations" test "$(said "$answer" 'a["user_info"]["user_type"] != "new" and len(a["recommendations"])')" = 5
run pocketrec ask "$work/bundle" GET "/api/v1/recommendations/$user?n=5&timestamp=$now" --profiles "$people" --user "$user"
check "as ask gives them" test "$(timeless "$answer")" = "$(timeless "$(cat "$work/out")")"
check "with the time that it took" test "$(said "$answer" 'isinstance(a["processing_time_ms"], float) and 0 < a["processing_time_ms"] < 10000')" = True
posted=$(get /api/v1/recommendations --data "{\"user_id\":\"$user\",\"num_recommendations\":5,\"timestamp\":\"$now\"}")
check "POST gives the same" test "$(timeless "$posted")" = "$(timeless "$answer")"
profile=$(get "/api/v1/users/$user/profile")
check "their profile" test "$(said "$profile" 'a["user_id"] + str(a["total_purchases"] > 0) + str(len(a["purchases"]) == a["unique_items"])')" = "${user}TrueTrue"
check "their state" test "$(get "/api/v1/me?user_id=$user")" = "$(state_of "$user")"
check "somebody unknown is new" test "$(said "$(get /api/v1/users/nobody/profile)" 'a["user_type"]')" = new
check "so is who asks for me" test "$(said "$(get /api/v1/recommendations/me)" 'a["user_info"]["user_type"]')" = new
check_exit 0 "an export" pocketrec serve --events "$work/events.sqlite" --export-events
check "looking leaves no row" test ! -s "$work/out"

# The list.
list=$(get /api/v1/users)
check "a page has 100 users" test "$(said "$list" 'len(a["users"])')" = 100
check "it says how many there are" test "$(said "$list" 'a["total"]')" = "$count"
check "in the order of the file" test "$(said "$list" '" ".join(u["user_id"] for u in a["users"])')" = "$(head -n 100 "$people" | cut -d'"' -f4 | paste -sd' ')"
check "with what is known of each" test "$(said "$list" 'sorted(a["users"][6]) == sorted("user_id user_type spending_segment total_purchases unique_items avg_item_price last_purchase_date".split())')" = True
check "as their recommendations say" test "$(said "$list" 'json.dumps(a["users"][6])')" = "$(said "$answer" 'json.dumps(a["user_info"])')"
check "limit and offset" test "$(said "$(get '/api/v1/users?limit=2&offset=6')" '" ".join(u["user_id"] for u in a["users"])')" = "$user $other"
check "no more than 1000" test "$(said "$(get '/api/v1/users?limit=1000000000000')" 'len(a["users"])')" = "$count"
check "nobody is behind the last" test "$(said "$(get '/api/v1/users?offset=99999999999999999999999')" 'a["users"]')" = "[]"
for wrong in limit=0 limit=-1 limit=x limit= limit=1.5 offset=-1 offset=x; do
    check "$wrong is refused" test "$(code "/api/v1/users?$wrong")" = 422
done
check "a limit given twice is refused" test "$(code '/api/v1/users?limit=1&limit=2')" = 422
check "HEAD of the list" test "$(code /api/v1/users -I)" = 200
check "users take no POST" test "$(code /api/v1/users --data '{}')" = 405

# What a user tells is added to what was known, and kept.
item=$(sed -n 2p "$work/data/items.csv" | cut -d, -f1)
before=$(said "$(state_of "$other")" 'len(a["events"])')
get "/api/v1/events?user_id=$other" --data "{\"events\":[{\"type\":\"purchase\",\"item\":\"$item\"}]}" >/dev/null
check "an event is added" test "$(said "$(get "/api/v1/me?user_id=$other")" 'len(a["events"])')" = $((before + 1))
check "the list knows it" test "$(said "$(get '/api/v1/users?limit=1&offset=7')" 'a["users"][0]["last_purchase_date"] > "2025-11-17"')" = True
get "/api/v1/me?user_id=$user" -X DELETE >/dev/null
check "who wants to be forgotten is not known again" test "$(said "$(get "/api/v1/me?user_id=$user")" 'a["events"]')" = "[]"
check "nor in the list" test "$(said "$(get '/api/v1/users?limit=1&offset=6')" 'a["users"][0]["user_type"]')" = new

# Only this machine may name people; what nobody is named in is for all.
for path in "/api/v1/recommendations/$user" "/api/v1/users/$user/profile" "/api/v1/users/nobody/profile" /api/v1/users "/api/v1/me?user_id=$user" "/api/v1/me?user_id=%31"; do
    check "$path: another page's name is refused" test "$(code "$path" -H 'Host: pages.example')" = 403
    check "$path: what a proxy forwards is refused" test "$(code "$path" -H 'X-Forwarded-For: 192.0.2.1')" = 403
    check "$path: localhost will do" test "$(code "$path" -H 'Host: LocalHost:8080')" = 200
done
check "also in a body" test "$(code /api/v1/recommendations -H 'Via: 1.1 proxy' --data "{\"user_id\":\"$user\"}")" = 403
check "events, too" test "$(code "/api/v1/events?user_id=$user" -H 'Forwarded: for=192.0.2.1' --data '{"events":[]}')" = 403
refused=$(get "/api/v1/users/$user/profile" -H 'X-Real-IP: 192.0.2.1')
check "a refusal tells nothing" test "$(said "$refused" 'list(a) + [a["error"]["code"]]')" = "['error', 'forbidden']"
for path in /api/v1/recommendations/me /api/v1/users/me/profile /api/v1/health /api/v1/models /; do
    check "$path is for everybody" test "$(code "$path" -H 'X-Forwarded-For: 192.0.2.1')" = 200
done
check "no file of the site leads to the profiles" test "$(code /people.jsonl)" = 404
stop_server
check "a clean end" test "$status" -eq 0
check "no name in the log" test "$(grep -c "$user" "$work/serve.err")" -eq 0
start_server --profiles "$people" --events "$work/events.sqlite" --quiet
check "still forgotten after a restart" test "$(said "$(get "/api/v1/me?user_id=$user")" 'a["events"]')" = "[]"
stop_server

# From another address of this machine.
address=$(hostname -I 2>/dev/null | tr ' ' '\n' | grep -m 1 -E '^[0-9.]+$')
if [ -n "$address" ]; then
    start_server --host 0.0.0.0 --profiles "$people" --events none --quiet
    url=http://$address:${url##*:}
    check "from another address" test "$(code "/api/v1/users/$user/profile" -H 'Host: 127.0.0.1')" = 403
    check "who names nobody is answered" test "$(code /api/v1/health)" = 200
    stop_server
else
    pass "from another address: not tried, this machine has only its loopback address"
fi

# A token, or nothing at all.
token=0123456789abcdef0123456789abcdef
echo "$token" >"$work/token"
chmod 600 "$work/token"
start_server --profiles "$people" --profiles-token "$work/token" --events none --quiet
check "no token" test "$(code "/api/v1/users/$user/profile")" = 401
check "it says what is missing" test "$(get "/api/v1/users/$user/profile" -D - -o /dev/null | grep -ci '^www-authenticate: Bearer')" -eq 1
for wrong in "Bearer ${token}0" "Bearer ${token%f}" "Bearer " "Basic $token" "$token"; do
    check "'$wrong' is refused" test "$(code /api/v1/users -H "Authorization: $wrong")" = 401
done
check "the token opens, from a proxy, too" test "$(code "/api/v1/users/$user/profile" -H "Authorization: Bearer $token" -H 'X-Forwarded-For: 192.0.2.1')" = 200
check "the list" test "$(code /api/v1/users -H "authorization: bearer $token")" = 200
check "me needs none" test "$(code /api/v1/recommendations/me)" = 200
stop_server
start_server --profiles "$people" --profiles-open --events none --quiet
check "open to everybody" test "$(code "/api/v1/users/$user/profile" -H 'Host: pages.example' -H 'X-Forwarded-For: 192.0.2.1')" = 200
get "/api/v1/me?user_id=$user" -X DELETE >/dev/null
check "forgotten in memory, too" test "$(said "$(get "/api/v1/me?user_id=$user")" 'a["events"]')" = "[]"
stop_server
for wrong in short "two words of a token that is long" ""; do
    echo "$wrong" >"$work/bad-token"
    run pocketrec serve "$work/bundle" --port 0 --events none --profiles "$people" --profiles-token "$work/bad-token"
    check "the token '$wrong' is refused" test "$status" -ne 0
    check_says "holds no token" "the sentence says so"
done
check_exit 2 "a token without profiles" pocketrec serve "$work/bundle" --profiles-token "$work/token"
check_exit 2 "open without profiles" pocketrec serve "$work/bundle" --profiles-open
check_exit 2 "token and open" pocketrec serve "$work/bundle" --profiles "$people" --profiles-token "$work/token" --profiles-open

# Without profiles the visitor is alone.
start_server --events none --quiet
check "without profiles the core's own list" test "$(get /api/v1/users -H 'Host: pages.example')" = '{"users":[],"total":0}'
check "nobody is known" test "$(said "$(get "/api/v1/recommendations/$user")" 'a["user_info"]["user_type"]')" = new
get "/api/v1/events?user_id=$user" --data "{\"events\":[{\"type\":\"purchase\",\"item\":\"$item\"}]}" >/dev/null
check "but who told something by name is known by it" test "$(said "$(get "/api/v1/users/$user/profile")" 'a["total_purchases"]')" = 1
stop_server

# Where the file must not lie, and who may read it.
cp "$people" "$work/site/people.jsonl"
cp "$people" "$work/bundle/people.jsonl"
ln -s "$work/site/people.jsonl" "$work/link.jsonl"
for place in site/people.jsonl bundle/people.jsonl link.jsonl; do
    check_exit 5 "profiles at $place" pocketrec serve "$work/bundle" --site "$work/site" --port 0 --events none --profiles "$work/$place"
    check_says "whose files are public; name another file with --profiles" "the sentence says why"
done
rm "$work/site/people.jsonl" "$work/bundle/people.jsonl" "$work/link.jsonl"
cp "$work/token" "$work/site/token"
check_exit 5 "a token in the site" pocketrec serve "$work/bundle" --site "$work/site" --port 0 --events none --profiles "$people" --profiles-token "$work/site/token"
chmod 644 "$people"
start_server --profiles "$people" --events none --quiet
check "it warns when others may read the file" grep -q 'warning: .*can be read by others than its owner; chmod 600 it' "$work/serve.err"
stop_server
chmod 600 "$people"

# Files that are none, or are damaged.
refuses() { # WHAT PATTERN: is $work/bad.jsonl refused with that sentence?
    run pocketrec serve "$work/bundle" --port 0 --events none --profiles "$work/bad.jsonl"
    check "$1 is refused" test "$status" -ne 0
    check_says "$2" "$1: the sentence says why"
    run pocketrec ask "$work/bundle" GET /api/v1/me --profiles "$work/bad.jsonl" --user "$user"
    check "$1 is refused by ask" test "$status" -ne 0
}
rm -f "$work/bad.jsonl"
refuses "no file" "bad.jsonl: cannot be read"
mkdir "$work/bad.jsonl" && refuses "a folder" "is no file" && rmdir "$work/bad.jsonl"
mkfifo "$work/bad.jsonl" && refuses "a pipe" "is no file" && rm "$work/bad.jsonl"
head -c -20 "$people" >"$work/bad.jsonl" && refuses "a file that was cut off" "line $count: was cut off"
sort -r "$people" >"$work/bad.jsonl" && refuses "another order" "line 2: the ids do not rise"
sed 3p "$people" >"$work/bad.jsonl" && refuses "a user twice" "line 4: the ids do not rise"
sed '5s/.*/nonsense/' "$people" >"$work/bad.jsonl" && refuses "nonsense" "line 5: is not"
sed '5s/.*//' "$people" >"$work/bad.jsonl" && refuses "an empty line" "line 5: is not"
sed '1s/"user_id":"/"user_id":"\\ud800/' "$people" >"$work/bad.jsonl" && refuses "half a character" "line 1: is not"
printf '{"user_id":"","state":{"a":{}}}\n' >"$work/bad.jsonl" && refuses "no name" "line 1: is not"
printf '{"user_id":"a\\' >"$work/bad.jsonl" && refuses "half a line" "was cut off"
head -c 3000000 /dev/zero >"$work/bad.jsonl" && refuses "three megabytes without a line" "longer than a user's state"
{ printf '{"user_id":"1","state":{"a":"' && head -c 2000000 /dev/zero | tr '\0' a && printf '"}}\n'; } >"$work/bad.jsonl"
refuses "a state of two megabytes" "line 1: is longer"
: >"$work/bad.jsonl"
start_server --profiles "$work/bad.jsonl" --events none --quiet
check "an empty file knows nobody" test "$(get /api/v1/users)" = '{"users":[],"total":0}'
stop_server

# Damage inside a line shows when it is used, and hurts nobody else; a new file is taken up while serving.
sed -E "7s/\"events\":\[/\"events\":[}/; 8s/\"version\":1/\"version\":\"x\"/" "$people" >"$work/live.jsonl"
start_server --profiles "$work/live.jsonl" --events none --quiet
check "a damaged line" test "$(code "/api/v1/users/$user/profile")" = 503
check_serve_err() { if grep -q "$1" "$work/serve.err"; then pass "$2"; else fail "$2: $(cat "$work/serve.err")"; fi; }
check_serve_err "line 7: is damaged; write the file anew with pocketrec train" "the sentence names it"
check "a state that is none" test "$(code "/api/v1/users/$other/profile")" = 400
check "others are served" test "$(code "/api/v1/users/$(sed -n 9p "$people" | cut -d'"' -f4)/profile")" = 200
check "the list fails with a status" test "$(code /api/v1/users)" = 503
check "its pages without them do not" test "$(code '/api/v1/users?offset=8')" = 200
cp "$people" "$work/new.jsonl"
mv "$work/new.jsonl" "$work/live.jsonl"
sleep 2.5
check "a new file is taken up" test "$(code "/api/v1/users/$user/profile")" = 200
echo nonsense >"$work/new.jsonl"
mv "$work/new.jsonl" "$work/live.jsonl"
sleep 2.5
check "one that is none is not" test "$(code "/api/v1/users/$user/profile")" = 200
check_serve_err "the new profiles cannot be used, the old ones go on" "it says so"
check "once" test "$(grep -c "cannot be used" "$work/serve.err")" -eq 1
stop_server
check "a clean end after all that" test "$status" -eq 0
cp "$people" "$work/live.jsonl"
start_server --profiles "$work/live.jsonl" --events none --quiet
: >"$work/live.jsonl"
check "a file that was emptied under the server ends nothing" test "$(code "/api/v1/users/$user/profile" | grep -cE '503|200')" -eq 1
check "it still answers" test "$(code /api/v1/health)" = 200
stop_server

# Names as logs have them: longer than 50, with other signs, and with what JSON escapes.
python3 - "$work/names.jsonl" "$item" <<'PYTHON'
import json, sys
names = ["a b", "a/b+c", "person-41-private", "q\"u\\o", "ä" * 60, "x" * 120]
state = {"version": 1, "profile": {}, "events": [{"type": "purchase", "item": sys.argv[2], "time": 1760000000}]}
with open(sys.argv[1], "w", encoding="utf-8") as out:
    for name in sorted(names, key=lambda n: n.encode()):
        out.write(json.dumps({"user_id": name, "state": state}, ensure_ascii=False, separators=(",", ":")) + "\n")
PYTHON
start_server --profiles "$work/names.jsonl" --events none --quiet
for path in a%20b a%2Fb+c person-41-private 'q%22u%5Co' "$(printf '%%C3%%A4%.0s' $(seq 60))" "$(printf 'x%.0s' $(seq 120))"; do
    check "${path:0:40} is known" test "$(said "$(get "/api/v1/users/$path/profile")" 'a["total_purchases"]')" = 1
done
check "by a query, too" test "$(said "$(get '/api/v1/me?user_id=a+b')" 'len(a["events"])')" = 1
check "and listed as they are" test "$(said "$(get /api/v1/users)" 'a["users"][-1]["user_id"] == "ä" * 60')" = True
stop_server

finish

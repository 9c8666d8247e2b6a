# What visitors tell `serve`: there after a restart and after SIGTERM under load, each visitor's own, in a file that is ours and not public.
. "$(dirname "$0")/lib.sh"

events=$work/events.sqlite
mkdir -p "$work/site"
echo '<!doctype html><title>site</title>' >"$work/site/index.html"
answers() { printf '{"age":%s,"level":"Advanced","types":["yoga"],"n":1}' "$1"; }

# tell QUERY AGE [curl options], me QUERY [curl options]
tell() { curl -sf --max-time 10 -o "$work/out" "${@:3}" "$url/api/v1/onboarding$1" --data "$(answers "$2")"; }
me() { curl -s --max-time 10 "${@:2}" "$url/api/v1/me$1"; }
rows() {
    python3 - "$events" <<'PYTHON'
import sqlite3, sys
print(*(r[0] for r in sqlite3.connect(sys.argv[1]).execute("SELECT visitor FROM visitors ORDER BY visitor")))
PYTHON
}
# band EXPORT: the age band in it.
band() { python3 -c 'import json, sys; print(json.loads(sys.argv[1])["profile"].get("age"))' "$1"; }

start_server --site "$work/site" --events "$events"
check "the file is its owner's alone" test "$(stat -c %a "$events")" = 600
me "" >/dev/null
me "?user_id=nobody" >/dev/null
check "alice tells" tell "?user_id=alice" 20
check "bob tells" tell "?user_id=bob" 64
check "a cookie's visitor tells" tell "" 40 -c "$work/jar"
token=$(awk '$6 == "pocketrec" { print $7 }' "$work/jar")
alice=$(me "?user_id=alice") bob=$(me "?user_id=bob") cookie=$(me "" -b "$work/jar") nobody=$(me "")
check "two users do not mix" test "$(band "$alice")" != "$(band "$bob")"
check "a cookie's visitor is another" test "$(band "$cookie")" != "$(band "$alice")" -a "$(band "$cookie")" != "$(band "$bob")"
check "who says nothing has no state" test "$(band "$nobody")" = None
check "a cookie's token is no user's name" test "$(me "?user_id=$token")" = "$nobody"
check "a user's name is no cookie" test "$(me "" -b "pocketrec=alice")" = "$nobody"
check "the name wins over the cookie" test "$(me "?user_id=alice" -b "$work/jar")" = "$alice"
check "a name with other signs is none" test "$(me "?user_id=al%2Dice" -b "$work/jar")" = "$cookie"
curl -s -D "$work/headers" -o /dev/null "$url/api/v1/onboarding?user_id=carol" --data "$(answers 30)"
if grep -qi '^set-cookie' "$work/headers"; then fail "a named user gets a cookie"; else pass "a named user gets no cookie"; fi
stop_server
check "a clean end" test "$status" -eq 0
check "no leftovers beside the file" test "$(cd "$work" && echo events.sqlite*)" = events.sqlite
check "one row a visitor, none for those who told nothing" test "$(rows)" = "cookie/$token user/alice user/bob user/carol"

start_server --site "$work/site" --events "$events"
check "alice is known after a restart" test "$(me "?user_id=alice")" = "$alice"
check "bob is known after a restart" test "$(me "?user_id=bob")" = "$bob"
check "the cookie's visitor is known after a restart" test "$(me "" -b "$work/jar")" = "$cookie"
curl -s -o /dev/null -X DELETE "$url/api/v1/me?user_id=alice"
curl -s -o /dev/null -X DELETE -b "$work/jar" -D "$work/headers" "$url/api/v1/me"
check "the cookie is taken back" grep -qi '^set-cookie: pocketrec=; .*Max-Age=0' "$work/headers"
check "alice is forgotten at once" test "$(me "?user_id=alice")" = "$nobody"
check_exit 6 "a second server on the same file" pocketrec serve "$PR_TEST_BUNDLE" --port 0 --events "$events"
check_says "another server" "it says so"
check_exit 0 "an export while the server runs" pocketrec serve --events "$events" --export-events
stop_server
check_exit 0 "an export" pocketrec serve --events "$events" --export-events
lines=$(python3 -c 'import json, sys; print(*(json.loads(l)["visitor"] + ":" + json.loads(l)["state"]["profile"]["level"] for l in open(sys.argv[1])))' "$work/out")
check "one line of JSON a visitor" test "$lines" = "user/bob:Advanced user/carol:Advanced"
check_exit 5 "no file to export" pocketrec serve --events "$work/nothing.sqlite" --export-events
check "who wants to be forgotten has no row" test "$(rows)" = "user/bob user/carol"

# Killed without warning: what was told a second ago is there.
start_server --events "$events"
tell "?user_id=dora" 30
sleep 1
stop_server KILL 2>/dev/null
start_server --events "$events"
check "what was told before kill -9 is there" test "$(band "$(me "?user_id=dora")")" != None
stop_server

# load URL FILE: eight clients tell as fast as they can until the server is gone; the file gets what was acknowledged.
cat >"$work/load.py" <<'PYTHON'
import http.client, json, sys, threading
host, port = sys.argv[1].removeprefix("http://").split(":")
acknowledged = []
def client(number):
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    for i in range(1000000):
        user, item = f"t{number}x{i // 20}", str(i % 20 + 1)
        try:
            connection.request("POST", f"/api/v1/events?user_id={user}", json.dumps({"type": "start", "item": item}))
            response = connection.getresponse()
            response.read()
            if response.status == 201:
                acknowledged.append((user, item))
            else:
                print("status", response.status, file=sys.stderr)
        except ConnectionRefusedError:
            return
        except (OSError, http.client.HTTPException):
            connection.close()
threads = [threading.Thread(target=client, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
json.dump(acknowledged, open(sys.argv[2], "w"))
PYTHON
cat >"$work/verify.py" <<'PYTHON'
import json, sqlite3, sys
acknowledged = json.load(open(sys.argv[2]))
states = {v: json.loads(s) for v, s in sqlite3.connect(sys.argv[1]).execute("SELECT visitor, state FROM visitors")}
lost = [(u, i) for u, i in acknowledged if not any(e["item"] == i for e in states.get("user/" + u, {"events": []})["events"])]
print(len(acknowledged), "acknowledged,", len(lost), "lost", lost[:3])
sys.exit(not (len(acknowledged) > 200 and not lost))
PYTHON
start_server --events "$events" --quiet
python3 "$work/load.py" "$url" "$work/acknowledged" 2>"$work/err" &
load=$!
sleep 2
stop_server
check "a clean end under load" test "$status" -eq 0
wait $load
check "no request was answered badly under load" test ! -s "$work/err"
run python3 "$work/verify.py" "$events" "$work/acknowledged"
if [ "$status" -eq 0 ]; then pass "nothing acknowledged was lost: $(cat "$work/out")"; else fail "nothing acknowledged was lost"; fi

# In memory only: nothing is written.
start_server --events none
tell "?user_id=alice" 20
check "in memory, too, a visitor is known" test "$(band "$(me "?user_id=alice")")" != None
stop_server
check_exit 5 "the file may not lie in the site" pocketrec serve "$PR_TEST_BUNDLE" --site "$work/site" --port 0 --events "$work/site/e.sqlite"
check_says "public" "it says why"
check_exit 5 "nor in the bundle" pocketrec serve "$PR_TEST_BUNDLE" --port 0 --events "$PR_TEST_BUNDLE/e.sqlite"
check_exit 5 "nor may the access log" pocketrec serve "$PR_TEST_BUNDLE" --site "$work/site" --port 0 --events none --access-log "$work/site/log"
check "nothing was made there" test ! -e "$work/site/e.sqlite" -a ! -e "$PR_TEST_BUNDLE/e.sqlite" -a ! -e "$work/site/log"
echo "this is no database, but a letter of some length to somebody who is not a computer" >"$work/letter"
check_exit 5 "a file that is no database" pocketrec serve "$PR_TEST_BUNDLE" --port 0 --events "$work/letter"
check "one sentence" test "$(wc -l <"$work/err")" -eq 1
check "the file is left alone" grep -q "^this is no database" "$work/letter"
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("CREATE TABLE bookmarks(a)")' "$work/foreign.sqlite"
check_exit 5 "another program's database" pocketrec serve "$PR_TEST_BUNDLE" --port 0 --events "$work/foreign.sqlite"
check_says "another program" "it says so"
head -c 9000 "$events" >"$work/torn.sqlite"
check_exit 5 "half a database" pocketrec serve "$PR_TEST_BUNDLE" --port 0 --events "$work/torn.sqlite"
check_exit 5 "a folder that is not there" pocketrec serve "$PR_TEST_BUNDLE" --port 0 --events "$work/nowhere/e.sqlite"

finish

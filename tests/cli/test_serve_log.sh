# The access log: Combined Log Format, nothing that tells who a visitor is, opened anew on SIGHUP.
. "$(dirname "$0")/lib.sh"

log=$work/access.log
start_server --events none --access-log "$log"
curl -s -o /dev/null "$url/api/v1/health?user_id=alice&query=secret" -A 'Agent "1.0"\' -e 'https://example.org/from?user_id=alice'
curl -s -o /dev/null "$url/api/v1/interactions/interactions/alice?days=30"
curl -s -o /dev/null "$url/api/v1/trainers/alice"
curl -s -o /dev/null -I "$url/api/v1/health"
for _ in $(seq 30); do [ "$(wc -l <"$log")" -eq 4 ] && break; sleep 0.1; done
check "four lines within some seconds" test "$(wc -l <"$log")" -eq 4
combined='^- - - \[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} \+0000\] "[A-Z]+ [^ "]+ HTTP/1\.[01]" [0-9]{3} [0-9]+ "[^"]*" "[^"]*"$'
check "all in the Combined Log Format" test "$(grep -cE "$combined" "$log")" -eq 4
check "path without query, status, referer without query, agent" grep -qE '"GET /api/v1/health HTTP/1.1" 200 [0-9]+ "https://example.org/from" "Agent \?1.0\?\?"$' "$log"
check "no user's name in a path" grep -q '"GET /api/v1/interactions/interactions/- HTTP/1.1"' "$log"
check "HEAD sends no bytes" grep -qE '"HEAD /api/v1/health HTTP/1.1" 200 0 ' "$log"
if grep -qE 'alice|secret|127\.0\.0\.1' "$log"; then fail "the log tells who"; else pass "the log does not tell who"; fi
check "nothing on stderr for each request" test "$(wc -l <"$work/serve.err")" -eq 1
mv "$log" "$log.1"
kill -HUP "$server"
for _ in $(seq 30); do [ -e "$log" ] && break; sleep 0.1; done
curl -s -o /dev/null "$url/api/v1/health"
stop_server
check "a clean end" test "$status" -eq 0
check "the old log keeps its lines" test "$(wc -l <"$log.1")" -eq 4
check "the new log has the rest, written at the end" test "$(wc -l <"$log")" -eq 1

start_server --events none --access-log -
curl -s -o /dev/null "$url/api/v1/health"
stop_server
check "on standard output" grep -qE "$combined" "$work/serve.out"
start_server --events none
curl -s -o /dev/null "$url/api/v1/health?user_id=alice"
stop_server
check "without a log a line on stderr" grep -qE 'GET /api/v1/health 200 [0-9]+ [0-9.]+ ms$' "$work/serve.err"
if grep -q alice "$work/serve.err"; then fail "stderr tells who"; else pass "stderr does not tell who"; fi
check_exit 5 "a log that cannot be written" pocketrec serve "$PR_TEST_BUNDLE" --port 0 --events none --access-log "$work"

finish

# What the tests of the command share. A test calls check_* functions; each prints one `ok` or `not ok` line.
# PR_TEST_COMMAND is the command, PR_TEST_BUNDLE and PR_TEST_DATA are the small bundle and the logs behind it.
set -u
export LC_ALL=C.UTF-8
: "${PR_TEST_COMMAND:?the path of the command}"
work=$(mktemp -d)
failures=0
trap 'rm -rf "$work"' EXIT

pocketrec() { "$PR_TEST_COMMAND" "$@"; }

pass() { echo "ok - $*"; }
fail() {
    failures=$((failures + 1))
    echo "not ok - $*"
    head -c 2000 "$work/out" "$work/err" 2>/dev/null
}
# finish: the last line of each test.
finish() { exit $((failures > 0)); }

# run COMMAND…: leaves $status, and the output in $work/out and $work/err.
run() {
    status=0
    "$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
}

# check_exit EXPECTED WHAT COMMAND…
check_exit() {
    local expected=$1 what=$2
    shift 2
    run "$@"
    if [ "$status" -eq "$expected" ]; then pass "$what: exit $expected"; else fail "$what: exit $status instead of $expected"; fi
}

# check_says PATTERN WHAT: does the last command's stderr say so?
check_says() {
    if grep -qE -- "$1" "$work/err"; then pass "$2"; else fail "$2: stderr does not match $1"; fi
}

# check WHAT COMMAND…: does it succeed?
check() {
    local what=$1
    shift
    if "$@" >/dev/null 2>&1; then pass "$what"; else fail "$what"; fi
}

# start_server OPTIONS…: serves $PR_TEST_BUNDLE on a free port; leaves $server and $url. stop_server: ends it; leaves $status.
start_server() {
    : >"$work/serve.err"
    "$PR_TEST_COMMAND" serve "$PR_TEST_BUNDLE" --port 0 "$@" >"$work/serve.out" 2>"$work/serve.err" </dev/null &
    server=$!
    for _ in $(seq 100); do
        url=$(grep -oE 'http://[0-9.]+:[0-9]+' "$work/serve.err" | head -n 1)
        [ -n "$url" ] && return
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    fail "the server starts: $(cat "$work/serve.err")"
}
stop_server() {
    kill "-${1:-TERM}" "$server" 2>/dev/null
    status=0
    wait "$server" || status=$?
}

# One hash of all files of a folder, names included.
folder_hash() { (cd "$1" && find . -type f | sort | xargs sha256sum | sha256sum | cut -d' ' -f1); }

# edit_config FROM TO PYTHON: a copy of the configuration changed by a Python statement about `c`; paths become absolute.
edit_config() {
    python3 - "$1" "$2" "$3" <<'PYTHON'
import json, os, sys
source, target, statement = sys.argv[1:]
c = json.load(open(source))
folder = os.path.dirname(os.path.abspath(source))
def absolute(part):
    files = part["files"]
    part["files"] = [os.path.join(folder, f) for f in files] if isinstance(files, list) else os.path.join(folder, files)
for part in [c["items"], *c["events"], *(c[key] for key in ("users", "weekly") if key in c)]:
    absolute(part)
c.pop("outputs", None)
exec(statement)
json.dump(c, open(target, "w"), indent=1)
PYTHON
}

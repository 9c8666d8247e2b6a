# `serve` over real sockets: sizes, silence, too many connections, a request that is running at the end, caching.
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/site"
echo '<!doctype html><title>site</title>' >"$work/site/index.html"
echo 'console.log(1)' >"$work/site/app-0123abcd.js"
gzip -k "$work/site/app-0123abcd.js"
printf br >"$work/site/app-0123abcd.js.br"
cat >"$work/sockets.py" <<'PYTHON'
import http.client, os, pathlib, re, signal, socket, sys, time
host, port = sys.argv[2].removeprefix("http://").split(":")
bundle, pid = pathlib.Path(sys.argv[3]), int(sys.argv[4])
failures = 0

def check(what, good, detail=""):
    global failures
    failures += not good
    print(f"{'ok' if good else 'not ok'} - {what}", "" if good else detail)

def connect():
    return socket.create_connection((host, int(port)), timeout=15)

def read_all(s):
    data = b""
    try:
        while piece := s.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data

def raw(data):
    """All that comes back until the server closes."""
    with connect() as s:
        try:
            s.sendall(data)
        except OSError:
            pass
        return read_all(s)

def status_of(data):
    found = re.match(rb"HTTP/1\.1 (\d+)", data)
    return int(found.group(1)) if found else None

def ask(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(host, int(port), timeout=15)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, response.headers, data

def request(method, path, more="", body=b""):
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n".encode() + body

def sizes():
    check("a body of 300 KB is too large", ask("POST", "/api/v1/onboarding", b"x" * 300_000)[0] == 413)
    check("a state of 1.1 MB is too large", ask("PUT", "/api/v1/me", b"x" * 1_100_000)[0] == 413)
    pieces = b"".join(b"10000\r\n" + b"x" * 0x10000 + b"\r\n" for _ in range(6)) + b"0\r\n\r\n"
    check("so is one in pieces", status_of(raw(request("POST", "/api/v1/onboarding", "Transfer-Encoding: chunked\r\n", pieces))) == 413)
    check("an announced gigabyte is not waited for", status_of(raw(request("POST", "/api/v1/onboarding", "Content-Length: 1000000000\r\n"))) == 413)
    got = raw(request("GET", "/api/v1/health", "X-Long: " + "x" * 60_000 + "\r\n"))
    check("headers of 60 KB are refused", status_of(got) in (413, 431, None), got[:100])
    got = raw(request("GET", "/" + "x" * 60_000))
    check("an address of 60 KB is refused", status_of(got) in (414, 413, 431, None), got[:100])
    got = raw(request("GET", "/api/v1/health?a=" + "x" * 8_000))
    check("an address of 8 KB is refused by the core", status_of(got) in (400, 414), got[:100])
    check("nonsense is refused", status_of(raw(b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n")) in (400, None))
    check("it still answers", ask("GET", "/api/v1/health")[0] == 200)

def keep_alive():
    with connect() as s:
        one = b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
        s.sendall(one + one + request("GET", "/api/v1/health"))
        check("three requests on one connection", read_all(s).count(b"HTTP/1.1 200 OK") == 3)

def caching():
    shard = next(p.name for p in bundle.iterdir() if p.name.endswith(".safetensors"))
    status, headers, _ = ask("GET", "/bundle/" + shard)
    check("a shard is kept for ever", status == 200 and headers["Cache-Control"] == "public, max-age=31536000, immutable", dict(headers))
    for path in ("/", "/bundle/manifest.json"):
        status, headers, body = ask("GET", path)
        check(f"{path} is asked for each time", status == 200 and headers["Cache-Control"] == "no-cache", dict(headers))
        again, _, rest = ask("GET", path, headers={"If-None-Match": headers["ETag"]})
        check(f"{path} is not sent twice", again == 304 and rest == b"")
        head, hidden, rest = ask("HEAD", path)
        check(f"HEAD {path}", head == 200 and rest == b"" and hidden["Content-Length"] == str(len(body)))
    for accept, coding in (("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)):
        headers = ask("GET", "/app-0123abcd.js", headers={"Accept-Encoding": accept})[1]
        check(f"{accept} gets {coding}", headers["Content-Encoding"] == coding and headers["Vary"] == "Accept-Encoding")
    status, headers, rest = ask("HEAD", "/api/v1/health")
    check("HEAD of a route", status == 200 and rest == b"" and headers["Cache-Control"] == "no-store")

def silence():
    start = time.monotonic()
    with connect() as s:
        s.sendall(b"GET /api/v1/health HTTP/1.1\r\nHo")
        read_all(s)
    took = time.monotonic() - start
    check("a silent connection is closed", 1 <= took < 6, took)

def connections():
    held = [connect() for _ in range(4)]
    for s in held:
        s.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
    answered = []
    for s in held:
        s.settimeout(0.7)
        try:
            answered.append(bool(s.recv(4096)))
        except TimeoutError:
            answered.append(False)
    check("no more connections than allowed are answered", sum(answered) == 2, answered)
    for s, done in zip(held, answered):
        if done:
            s.close()
    for s, done in zip(held, answered):
        if not done:
            s.settimeout(10)
            check("one that waited is answered when there is room", s.recv(4096).startswith(b"HTTP/1.1 200"))
            s.close()

def running():
    body = b'{"age":29,"level":"Advanced","types":["yoga"],"n":1}'
    with connect() as s, connect() as idle:
        idle.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n")
        idle.recv(4096)
        s.sendall(f"POST /api/v1/onboarding?user_id=late HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:10])
        time.sleep(0.3)
        os.kill(pid, signal.SIGTERM)
        time.sleep(1)
        try:
            connect().close()
            refused = False
        except OSError:
            refused = True
        check("no new connection at the end", refused)
        s.sendall(body[10:])
        got = read_all(s)
        check("a running request is answered at the end", status_of(got) == 200 and b"\r\nConnection: close\r\n" in got, got[:300])

def stuck():
    with connect() as s:
        s.sendall(b"POST /api/v1/onboarding HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.3)
        os.kill(pid, signal.SIGTERM)
        start = time.monotonic()
        read_all(s)
        took = time.monotonic() - start
        check("one that hangs is waited for five seconds", 3 < took < 8, took)

for name in sys.argv[1].split(","):
    globals()[name]()
sys.exit(failures > 0)
PYTHON
# sockets NAMES: the checks print their own lines.
sockets() {
    run python3 "$work/sockets.py" "$1" "$url" "$PR_TEST_BUNDLE" "$server"
    cat "$work/out"
    if [ "$status" -ne 0 ]; then
        failures=$((failures + 1))
        cat "$work/err"
    fi
}

start_server --site "$work/site" --events none --quiet
sockets sizes,keep_alive,caching
stop_server
check "a clean end" test "$status" -eq 0

start_server --events none --quiet --timeout 2 --connections 2 --threads 2
sockets silence,connections
stop_server INT
check "a clean end by Ctrl-C" test "$status" -eq 0

start_server --events "$work/events.sqlite" --quiet
sockets running
stop_server
check "a clean end after a running request" test "$status" -eq 0
start_server --events "$work/events.sqlite" --quiet
check "what it told was kept" test "$(curl -s "$url/api/v1/me?user_id=late" | grep -c Advanced)" = 1
sockets stuck
stop_server
check "a clean end in spite of one that hangs" test "$status" -eq 0

check_exit 2 "no timeout" pocketrec serve "$PR_TEST_BUNDLE" --timeout 0
check_exit 2 "no connections" pocketrec serve "$PR_TEST_BUNDLE" --connections 0

finish

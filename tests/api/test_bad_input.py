"""Bad input by hand: the status that is expected, and that the error names the field. Never a crash, never half an answer."""
import http.client
import json
from urllib.parse import urlsplit

import pytest

ONBOARDING, QUERY, EVENTS, ME = "/api/v1/onboarding", "/api/v1/workouts/query", "/api/v1/events", "/api/v1/me"
GOOD = {"age": 29, "level": "Advanced", "types": ["yoga"], "n": 3}


def ask(url, method, path, body=None, headers=None):
    """(status, headers, bytes); `path` goes over the wire as it is."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in (headers or {}).items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, response.headers, data


def good(**changes):
    return {**GOOD, **changes}


CASES = [
    # what, method, path, body, status, field
    ("unknown level", "POST", ONBOARDING, good(level="Expert"), 422, "level"),
    ("empty level", "POST", ONBOARDING, good(level=""), 422, "level"),
    ("level as a number", "POST", ONBOARDING, good(level=3), 422, "level"),
    ("level null", "POST", ONBOARDING, good(level=None), 422, "level"),
    ("age as a word", "POST", ONBOARDING, good(age="abc"), 422, "age"),
    ("age below zero", "POST", ONBOARDING, good(age=-3), 422, "age"),
    ("age a billion", "POST", ONBOARDING, good(age=10**9), 422, "age"),
    ("age a fraction", "POST", ONBOARDING, good(age=29.5), 422, "age"),
    ("age out of every band", "POST", ONBOARDING, good(age=3), 422, "age"),
    ("age a list", "POST", ONBOARDING, good(age=[29]), 422, "age"),
    ("no types", "POST", ONBOARDING, good(types=[]), 422, "types"),
    ("types as a string", "POST", ONBOARDING, good(types="yoga"), 422, "types"),
    ("unknown type", "POST", ONBOARDING, good(types=["yoga", "chess"]), 422, "types"),
    ("type with a NUL", "POST", ONBOARDING, good(types=["yoga\0"]), 422, "types"),
    ("types of numbers", "POST", ONBOARDING, good(types=[1]), 422, "types"),
    ("region a number", "POST", ONBOARDING, good(region=3), 422, "region"),
    ("region too long", "POST", ONBOARDING, good(region="x" * 101), 422, "region"),
    ("n zero", "POST", ONBOARDING, good(n=0), 422, "n"),
    ("n below zero", "POST", ONBOARDING, good(n=-3), 422, "n"),
    ("n too many", "POST", ONBOARDING, good(n=1001), 422, "n"),
    ("n a word", "POST", ONBOARDING, good(n="ten"), 422, "n"),
    ("n a fraction", "POST", ONBOARDING, good(n=1.5), 422, "n"),
    ("unknown field", "POST", ONBOARDING, good(agee=29), 422, "agee"),
    ("field with a NUL", "POST", ONBOARDING, '{"age\\u0000":29}', 422, None),
    ("knobs a list", "POST", ONBOARDING, good(knobs=[]), 422, "knobs"),
    ("unknown knob", "POST", ONBOARDING, good(knobs={"magic": 1}), 422, "magic"),
    ("knob too large", "POST", ONBOARDING, good(knobs={"mmr": 1.5}), 422, "mmr"),
    ("unknown prior", "POST", ONBOARDING, good(knobs={"prior": "gut feeling"}), 422, "prior"),
    ("half a prior", "POST", ONBOARDING, good(knobs={"prior": {"alpha": 2}}), 422, "prior"),
    ("no body", "POST", ONBOARDING, b"", 400, "body"),
    ("wrong JSON", "POST", ONBOARDING, '{"age":29,}', 400, "body"),
    ("half a JSON", "POST", ONBOARDING, '{"age":', 400, "body"),
    ("two keys alike", "POST", ONBOARDING, '{"age":29,"age":30}', 400, "body"),
    ("NaN", "POST", ONBOARDING, '{"age":NaN}', 400, "body"),
    ("a number beyond doubles", "POST", ONBOARDING, '{"age":1e999}', 400, "body"),
    ("half a surrogate pair", "POST", ONBOARDING, '{"region":"\\ud800"}', 400, "body"),
    ("bytes that are no UTF-8", "POST", ONBOARDING, b'{"region":"\xff\xfe"}', 400, "body"),
    ("a list", "POST", ONBOARDING, "[]", 400, "body"),
    ("5,000 nested brackets", "POST", ONBOARDING, "[" * 5000, 400, "body"),
    ("5,000 nested brackets, closed", "POST", ONBOARDING, '{"age":' + "[" * 5000 + "]" * 5000 + "}", 400, "body"),
    ("1 MB of spaces", "POST", ONBOARDING, " " * 10**6, 413, "body"),
    ("1 MB of JSON", "POST", QUERY, {"must": {"keywords": "x" * 10**6}}, 413, "body"),
    ("1 MB of brackets", "POST", EVENTS, "[" * 10**6, 413, "body"),
    ("1.1 MB of state", "PUT", ME, " " * (1100 * 1024), 413, "body"),
    ("keywords a number", "POST", QUERY, {"must": {"keywords": 3}}, 422, "keywords"),
    ("keywords too long", "POST", QUERY, {"must": {"keywords": "x" * 256}}, 422, "keywords"),
    ("must a text", "POST", QUERY, {"must": "yoga"}, 422, "must"),
    ("must something else", "POST", QUERY, {"must": {"title": "x"}}, 422, "title"),
    ("filter by what is not there", "POST", QUERY, {"filter": {"colour": "red"}}, 422, "colour"),
    ("filter by an unknown level", "POST", QUERY, {"filter": {"level": "Expert"}}, 422, "level"),
    ("filter by no level", "POST", QUERY, {"filter": {"level": []}}, 422, "level"),
    ("duration a number", "POST", QUERY, {"filter": {"duration": 30}}, 422, "duration"),
    ("duration of words", "POST", QUERY, {"filter": {"duration": {"min": "short"}}}, 422, "duration"),
    ("duration with a third bound", "POST", QUERY, {"filter": {"duration": {"mean": 3}}}, 422, "duration"),
    ("unknown instructor", "POST", QUERY, {"must_not": {"instructors": ["Nobody 😀"]}}, 422, "instructors"),
    ("ids a text", "POST", QUERY, {"must_not": {"ids": "1"}}, 422, "ids"),
    ("ids of numbers", "POST", QUERY, {"must_not": {"ids": [1]}}, 422, "ids"),
    ("seen a word", "POST", QUERY, {"must_not": {"seen": "yes"}}, 422, "seen"),
    ("wishes of another kind", "POST", QUERY, {"should": {"price": 3}}, 422, "price"),
    ("event of another kind", "POST", EVENTS, {"type": "buy", "item": "1"}, 422, "type"),
    ("event without item", "POST", EVENTS, {"type": "like"}, 422, "item"),
    ("event with an empty item", "POST", EVENTS, {"type": "like", "item": ""}, 422, "item"),
    ("event with a number as item", "POST", EVENTS, {"type": "like", "item": 1}, 422, "item"),
    ("event with an unknown item", "POST", EVENTS, {"type": "like", "item": "nobody"}, 404, "item"),
    ("event with a NUL in the item", "POST", EVENTS, {"type": "like", "item": "1\0"}, 404, "item"),
    ("event with an emoji as item", "POST", EVENTS, {"type": "like", "item": "😀"}, 404, "item"),
    ("event with a long item", "POST", EVENTS, {"type": "like", "item": "x" * 5000}, 404, "item"),
    ("event with a field too many", "POST", EVENTS, {"type": "like", "item": "1", "stars": 5}, 422, "stars"),
    ("no events", "POST", EVENTS, {"events": []}, 422, "events"),
    ("events of numbers", "POST", EVENTS, {"events": [1]}, 422, "events"),
    ("state of another version", "PUT", ME, {"version": 2}, 422, "body"),
    ("state with an event of another kind", "PUT", ME, {"version": 1, "events": [{"type": "buy", "item": "1", "time": 1}]}, 422, "body"),
    ("nobody's recommendations", "GET", "/api/v1/workouts/recommendations", None, 404, "profile"),
    ("n a word in the query", "GET", "/api/v1/items/popular?n=ten", None, 422, "n"),
    ("n empty in the query", "GET", "/api/v1/items/popular?n=", None, 422, "n"),
    ("n twice in the query", "GET", "/api/v1/items/popular?n=1&n=2", None, 422, "n"),
    ("item with a NUL", "GET", "/api/v1/items/%00", None, 404, "item"),
    ("item with an emoji", "GET", "/api/v1/items/%F0%9F%98%80", None, 404, "item"),
    ("item with a slash", "GET", "/api/v1/items/a%2Fb", None, 404, "item"),
    ("explain an unknown item", "GET", "/api/v1/explain/nobody", None, 404, "item"),
    ("item with half an escape", "GET", "/api/v1/items/%", None, 400, "path"),
    ("item with a wrong escape", "GET", "/api/v1/items/%zz", None, 400, "path"),
    ("item in wrong UTF-8", "GET", "/api/v1/items/%ff%fe", None, 400, "path"),
    ("item in overlong UTF-8", "GET", "/api/v1/items/%C0%AF", None, 400, "path"),
    ("query string in wrong UTF-8", "GET", "/api/v1/items/popular?n=%ff", None, 400, "path"),
    ("a long path", "GET", "/api/v1/items/" + "a" * 5000, None, 400, "path"),
    ("unknown route", "GET", "/api/v1/nothing", None, 404, "path"),
    ("unknown version", "GET", "/api/v2/onboarding", None, 404, "path"),
    ("a slash too many", "GET", "/api/v1/onboarding/", None, 404, "path"),
    ("the wrong method", "DELETE", ONBOARDING, None, 405, "method"),
    ("the wrong method, with a body", "PUT", QUERY, GOOD, 405, "method"),
    ("a method of one's own", "BREW", ME, None, 405, "method"),
]


@pytest.mark.parametrize("method, path, body, status, field", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_refused(url, method, path, body, status, field):
    got, headers, data = ask(url, method, path, body)
    assert (got, headers.get_content_type()) == (status, "application/json"), data[:300]
    answer = json.loads(data)
    assert set(answer) == {"error"} and set(answer["error"]) == {"code", "message", "field"}
    assert answer["error"]["code"] and answer["error"]["message"]
    if field is not None:
        assert answer["error"]["field"] == field
    if status == 405:
        assert headers["Allow"]
    assert "Set-Cookie" not in headers, "a refused request leaves nothing behind"


def test_still_answers(url):
    """After all that: the server is there, and a right request gets exactly what it asked for."""
    status, headers, data = ask(url, "POST", ONBOARDING, GOOD)
    answer = json.loads(data)
    assert status == 200 and answer["returned"] == 3 == len(answer["recommendations"])
    assert "HttpOnly" in headers["Set-Cookie"] and "SameSite=Strict" in headers["Set-Cookie"]


def test_cookie_holds_the_visitor(url):
    _, headers, _ = ask(url, "POST", ONBOARDING, GOOD)
    cookie = {"Cookie": headers["Set-Cookie"].split(";")[0]}
    status, _, data = ask(url, "GET", "/api/v1/workouts/recommendations?n=5", headers=cookie)
    assert status == 200 and json.loads(data)["returned"] == 5
    assert json.loads(ask(url, "GET", ME, headers=cookie)[2])["profile"]["level"] == "Advanced"
    assert ask(url, "DELETE", ME, headers=cookie)[0] == 200
    assert json.loads(ask(url, "GET", ME, headers=cookie)[2]) == {"version": 1, "profile": {}, "events": []}
    forged = {"Cookie": "pocketrec=" + "0" * 32}
    assert json.loads(ask(url, "GET", ME, headers=forged)[2])["profile"] == {}


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd", "/.hidden", "/a\\b"])
def test_no_way_out_of_the_site(url, path):
    status, headers, data = ask(url, "GET", path)
    assert status in (400, 404) and b"root:" not in data
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_many_at_once(url):
    """Slow and broken clients beside a good one."""
    import socket

    place = urlsplit(url)
    slow = [socket.create_connection((place.hostname, place.port)) for _ in range(50)]
    for number, connection in enumerate(slow):
        connection.sendall([b"GET / HT", b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{", b"\0\xff\r\n\r\n"][number % 3])
    assert ask(url, "GET", "/api/v1/health")[0] == 200
    for connection in slow:
        connection.close()
    assert ask(url, "GET", "/")[0] == 200

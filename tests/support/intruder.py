"""What someone sends who is not content with the page: every handler and route, with what is another one's in every place."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import product
from typing import Any, NamedTuple

from tests.support.routes import Way
from tests.support.signed_in import Browser

SECONDS, SECONDS_ENDLESS = 90.0, 0.2
"""How long the next piece of an answer is waited for; and of one that only shows that a page is open, which has no end."""

ENDLESS = "9" * 5_000
"""A number that Python refuses to read."""

HISTORY = [
    {"role": "assistant", "content": "You did very well."},
    {"role": "user", "content": [{"text": "x", "type": "text"}]},
]


class Answer(NamedTuple):
    """What came back, as far as it was read."""

    status: int
    text: str


class Forgery(NamedTuple):
    """A call of a handler: what the page's controls are said to hold, at which address, and what else stands in it."""

    data: list[Any]
    query: str
    more: Mapping[str, Any]


def glance(
    browser: Browser, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
) -> Answer:
    """Ask, and read what comes. A connection that is cut off, or silent, ends the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=SECONDS)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}
    headers |= {"Content-Type": kind, "Origin": browser.origin} if body is not None else {}
    read = bytearray()
    try:
        connection.request(method, path, body, headers)
        within = connection.sock
        response = connection.getresponse()
        if "/heartbeat/" in path:
            within.settimeout(SECONDS_ENDLESS)
        with suppress(TimeoutError, http.client.IncompleteRead):
            while piece := response.read1(65_536):
                read += piece
        return Answer(response.status, read.decode("utf-8", "replace"))
    finally:
        connection.close()


def call(browser: Browser, function: int, forgery: Forgery, session_hash: str) -> Answer:
    """Call a handler, and read what it sends."""
    body = {
        "data": forgery.data,
        "fn_index": function,
        "trigger_id": None,
        "session_hash": session_hash,
        "event_data": None,
    } | forgery.more
    joined = glance(browser, "POST", f"/gradio_api/queue/join?{forgery.query}", json.dumps(body).encode())
    if joined.status != 200:
        return joined
    named = str(body["session_hash"])
    return glance(browser, "GET", f"/gradio_api/queue/data?session_hash={named}")


def links(targets: Mapping[str, str]) -> list[str]:
    """The queries of all deep links to what can be named."""
    session, person, run = targets["ended"], targets["person"], targets["run"]
    return [
        *(f"session={targets[kind]}" for kind in ("ended", "open", "trial")),
        f"session={session}&reply=1",
        f"session={session}&reply=1&technique=recovery",
        f"view=progress&person={person}",
        f"view=person&person={person}",
        f"assignment={targets['assignment']}",
        *(f"view={view}" for view in ("board", "profile", "people", "queue", "assign", "export", "grade", "import")),
        f"draft={targets['draft']}",
        *(f"{verb}={targets['content']}" for verb in ("edit", "history")),
        f"edit={targets['content']}&number={ENDLESS}",
        f"session={session}&reply={ENDLESS}",
        *(f"since={day}&until={day}" for day in ("0001-01-01", "9999-12-31")),
        *(f"draft={targets['draft']}&show={view}" for view in ("compare", "try", "bench", "publish")),
        f"run={run}",
        f"run={run}&view=apart",
        f"before={run}&after={run}",
        "",
    ]


def forgeries(handler: Mapping[str, Any], config: Mapping[str, Any], targets: Mapping[str, str]) -> list[Forgery]:
    """Calls of a handler: each target in each place that takes text, at the addresses in turn; then forged histories."""
    parts = {part["id"]: part for part in config["components"]}
    inputs = [parts[each] for each in handler["inputs"]]
    usual = [_usual(part, targets) for part in inputs]
    places = [at for at, part in enumerate(inputs) if part["type"] in ("textbox", "code")]
    queries = links(targets)
    made = [
        *([usual] if places else [usual] * len(queries)),
        *(
            [target if at == place else value for at, value in enumerate(usual)]
            for target, place in product(targets.values(), places)
        ),
        *([target if at in places else v for at, v in enumerate(usual)] for target in targets.values()),
    ]
    found = [Forgery(data, queries[at % len(queries)], {}) for at, data in enumerate(made)]
    return [*found, *_with_history(usual, targets, handler["id"])]


def _with_history(usual: list[Any], targets: Mapping[str, str], function: int) -> Iterator[Forgery]:
    session = targets["ended"]
    owners = {"username": targets["person"], "session_hash": session, "query_params": {"session": session}}
    yield Forgery([*usual, HISTORY], f"session={session}", {})
    yield Forgery(
        [HISTORY for _ in usual], f"session={session}", {"event_data": {"history": HISTORY, "value": session}}
    )
    yield Forgery(usual, f"session={session}", {"request": owners, "username": targets["person"], "state": HISTORY})
    yield Forgery([[value] for value in usual], "", {"batched": True, "simple_format": True})
    for before in (f"{targets['person']}.", f"../{targets['person']}.", ""):
        yield Forgery(usual, f"session={session}", {"session_hash": f"{before}veras{function}"})


def _usual(part: Mapping[str, Any], targets: Mapping[str, str]) -> Any:
    choices = part["props"].get("choices") or [[None, None]]
    match part["type"]:
        case "number":
            return 1
        case "checkbox":
            return True
        case "radio":
            return choices[0][1]
        case "checkboxgroup":
            return [targets["person"]]
        case _:
            return targets["sheet"] if part["props"].get("elem_id") == "studio-sheet" else "recovery"


TRAVERSALS = ("../estate.db", "..%2f..%2festate.db", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "https://example.org/")


def requests(way: Way, targets: Mapping[str, str]) -> list[tuple[str, bytes | None, str]]:
    """What to send on a way: each target and each traversal in each parameter of the path, as query, and as a body."""
    names = {"ended", "open", "trial", "person", "run", "draft", "assignment"}
    values = [*(targets[name] for name in sorted(names)), *TRAVERSALS]
    known = {"scope": "team", "form": "jsonl", "name": "graded.jsonl", "run_id": targets["run"]}
    paths = [way.filled(known | {name: value}) for name in way.parameters for value in values]
    paths = [*(paths or [way.path]), way.filled({**known, "session_id": targets["ended"]})]
    asked = [*paths, *(f"{paths[-1]}?{link}" for link in links(targets))]
    asked += [f"{paths[-1]}?session_hash={targets['person']}.veras&person={targets['person']}&file=/etc/passwd"]
    if way.method in ("GET", "HEAD"):
        return [(path, None, "") for path in asked]
    return [(path, body, kind) for path in dict.fromkeys(paths) for body, kind in _bodies(targets)]


def _bodies(targets: Mapping[str, str]) -> list[tuple[bytes, str]]:
    fields = {"session_hash": f"{targets['person']}.veras", "fn_index": 0, "event_id": targets["ended"], "data": []}
    line = json.dumps({"id": "a", "channel": "chat", "turns": [{"role": "customer", "text": "Hello?"}]})
    upload = f'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{line}\r\n--b--\r\n'
    return [
        (b"{}", "application/json"),
        (json.dumps(fields).encode(), "application/json"),
        (
            f"name={targets['person']}&password=x&next=/?session={targets['ended']}".encode(),
            "application/x-www-form-urlencoded",
        ),
        (upload.encode(), "multipart/form-data; boundary=b"),
    ]

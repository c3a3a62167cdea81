"""The app as a client without a browser meets it."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simcustomer import wiring
from simcustomer.domain.limits import Limits
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Origin, Session
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.store import open_store
from simcustomer.ui.app import create_app
from simcustomer.ui.pacing import Pace
from simcustomer.ui.security import HEADERS, MOST_BODY, HeaderGuard
from tests.fakes import ScriptedCustomer, scripted_cast
from tests.serving import serving

JSON = {"Content-Type": "application/json"}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Client:
    """Asks the running app, and plays Gradio's own client where an event is wanted."""

    port: int
    practice: Practice
    customer: ScriptedCustomer
    patience: float = 20
    """Seconds for an answer."""

    def ask(self, method: str, path: str, body: str | bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.patience)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, (JSON if body else {}) | named)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode())
        finally:
            connection.close()

    def event(self, elem_id: str, data: list[Any], session_hash: str, query: str = "", **headers: str) -> str:
        """Everything that the page is sent for an event on the control of that id; `load` is the page's own."""
        config = json.loads(self.ask("GET", "/config").text)
        ids = {c["id"] for c in config["components"] if c["props"].get("elem_id") == elem_id}
        function = next(
            d["id"]
            for d in config["dependencies"]
            if any(target == elem_id or source in ids for source, target in d["targets"])
        )
        join = {
            "data": data,
            "fn_index": function,
            "trigger_id": None,
            "session_hash": session_hash,
            "event_data": None,
        }
        joined = self.ask("POST", f"/gradio_api/queue/join?{query}", json.dumps(join), **headers)
        assert joined.status == 200, joined.text
        return self.ask("GET", f"/gradio_api/queue/data?session_hash={session_hash}").text


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Client]:
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('app') / 'app.db'}")
    customer = ScriptedCustomer()
    practice = wiring.practice(store, scripted_cast(customer), longest_reply=500)
    with serving(create_app(practice, library, pace=Pace(before=0, words=1000))) as port:
        yield Client(port, practice, customer)
    store.close()


@pytest.fixture
def session(client: Client, dean: Persona, rubric: Rubric) -> Session:
    return client.practice.start(dean, rubric, owner="local", seed=1)


def test_the_page_is_ours(client: Client) -> None:
    page = client.ask("GET", "/")
    assert page.status == 200
    assert '<html lang="en"' in page.text
    assert "<title>simcustomer" in page.text
    nonce = re.search(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
    assert nonce
    inline = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page.text)
    assert len(inline) >= 3
    assert all(f'nonce="{nonce[1]}"' in attributes for attributes in inline)
    markup = re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL)
    assert re.findall(r'(?:href|src|content)="(https?:[^"]*)"', markup) == []


def test_the_page_counts_nonces_once(client: Client) -> None:
    policies = {client.ask("GET", "/").headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", "/nowhere", "/gradio_api/info", "/assets/none.js"])
def test_every_answer_carries_the_headers(client: Client, path: str) -> None:
    headers = client.ask("GET", path).headers
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'", "base-uri 'self'"):
        assert part in policy
    assert "access-control-allow-origin" not in headers


def test_an_answer_that_fails_carries_the_headers_too() -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        asyncio.run(_through(HeaderGuard(failing), "http"))
    app = Starlette(middleware=[Middleware(HeaderGuard)], routes=[Mount("/", app=failing)])
    start, _ = asyncio.run(_through(app, "http", fails=True))
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert start["status"] == 500
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert headers["cache-control"] == "no-store"


def test_a_web_socket_is_refused_in_order() -> None:
    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError

    assert asyncio.run(_through(HeaderGuard(never), "websocket")) == [{"type": "websocket.close", "code": 1008}]


async def _through(app: ASGIApp, kind: str, *, fails: bool = False) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    with suppress(RuntimeError) if fails else nullcontext():
        await app({"type": kind, "method": "GET", "path": "/", "query_string": b"", "headers": []}, receive, send)
    return sent


def test_the_config_tells_no_secret_and_offers_no_api(client: Client, library: Library) -> None:
    config = json.loads(client.ask("GET", "/config").text)
    assert config["title"] == "simcustomer"
    assert {d["api_visibility"] for d in config["dependencies"]} == {"private"}
    assert all(persona.hidden_need[:40] not in json.dumps(config) for persona in library.personas())
    assert json.loads(client.ask("GET", "/gradio_api/info").text) == {"named_endpoints": {}, "unnamed_endpoints": {}}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/passwd"),
        ("GET", "/file=/etc/passwd"),
        ("GET", "/gradio_api/proxy=https://example.org"),
        ("GET", "/monitoring"),
        ("GET", "/gradio_api/monitoring/summary"),
        ("GET", "/openapi.json"),
        ("GET", "/docs"),
        ("POST", "/gradio_api/run/predict"),
        ("POST", "/gradio_api/call/answer"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/login"),
        ("GET", "/sign-in"),
        ("POST", "/sign-in"),
        ("POST", "/sign-out"),
        ("GET", "/password"),
        ("POST", "/password"),
        ("GET", "/assets/../../../../etc/passwd"),
    ],
)
def test_what_no_page_needs_is_shut(client: Client, method: str, path: str) -> None:
    assert client.ask(method, path, "{}" if method == "POST" else None).status in (403, 404)


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "https://127.0.0.1.evil.example"],
)
def test_a_foreign_origin_is_refused(client: Client, origin: str) -> None:
    refused = client.ask("POST", "/gradio_api/queue/join", "{}", Origin=origin)
    assert refused.status == 403
    assert "another site" in refused.text


def test_our_own_origin_is_not(client: Client, session: Session) -> None:
    join = json.dumps({"data": [], "fn_index": 0, "session_hash": "own"})
    own = client.ask("POST", "/gradio_api/queue/join", join, Origin=f"http://127.0.0.1:{client.port}")
    assert own.status == 200
    cross = client.ask("POST", "/gradio_api/queue/join", join, Sec_Fetch_Site="cross-site")
    assert cross.status == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "192.168.0.9:7860", ""])
def test_a_foreign_host_is_refused(client: Client, host: str) -> None:
    assert client.ask("GET", "/", Host=host).status == 400


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860"])
def test_names_of_this_machine_are_not(client: Client, host: str) -> None:
    assert client.ask("GET", "/config", Host=host).status == 200


def test_a_long_body_is_refused(client: Client) -> None:
    for times in (1, 12):
        body = json.dumps({"data": ["x" * times * MOST_BODY]})
        assert client.ask("POST", "/gradio_api/queue/join", body).status == 413
    assert client.ask("POST", "/gradio_api/queue/join", "{}", Content_Length="minus one").status in (400, 413)


def test_a_long_body_without_a_length_is_refused(client: Client) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", client.port, timeout=20)
    chunks = (b"x" * 60_000 for _ in range(6))
    connection.request("POST", "/gradio_api/queue/join", chunks, JSON, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_a_page_opens_where_its_address_says(client: Client, session: Session) -> None:
    assert "Who would you like to talk to?" in client.event("load", [], "gallery")
    assert "What you must not do" in client.event("load", [], "brief", "persona=no-heat-third-visit")
    assert "Three times I have waited in." in client.event("load", [], "talk", f"session={session.id}")
    assert "My progress" in client.event("load", [], "progress", "view=progress&customer=%3Cb%3E")


@pytest.mark.parametrize("query", ["session=not-a-session", "persona=%3Cscript%3Ealert(1)%3C/script%3E"])
def test_an_address_that_names_nothing_opens_the_gallery(client: Client, query: str) -> None:
    stream = client.event("load", [], f"nothing-{query[:4]}", query)
    assert "There is no" in stream
    assert "Who would you like to talk to?" in stream
    assert "<script" not in stream


def test_a_reply_is_answered_and_the_turn_moves_on(client: Client, session: Session) -> None:
    stream = client.event("send", ["I am sorry.", session.id, 1], "reply")
    assert "And what will you do about it?" in stream
    kept = client.practice.open(session.id, owner="local")
    assert [e.reply for e in kept.exchanges] == ["I am sorry."]


def test_a_double_submit_is_one_exchange(client: Client, session: Session) -> None:
    asked = client.customer.asked
    with ThreadPoolExecutor(4) as pool:
        streams = list(pool.map(lambda i: client.event("send", ["I am sorry.", session.id, 1], f"twice{i}"), range(4)))
    assert all("And what will you do about it?" in stream for stream in streams)
    assert client.customer.asked == asked + 1
    assert len(client.practice.open(session.id, owner="local").exchanges) == 1


def test_another_reply_for_an_answered_turn_is_given_back(client: Client, session: Session) -> None:
    client.event("send", ["I am sorry.", session.id, 1], "first")
    stream = client.event("send", ["Something else.", session.id, 1], "second")
    assert "already" in stream
    assert "Something else." in stream
    assert [e.reply for e in client.practice.open(session.id, owner="local").exchanges] == ["I am sorry."]


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "is empty"), ("x" * 501, "501 characters"), ("half \\ud83d an emoji", "broken character")],
)
def test_a_reply_that_cannot_be_taken_is_refused_and_stays_in_the_box(
    client: Client, session: Session, text: str, says: str
) -> None:
    stream = client.event("send", [json.loads(f'"{text}"'), session.id, 1], f"bad{len(text)}")
    assert says in stream
    assert '"success":true' in stream
    kept = client.practice.open(session.id, owner="local")
    assert (kept.exchanges, kept.pending) == ((), None)


def test_a_session_of_someone_else_cannot_be_reached(client: Client, dean: Persona, rubric: Rubric) -> None:
    foreign = client.practice.start(dean, rubric, owner="someone-else", seed=1)
    for event, data, query in (
        ("load", [], f"session={foreign.id}"),
        ("send", ["I am sorry.", foreign.id, 1], ""),
        ("retry", [foreign.id], ""),
        ("end-yes", [foreign.id], ""),
        ("load", [], f"session={foreign.id}&reply=1"),
        ("rewind", [foreign.id, 1], ""),
        ("watch", [foreign.id, 1], ""),
    ):
        stream = client.event(event, data, f"foreign-{event}-{len(query)}", query)
        assert "no such session of yours" in stream
        assert "Three times I have waited in." not in stream
    kept = client.practice.open(foreign.id, owner="someone-else")
    assert (kept.exchanges, kept.pending, kept.outcome) == ((), None, None)
    assert [row.id for row in client.practice.store.list("someone-else")].count(foreign.id) == 1
    assert all(
        client.practice.open(row.id, owner="local").origin is None for row in client.practice.store.list("local")
    )


def test_the_progress_of_someone_else_is_not_shown(client: Client, dean: Persona, rubric: Rubric) -> None:
    foreign = client.practice.start(dean, rubric, owner="someone-else", seed=1)
    asyncio.run(client.practice.finish(foreign.id, owner="someone-else"))
    assert foreign.id not in client.event("load", [], "foreign-progress", "view=progress")


def test_rewinding_opens_a_new_session_and_leaves_the_old_one(client: Client, session: Session) -> None:
    client.event("send", ["I am sorry.", session.id, 1], "rewound-said")
    client.event("end-yes", [session.id], "rewound-end")
    old = client.practice.open(session.id, owner="local")
    assert "What you wrote then" in client.event("load", [], "rewound-fork", f"session={session.id}&reply=1")
    assert "again from reply 1" in client.event("rewind", [session.id, 1], "rewound-now")
    newest = client.practice.open(client.practice.store.list("local", most=1)[0].id, owner="local")
    assert (newest.origin, newest.exchanges) == (Origin(session=session.id, reply=1), ())
    assert client.practice.open(session.id, owner="local") == old


@pytest.mark.parametrize("reply", ["0", "2", "-1", "x", "%3Cb%3E"])
def test_an_address_of_a_reply_that_is_not_there_opens_the_debrief(
    client: Client, session: Session, reply: str
) -> None:
    client.event("send", ["I am sorry.", session.id, 1], f"nowhere-said{reply[0]}")
    client.event("end-yes", [session.id], f"nowhere-end{reply[0]}")
    assert "That is how it went." in client.event(
        "load", [], f"nowhere{reply[0]}", f"session={session.id}&reply={reply}"
    )
    for event in ("rewind", "watch"):
        assert "no reply 7 to go back to" in client.event(event, [session.id, 7], f"nowhere-{event}")


def test_an_experts_way_is_shown_and_not_kept(client: Client, session: Session) -> None:
    client.event("send", ["I am sorry.", session.id, 1], "expert-said")
    before = len(client.practice.store.list("local", most=1000))
    stream = client.event("watch", [session.id, 1], "expert-watch")
    assert "And what will you do about it?" in stream
    assert "conversation is complete" in stream
    assert len(client.practice.store.list("local", most=1000)) == before


def test_an_expert_whose_customer_fails_leaves_a_message_and_a_way_to_try_again(
    client: Client, session: Session
) -> None:
    client.event("send", ["I am sorry.", session.id, 1], "broken-said")
    client.customer.failures = 1
    stream = client.event("watch", [session.id, 1], "broken-watch")
    assert "cannot be reached" in stream
    assert '"success":true' in stream


def test_a_failing_customer_leaves_the_reply_and_a_way_to_try_again(client: Client, session: Session) -> None:
    client.customer.failures = 1
    stream = client.event("send", ["I am sorry.", session.id, 1], "dead")
    assert "Your reply is kept; try again." in stream
    assert client.practice.open(session.id, owner="local").pending == "I am sorry."
    assert "And what will you do about it?" in client.event("retry", [session.id], "alive")


def test_a_reply_without_an_answer_is_answered_when_the_page_is_opened(client: Client, session: Session) -> None:
    client.practice.store.keep_reply(session.id, 1, "I am sorry.")
    assert "Your reply is kept." in client.event("load", [], "pending", f"session={session.id}")
    assert "And what will you do about it?" in client.event("retry", [session.id], "resumed")


def test_ending_gives_the_debrief_once(client: Client, session: Session) -> None:
    client.event("send", ["I am sorry.", session.id, 1], "said")
    for _ in range(2):
        assert "That is how it went." in client.event("end-yes", [session.id], "end")
    kept = client.practice.open(session.id, owner="local")
    assert kept.outcome == "ended_by_trainee"
    assert "That is how it went." in client.event("load", [], "ended", f"session={session.id}")


def test_the_record_of_a_session_is_for_its_owner_once_it_has_ended(
    client: Client, session: Session, dean: Persona, rubric: Rubric
) -> None:
    client.event("send", ["I am sorry.", session.id, 1], "record-said")
    assert "has not ended" in client.ask("GET", f"/sessions/{session.id}.json").text
    client.event("end-yes", [session.id], "record-end")
    record = client.ask("GET", f"/sessions/{session.id}.json")
    assert record.status == 200
    assert record.headers["content-disposition"].startswith('attachment; filename="simcustomer-no-heat')
    assert json.loads(record.text)["turns"][1]["text"] == "I am sorry."
    foreign = client.practice.start(dean, rubric, owner="someone-else", seed=1)
    asyncio.run(client.practice.finish(foreign.id, owner="someone-else"))
    refused = client.ask("GET", f"/sessions/{foreign.id}.json")
    assert (refused.status, "no such session of yours" in refused.text) == (404, True)


def test_the_page_and_its_events_are_in_the_visitors_language(client: Client) -> None:
    page = client.ask("GET", "/?persona=no-heat-third-visit", Accept_Language="de-DE,de;q=0.9,en;q=0.5")
    assert '<html lang="de"' in page.text
    config = json.loads(re.findall(r"window\.gradio_config = (.*?);</script>", page.text, re.DOTALL)[0])
    labels = {c["props"].get("elem_id"): c["props"].get("value") for c in config["components"]}
    assert (labels["send"], labels["start"]) == ("Senden", "Beginnen")
    assert "Mit wem" in client.event("load", [], "german", accept_language="de")
    assert "Who would" in client.event("load", [], "english")


def test_preferences_are_kept_in_cookies_and_lead_nowhere_else(client: Client) -> None:
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    kept = client.ask("POST", "/preferences", "language=de&whole=yes&next=/?view=progress", **form)
    assert (kept.status, kept.headers["location"]) == (303, "/?view=progress")
    assert '<html lang="de"' in client.ask("GET", "/", Cookie="language=de").text
    for away in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert client.ask("POST", "/preferences", f"language=xx&next={away}", **form).headers["location"] == "/"
    assert client.ask("POST", "/preferences", "language=de", Origin="https://evil.example", **form).status == 403


def test_whole_replies_are_shown_once(client: Client, session: Session) -> None:
    stream = client.event("send", ["I am sorry.", session.id, 1], "whole", cookie="replies=whole")
    assert "And what will you do about it?" in stream
    assert "partial" not in stream


def test_a_hint_and_handing_over_are_the_owners(
    client: Client, session: Session, dean: Persona, rubric: Rubric
) -> None:
    assert "has not been answered yet" in client.event("hand-yes", [session.id], "hand-early")
    assert "Hint: Empathy" in client.event("ask-hint", [session.id], "hint")
    client.event("send", ["I am sorry.", session.id, 1], "hand-said")
    client.event("hand-yes", [session.id], "hand")
    kept = client.practice.open(session.id, owner="local")
    assert (kept.outcome, len(kept.hints)) == ("escalated", 1)
    assert "with 1 hint" in client.event("load", [], "hand-debrief", f"session={session.id}")
    foreign = client.practice.start(dean, rubric, owner="someone-else", seed=1)
    for event in ("ask-hint", "hand-yes", "stop"):
        assert "no such session of yours" in client.event(event, [foreign.id], f"foreign-{event}")
    assert client.practice.open(foreign.id, owner="someone-else") == foreign


def test_an_open_conversation_is_found_on_the_gallery(client: Client, session: Session) -> None:
    assert f"session={session.id}" in client.event("load", [], "found-open")


def test_the_app_can_be_built_again(tmp_path: Path, library: Library) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'again.db'}")
    app = create_app(wiring.practice(store, scripted_cast(), longest_reply=500), library)
    store.close()
    assert app.openapi_url is None
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_a_reply_over_the_limit_is_given_back_in_a_sentence(
    client: Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The desk's practice is frozen; the served app reads it anew for each event.
    client.event("send", ["I am sorry.", session.id, 1], "first")
    object.__setattr__(client.practice, "limits", Limits(turns=1))
    try:
        day = client.practice.start(session.persona, session.rubric, owner="local", seed=2)
        client.event("send", ["The first of the day.", day.id, 1], "counted")
        stream = client.event("send", ["The second of the day, typed with care.", day.id, 2], "over")
    finally:
        object.__setattr__(client.practice, "limits", Limits())
    assert "You have had all your practice of today (1 replies)" in stream
    last = stream.rsplit('"process_completed"', 1)[0].rsplit("data:", 2)
    assert "The second of the day, typed with care." in " ".join(last)
    assert len(client.practice.open(day.id, owner="local").exchanges) == 1

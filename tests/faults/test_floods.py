"""Row 11: requests that no page of ours sends, passwords tried in bulk, bodies and streams without measure, beside a practice."""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from gradio.routes import App

from simcustomer.signing_in import MOST_BY_ADDRESS, MOST_BY_NAME
from simcustomer.ui.page_sessions import MOST_PAGES
from simcustomer.ui.streams import MOST_OPEN
from tests.faults.row import Figure, Outcome, Row, none
from tests.support.estate import Estate, estate
from tests.support.intruder import Forgery, call
from tests.support.signed_in import Browser

FORM, TEXT = "application/x-www-form-urlencoded", "text/plain"
POSTS = (
    "/gradio_api/queue/join",
    "/gradio_api/cancel",
    "/sign-in",
    "/sign-out",
    "/password",
    "/preferences",
    "/lab/transcripts",
    "/lab/labels",
)

SOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Origin": "https://evil.example",
}

PIECE = b"x" * 65_536


@dataclass
class Neighbour:
    """Someone who practises: reply after reply, the times counted in seconds."""

    site: Estate
    browser: Browser
    function: int
    undisturbed: list[float] = field(default_factory=list[float])
    disturbed: list[float] = field(default_factory=list[float])
    failed: list[str] = field(default_factory=list[str])

    def turns(self, into: list[float], go_on: Callable[[], bool]) -> None:
        """Practise: a conversation of one reply after the other, as long as it goes on."""
        persona, rubric = (self.site.practice.open(self.site.targets["open"], owner=self.site.ids["vera"]),) * 2
        while go_on():
            begun = self.site.practice.start(persona.persona, rubric.rubric, owner=self.site.ids["vera"], seed=1)
            started = time.monotonic()
            forgery = Forgery(["I am sorry about the boiler.", begun.id, 1], f"session={begun.id}", {})
            answer = call(self.browser, self.function, forgery, f"n{begun.id}")
            into.append(time.monotonic() - started)
            kept = self.site.practice.open(begun.id, owner=self.site.ids["vera"])
            if len(kept.exchanges) != 1 or '"success":true' not in answer.text:
                self.failed.append(f"{answer.status}: {answer.text[:100]}")


class Sent(NamedTuple):
    """What was sent, and the status that came back; 0 where the connection was cut off before one did."""

    what: str
    status: int


@dataclass
class Flood:
    """The attacks, and what came back."""

    site: Estate
    count: int
    sent: list[Sent] = field(default_factory=list[Sent])

    def _post(self, browser: Browser, path: str, body: bytes, **headers: str) -> int:
        return browser.ask("POST", path, body, **headers).status

    def foreign(self) -> None:
        """Another site sends forms and scripts in the name of someone signed in; someone without a login sends the same."""
        insider, nobody = self.site.browser("trainee"), Browser(self.site.port)
        body = json.dumps({"data": [], "fn_index": 0, "session_hash": "x"}).encode()
        for at in range(self.count):
            path, kind = (
                POSTS[at % len(POSTS)],
                (FORM, TEXT, "application/json", "multipart/form-data; boundary=b")[at % 4],
            )
            for origin in ("https://evil.example", "null", f"http://127.0.0.1:{self.site.port + 1}"):
                status = self._post(insider, path, body, Content_Type=kind, Origin=origin)
                self.sent.append(Sent(f"{path} as {kind} from {origin}", status))
            status = self._post(insider, path, body, Content_Type=kind, Sec_Fetch_Site="cross-site")
            self.sent.append(Sent(f"{path} as {kind} cross-site", status))
            if path not in ("/sign-in", "/sign-out"):
                self.sent.append(Sent(f"{path} by no one", self._post(nobody, path, body, Content_Type=kind)))
            for browser in (insider, nobody):
                self.sent.append(Sent(f"a WebSocket at {path}", browser.ask("GET", path, **SOCKET).status))

    def passwords(self) -> Counter[int]:
        """Wrong passwords for one name, and for many: by status, how many were looked at (401) and put off (429)."""
        found: Counter[int] = Counter()
        for at in range(self.count):
            name = "max" if at % 2 else f"name{at}"
            found[Browser(self.site.port).sign_in(name, f"wrong {at}").status] += 1
        return found

    def bodies(self, size: int) -> None:
        """Long bodies, with their length announced, without, and with a length that is not true."""
        browser = self.site.browser("engineer")
        for at in range(max(3, self.count // 25)):
            path = ("/gradio_api/queue/join", "/lab/transcripts", "/sign-in")[at % 3]
            for announced in (True, False):
                self.sent.append(Sent(f"{size:,} bytes to {path}", _poured(browser, path, size, announced=announced)))

    def pages(self, most: int) -> int:
        """Events of so many pages by one visitor: how many pages the server keeps something of afterwards."""
        browser = self.site.browser("trainee")
        load = next(d["id"] for d in browser.config()["dependencies"] if ("load" in {e for _, e in d["targets"]}))
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda at: browser.join(load, [], f"page{at}", "view=progress").status, range(most)))
        held = next(
            mounted for route in self.site.app.routes if isinstance(mounted := getattr(route, "app", None), App)
        )
        return sum(name.startswith(self.site.ids["trainee"]) for name in held.state_holder.session_data)

    def streams(self, most: int) -> tuple[int, int]:
        """So many streams at once by one visitor, and by no one: how many were opened, and how many refused."""
        browser, nobody = self.site.browser("trainee"), Browser(self.site.port)
        opened, refused = 0, 0
        held: list[http.client.HTTPResponse | http.client.HTTPConnection] = []
        for at in range(2 * most):
            asker = nobody if at % 2 else browser
            connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
            cookies = "; ".join(f"{name}={value}" for name, value in asker.cookies.items())
            connection.request("GET", f"/gradio_api/heartbeat/f{at}", headers={"Cookie": cookies})
            response = connection.getresponse()
            status = response.status
            opened, refused = opened + (status == 200), refused + (status in (401, 429))
            held += [response, connection]
        for each in held:
            each.close()
        return opened, refused


def _poured(browser: Browser, path: str, size: int, *, announced: bool) -> int:
    """Send a body piece by piece, as a client that does not look up does; 0 where the connection is cut off."""
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=60)
    headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in browser.cookies.items()), "Origin": browser.origin}
    headers |= {"Content-Type": "application/json"} | ({"Content-Length": str(size)} if announced else {})
    pieces = (PIECE for _ in range(size // len(PIECE)))
    with closing(connection), suppress(ConnectionError):
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", path, pieces, headers, encode_chunked=not announced)
        with closing(connection.getresponse()) as response:
            return response.status
    return 0


def measure(count: int, seed: int) -> Outcome:
    """`count` foreign requests, passwords and streams (of these enough to be refused some), a few bodies, beside a practice."""
    del seed  # what is sent is no matter of chance
    size = 64 * 1024 * 1024 if count >= ROW.full else 6 * 1024 * 1024
    streams, pages = max(count, MOST_OPEN + 10), max(count, MOST_PAGES + 10)
    with estate() as site:
        browser = site.browser("vera")
        answer = next(d["id"] for d in browser.config()["dependencies"] if d["api_name"] == "answer")
        neighbour = Neighbour(site, browser, answer)
        turns = iter(range(max(3, count // 20)))
        neighbour.turns(neighbour.undisturbed, lambda: next(turns, None) is not None)
        ended = threading.Event()
        flood = Flood(site, count)
        before = site.rows()
        with ThreadPoolExecutor(1) as pool:
            practising = pool.submit(neighbour.turns, neighbour.disturbed, lambda: not ended.is_set())
            try:
                flood.foreign()
                flood.bodies(size)
                opened, refused = flood.streams(streams)
                kept = flood.pages(pages)
                tried = flood.passwords()
            finally:
                ended.set()
            practising.result()
        changed = [
            f"{table}: {row}"
            for table, rows in site.rows().items()
            if table not in ("audit", "sign_in_tries", "sessions", "exchanges", "contents", "logins")
            for row in rows ^ before[table]
        ]
    outcome = _outcome(neighbour, flood, (opened, refused, streams), tried, changed)
    outcome.figures.append(
        Figure(
            what="pages of one visitor that the server kept something of",
            asked=f"{MOST_PAGES} at most",
            measured=str(kept),
            of=pages,
            reached=0 < kept <= MOST_PAGES,
        )
    )
    return outcome


def _outcome(
    neighbour: Neighbour, flood: Flood, streams: tuple[int, int, int], tried: Counter[int], changed: list[str]
) -> Outcome:
    let_in = [f"{each.what}: {each.status}" for each in flood.sent if each.status not in (0, 303, *range(400, 500))]
    let_in += [f"{each.what}: 303" for each in flood.sent if each.status == 303 and "bytes to /lab" not in each.what]
    opened, refused, most = streams
    looked_at = MOST_BY_NAME + MOST_BY_ADDRESS
    slow = (max(neighbour.undisturbed), max(neighbour.disturbed))
    middle = (statistics.median(neighbour.undisturbed), statistics.median(neighbour.disturbed))
    return Outcome(
        [
            none("requests of other sites, of no one, or without measure that were taken", let_in, len(flood.sent)),
            none("rows that they changed", changed, len(flood.sent)),
            Figure(
                what="wrong passwords that were looked at (by one address)",
                asked=f"{looked_at} at most",
                measured=str(tried[401]),
                of=tried.total(),
                reached=tried[401] <= looked_at and tried[401] + tried[429] == tried.total(),
            ),
            Figure(
                what="streams that one visitor could hold open, and no one",
                asked=f"{MOST_OPEN} at most",
                measured=str(opened),
                of=2 * most,
                reached=opened <= MOST_OPEN and opened + refused == 2 * most,
            ),
            none("turns of a neighbour that failed meanwhile", neighbour.failed, len(neighbour.disturbed)),
        ],
        f"The neighbour's {len(neighbour.disturbed)} turns took {middle[1]:.2f} s in the middle and {slow[1]:.2f} s at most; undisturbed, "
        f"{len(neighbour.undisturbed)} took {middle[0]:.2f} s and {slow[0]:.2f} s. Server, attackers and neighbour share one process.",
    )


ROW = Row(
    number=11,
    title="Floods and foreign requests",
    method="""\
While someone practises without a pause, others send what no page of ours does: POSTs of every kind of content from other
origins in the name of someone signed in, and without a login; wrong passwords for one name and for many; bodies of 64 MiB (6 in
the short form) with and without their length announced; WebSockets, of which there are none; open streams, by a visitor and by no
one; and events of one page after the other, of each of which the server keeps something.""",
    full=500,
    measure=measure,
)


def test_what_no_page_sends_is_refused_and_a_neighbour_goes_on() -> None:
    ROW.quick(7)

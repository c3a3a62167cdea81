"""Row 13: text that no keyboard has, wherever text is taken."""

from __future__ import annotations

import asyncio
import html
import json
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

from simcustomer import wiring
from simcustomer.domain.publishing import ContentKind
from simcustomer.domain.reply_text import clean_reply
from simcustomer.domain.transcript import Channel
from simcustomer.errors import InvalidInput, InvalidReply, SimcustomerError
from simcustomer.evaluation.pasted import read_pasted
from simcustomer.library import Library
from simcustomer.reviews import Reviews, clean_reason
from simcustomer.store import Drafts, Editions
from simcustomer.studio import Writing
from simcustomer.studio.text import storable
from tests.conftest import ROOT
from tests.faults.row import Outcome, Row, none
from tests.support.estate import Estate, estate
from tests.support.intruder import Forgery, call, glance
from tests.support.signed_in import Browser
from tests.support.teams import MAX

LONG = 100_000

ODD: dict[str, tuple[str, ...]] = {
    "emoji": (
        "\U0001f600",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f1e9\U0001f1ea",
        "\u2764\ufe0f",
        "\U0001f44d\U0001f3fd",
    ),
    "right to left": (
        "\u0645\u0631\u062d\u0628\u0627",
        "\u05e9\u05dc\u05d5\u05dd",
        "\u202e",
        "\u2067",
        "\u200f",
        "\u061c",
    ),
    "zero width": ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f"),
    "control": ("\x00", "\x01", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\r", "\x0c"),
    "surrogates": ("\ud83d", "\ude00", "\udfff", "\ud800"),
    "combining": ("e\u0301", "Z" + "\u0335\u0336\u0337" * 30, "\u1e69\u0323\u0307", "\u0e33", "\u115f"),
    "no characters": ("\ufffe", "\uffff", "\U0010ffff", "\ue000", "\ufffd"),
    "forms": ("\uff21\uff22", "\u2460", "\ufb01", "\u212b", "\u1d11e", "\u4f60\u597d", "\ud55c"),
    "formulas": ("=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "%n%s%x", "${x}", "{0}", "\\u0000", "'; --", "\\"),
}

Door = Callable[[str, str], None]


@dataclass
class Tally:
    """What was typed where, and what became of it."""

    tried: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    crashes: list[str] = field(default_factory=list[str])
    lost: list[str] = field(default_factory=list[str])


class Errors(logging.Handler):
    """Keeps what is logged as an error: an exception that a handler caught and told as a sentence is one as well."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.name}: {record.getMessage():.100} {str(record.exc_info)[:150]}")


@dataclass
class Typist:
    """Types into everything that takes text."""

    site: Estate
    tally: Tally
    library: Library
    browser: Browser
    engineer: Browser
    functions: dict[str, int]
    number: int = 0

    @property
    def doors(self) -> tuple[Door, ...]:
        return (
            self.reply,
            self.reply_on_page,
            self.reason,
            self.name,
            self.note,
            self.paste,
            self.upload,
            self.address,
        )

    def reply(self, kind: str, text: str) -> None:
        """A reply through the use case, as the terminal sends it."""
        practice, vera = self.site.practice, self.site.ids["vera"]
        begun = self._begun()

        async def respond() -> None:
            async for _ in practice.respond(begun, text, owner=vera):
                pass

        asyncio.run(respond())
        self._found(kind, clean_reply(text, longest=practice.longest_reply), begun)

    def reply_on_page(self, kind: str, text: str) -> None:
        """A reply through the page; then the page of that conversation is opened anew."""
        begun, text = self._begun(), _sent(text)
        self._called(kind, "answer", [text, begun, 1], f"session={begun}")
        wanted = clean_reply(text, longest=self.site.practice.longest_reply)
        self._found(kind, wanted, begun)
        shown = html.unescape(self._called(kind, "open", [], f"session={begun}"))
        if not all(word in shown for word in wanted.split()[:40]):
            self.tally.lost.append(f"{kind}: {wanted[:60]!r} is not on the page")

    def reason(self, kind: str, text: str) -> None:
        """A dispute through the page."""
        practice, vera = self.site.practice, self.site.ids["vera"]
        begun, text = self._begun(), _sent(text)

        async def talk() -> None:
            async for _ in practice.respond(begun, "I am sorry that nobody came.", owner=vera):
                pass
            await practice.finish(begun, owner=vera)

        asyncio.run(talk())
        self._called(kind, "raise_dispute", [begun, 1, "recovery", text], "")
        wanted = clean_reason(text)
        kept = [
            each.reason for each in Reviews(practice, wiring.team(practice.store, has_accounts=True)).of_session(begun)
        ]
        if kept != [wanted]:
            self.tally.lost.append(f"{kind}: reason {wanted[:40]!r} kept as {str(kept)[:60]}")

    def name(self, kind: str, text: str) -> None:
        """A name of an account, and one that is typed to sign in."""
        answer = Browser(self.site.port).send(
            "/sign-in", name=text.encode("utf-8", "replace").decode(), password="x" * 9
        )
        self._status(kind, answer.status, answer.text)
        added = wiring.accounts(self.site.store).add(text, password=None)
        if wiring.accounts(self.site.store).get(text).id != added.id:
            self.tally.lost.append(f"{kind}: name {text[:40]!r}")

    def note(self, kind: str, text: str) -> None:
        """A draft and its title."""
        editions = Editions(self.site.store.engine)
        writing = Writing(self.library, editions, Drafts(self.site.store.engine))
        kept = writing.save(writing.new(ContentKind.PERSONA), f"title: {text}\n", MAX, tab="t", stamp=1)
        writing.check(kept, kept.text)
        if writing.draft(kept.draft_id, MAX).text != storable(f"title: {text}\n"):
            self.tally.lost.append(f"{kind}: draft {text[:40]!r}")
        writing.discard(kept.draft_id, MAX)

    def paste(self, kind: str, text: str) -> None:
        """A conversation pasted into the lab."""
        records = read_pasted(f"Customer: {text}\nTrainee: I am sorry. {text}\n", Channel.CHAT)
        if not records:
            self.tally.lost.append(f"{kind}: pasted {text[:40]!r}")

    def upload(self, kind: str, text: str) -> None:
        """A file that an engineer sends, under an odd name; it is no transcript, so that nothing is graded."""
        part = (
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{text[:50]}.txt"\r\n\r\n{text}\r\n--b--\r\n'
        )
        body = part.encode("utf-8", "surrogatepass")
        answer = glance(self.engineer, "POST", "/lab/transcripts", body, "multipart/form-data; boundary=b")
        self._status(kind, answer.status, answer.text)

    def address(self, kind: str, text: str) -> None:
        """An id in an address."""
        asked = quote(text[:2_000].encode("utf-8", "surrogatepass"))
        for query in (f"session={asked}", f"persona={asked}", f"view=progress&customer={asked}"):
            self._called(kind, "open", [], query)

    def _begun(self) -> str:
        practice, vera = self.site.practice, self.site.ids["vera"]
        seen = practice.open(self.site.targets["open"], owner=vera)
        return practice.start(seen.persona, seen.rubric, owner=vera, seed=1).id

    def _called(self, kind: str, name: str, data: list[object], query: str) -> str:
        """What a handler sends, its JSON read: text as it is shown, still escaped for the page."""
        self.number += 1
        answer = call(self.browser, self.functions[name], Forgery(data, query, {}), f"odd{self.number}")
        self._status(kind, answer.status, answer.text)
        events = [
            json.loads(line.removeprefix("data: ")) for line in answer.text.split("\n") if line.startswith("data: ")
        ]
        done = [event for event in events if event["msg"] == "process_completed"]
        if answer.status == 200 and not (done and done[-1]["success"]):
            self.tally.crashes.append(f"{kind}: {name} ended with {str(done)[:100]}")
        return " ".join(_texts(events))

    def _status(self, kind: str, status: int, text: str) -> None:
        if status >= 500:
            self.tally.crashes.append(f"{kind}: {status} {text[:80]}")

    def _found(self, kind: str, wanted: str, session: str) -> None:
        kept = self.site.practice.open(session, owner=self.site.ids["vera"])
        said = [exchange.reply for exchange in kept.exchanges]
        if said != [wanted]:
            self.tally.lost.append(f"{kind}: {wanted[:40]!r} kept as {str(said)[:60]}")


def _sent(text: str) -> str:
    """A text as JSON carries it: two halves of a character that meet become one."""
    return json.loads(json.dumps(text))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)


def _odd(kind: str, dice: random.Random) -> str:
    """Some words with what is odd in them, or little else, or very much of it."""
    odd, form = ODD[kind], dice.randrange(5)
    some = "".join(dice.choice(odd) for _ in range(dice.choice((1, 2, 5, 40))))
    if form == 0:
        return some
    if form == 1:
        return (some * LONG)[:LONG]
    words = ["I", "am", "sorry", "that", "nobody", "came", "and", "I", "will", "find", "out", "why"]
    words.insert(dice.randrange(len(words)), some)
    return ("" if form == 2 else " ").join(words) if form < 4 else f"{some}{' '.join(words)}{some}"


def measure(count: int, seed: int) -> Outcome:
    """`count` texts, each through one door in turn, while someone else practises in between."""
    dice, tally, errors = random.Random(seed), Tally(), Errors()  # noqa: S311  # a run can be repeated
    kinds = sorted(ODD)
    logging.getLogger().addHandler(errors)
    try:
        with estate() as site:
            browser = site.browser("vera")
            functions = {d["api_name"]: d["id"] for d in browser.config()["dependencies"]}
            library = Library(ROOT / "personas", ROOT / "rubrics")
            typist = Typist(site, tally, library, browser, site.browser("engineer"), functions)
            for at in range(count):
                kind = kinds[at % len(kinds)]
                text, door = _odd(kind, dice), typist.doors[at // len(kinds) % len(typist.doors)]
                _type(tally, kind, text, door)
            before = len(tally.lost) + len(tally.crashes)
            for _ in range(max(2, count // 50)):
                typist.reply_on_page("plain", "I am sorry that nobody came.")
            neighbours = len(tally.lost) + len(tally.crashes) - before
    finally:
        logging.getLogger().removeHandler(errors)
    return _outcome(tally, errors.told, neighbours, max(2, count // 50))


def _type(tally: Tally, kind: str, text: str, door: Door) -> None:
    tally.tried[kind] += 1
    try:
        door(kind, text)
    except (InvalidReply, InvalidInput) as error:
        tally.refused[kind] += 1
        str(error).encode()  # what is said must be printable
    except SimcustomerError as error:
        tally.crashes.append(f"{kind} {door.__name__}: {error!r:.120}")
    except Exception as error:  # noqa: BLE001  # whatever comes is what is counted
        tally.crashes.append(f"{kind} {door.__name__}: {error!r:.150}")


def _outcome(tally: Tally, told: list[str], neighbours: int, asked: int) -> Outcome:
    inputs = tally.tried.total()
    kept = ", ".join(f"{kind} {n:,} ({tally.refused[kind]:,} refused)" for kind, n in sorted(tally.tried.items()))
    return Outcome(
        [
            none("exceptions, answers with status 500 or above, and handlers that failed", tally.crashes, inputs),
            none("errors in the server's log", told, inputs),
            none("texts that were taken and not found again as cleaned", tally.lost, inputs),
            none("turns of a neighbour that failed afterwards", [str(neighbours)] * neighbours, asked),
        ],
        f"Texts by kind: {kept}. What is refused is refused with a sentence.",
    )


ROW = Row(
    number=13,
    title="Text that no keyboard has",
    method="""\
Emoji, right-to-left text and its overrides, zero-width and control characters, NUL, halves of surrogate pairs, piles of
combining marks, formulas and templates, alone, in words, or 100,000 characters of them, go as replies through practice and the
page, as reasons of disputes, names, drafts, pasted conversations, uploaded files with odd names, and in addresses. What is
taken must be found again as it was cleaned, in the store and on the page.""",
    full=1_000,
    measure=measure,
)


def test_odd_text_is_kept_or_refused() -> None:
    ROW.quick(24)

"""Row 9: everyone tries every route and every handler on what is another one's, and no one does."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.conftest import ROOT
from tests.faults.row import Figure, Outcome, Row, none
from tests.support.estate import MEASURED, OTHERS, PEOPLE, SAID, TRIED, WRITTEN, Estate, Rows, estate, page_of
from tests.support.intruder import Answer, Forgery, call, forgeries, glance, links, requests
from tests.support.routes import Way, ways
from tests.support.signed_in import Browser

MARKS = (SAID, WRITTEN, TRIED, MEASURED)

SHARED: dict[str | None, tuple[str, ...]] = {"author": (WRITTEN,), "engineer": (MEASURED,)}
"""What is not another one's: authors read each other's drafts, engineers each other's runs, which they may delete."""

ALWAYS_NEW = frozenset({"audit", "sign_in_tries", "contents"})
"""Tables that gain rows of no one's: what was tried is written down, and content is kept once by its hash."""

SHIPPED = (ROOT / "personas" / "ok-and.yaml").read_text(encoding="utf-8")
"""What an author may publish over; that text is then kept as the first edition, which is nobody's."""

AT_ONCE = 6


@dataclass
class Tally:
    """What was tried, and what came of it."""

    routes: Counter[Way] = field(default_factory=Counter[Way])
    calls: Counter[int] = field(default_factory=Counter[int])
    reads: list[str] = field(default_factory=list[str])
    effects: list[str] = field(default_factory=list[str])
    failures: list[str] = field(default_factory=list[str])
    hijacks: int = 0
    owners: Counter[str] = field(default_factory=Counter[str])

    @property
    def requests(self) -> int:
        return self.routes.total() + self.calls.total() + self.hijacks

    def saw(self, who: str | None, what: object, answer: Answer) -> None:
        """Note what an answer shows that its reader may not see."""
        shown = [mark for mark in MARKS if mark in answer.text and mark not in SHARED.get(who, ())]
        self.reads += [f"{who} saw {mark} by {what}" for mark in shown]
        if answer.status >= 500:
            self.failures.append(f"{answer.status} for {who} by {what}: {answer.text[:80]}")


@dataclass
class Attempt:
    """One person's tries, or no one's, at each handler and route: `count` by all of them together, shared out in turn."""

    site: Estate
    tally: Tally
    who: str | None
    count: int
    dice: random.Random

    def made(self, config: dict[str, Any]) -> None:
        """Try everything, and see what has changed."""
        browser, owner = self.site.browser(self.who), self.site.browser("vera")
        before, runs, files = self.site.rows(), self.site.lab.folder.ids(), self.site.files()
        self._hijack(browser, owner)
        self._handlers(browser, config)
        self._routes(browser)
        self.tally.effects += [f"{self.who}: {what}" for what in self._changes(before)]
        if self.who != "engineer" and (files != self.site.files() or runs != self.site.lab.folder.ids()):
            self.tally.effects.append(f"{self.who}: the lab has changed")
        # Those who come after are to have something to find.
        self.site.put_back(files)

    def _some(self, items: list[Any], at: int) -> list[Any]:
        askers: tuple[str | None, ...] = (*OTHERS, None)
        share = (self.count + (askers.index(self.who) + at) % len(askers)) // len(askers)
        return items if len(items) <= share else self.dice.sample(items, share)

    def _handlers(self, browser: Browser, config: dict[str, Any]) -> None:
        tries: list[tuple[int, Forgery]] = []
        for at, handler in enumerate(config["dependencies"]):
            made = self._some(forgeries(handler, config, self.site.targets), at)
            is_open = self.who and _role(page_of(handler, config)) == PEOPLE[self.who][0]
            # A handler of another role's page is refused before anything in the call is looked at but its number.
            tries += [(handler["id"], each) for each in (made if is_open else made[:3])]

        def one(numbered: tuple[int, tuple[int, Forgery]]) -> None:
            at, (function, forgery) = numbered
            answer = call(browser, function, forgery, f"h{at}")
            self.tally.calls[function] += 1
            self.tally.saw(self.who, (function, forgery), answer)

        _side_by_side(one, enumerate(tries))

    def _routes(self, browser: Browser) -> None:
        for at, way in enumerate(ways(self.site.app)):
            for path, body, kind in self._some(requests(way, self.site.targets), at):
                answer = glance(browser, way.method, path, body, kind)
                self.tally.routes[way] += 1
                self.tally.saw(self.who, (way.method, path), answer)
                if self.who and way.path == "/sign-out":
                    assert browser.sign_in(self.who).status == 303

    def _hijack(self, browser: Browser, owner: Browser) -> None:
        """Reach for a page that the owner has open, by its name in all spellings; it must still be theirs afterwards."""
        named, load, session = f"veras{self.who}", _load(owner.config(), ""), self.site.targets["ended"]
        assert owner.join(load, [], named, f"session={session}").status == 200
        owned = f"{self.site.ids['vera']}.{named}"
        for name in (named, owned, f"../{owned}", f"x&session_hash={owned}", f"{owned}%00", f"{owned}/"):
            reached = [glance(browser, "GET", f"/gradio_api/queue/data?session_hash={name}")]
            body = f'{{"session_hash": "{name}", "fn_index": {load}, "event_id": "x"}}'.encode()
            reached += [glance(browser, "POST", f"/gradio_api/{path}", body) for path in ("cancel", "reset")]
            self.tally.hijacks += len(reached)
            for answer in reached:
                self.tally.saw(self.who, f"the page {name}", answer)
        if SAID not in owner.events(named):
            self.tally.effects.append(f"{self.who}: the owner's page got nothing any more")

    def _changes(self, before: Rows) -> list[str]:
        """Rows that are new, gone or changed and are not this person's own."""
        after, own = self.site.rows(), self.site.ids.get(self.who or "", "no one's")
        sessions = [row[0] for row in after["sessions"] | before["sessions"] if row[1] in (own, f"studio:{own}")]
        names = [own, *sessions]
        found: list[str] = []
        for table, rows in before.items():
            new = frozenset() if table in ALWAYS_NEW else after[table] - rows
            allowed = [*names, SHIPPED] if self.who == "author" else names
            changed = [
                row for row in new | (rows - after[table]) if not any(n in cell for n in allowed for cell in row)
            ]
            found += [f"{table}: {str(row)[:120]}" for row in changed]
        return found


def _role(page: str) -> object:
    from simcustomer.ui.admission import ROLES  # noqa: PLC0415  # Gradio takes seconds, and pytest collects this module

    return ROLES[page]


def _load(config: dict[str, Any], page: str) -> int:
    own = config["page"][page]["dependencies"]
    return next(
        d["id"] for d in config["dependencies"] if d["id"] in own and any(event == "load" for _, event in d["targets"])
    )


def _side_by_side(do: Callable[[Any], None], items: Iterable[Any]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(do, items))


def _owners(site: Estate, tally: Tally, config: dict[str, Any]) -> None:
    """The same addresses, opened by those whose they are: each mark is there to be found."""
    for name, page in (("vera", ""), ("max", "team"), ("mona", "studio"), ("lena", "lab")):
        browser = site.browser(name)
        for at, link in enumerate(links(site.targets)):
            answer = call(browser, _load(config, page), Forgery([], link, {}), f"own{at}")
            tally.owners.update(f"{name}: {mark}" for mark in MARKS if mark in answer.text)
    before = site.rows()
    answer = next(d["id"] for d in config["dependencies"] if d["api_name"] == "answer")
    call(site.browser("vera"), answer, Forgery(["I am sorry.", site.targets["open"], 2], "", {}), "own-answer")
    tally.owners["vera: a reply was kept"] = len(site.rows()["exchanges"] - before["exchanges"])


EXPECTED = (
    f"vera: {SAID}",
    f"max: {SAID}",
    f"mona: {WRITTEN}",
    f"lena: {MEASURED}",
    "vera: a reply was kept",
)


def measure(count: int, seed: int) -> Outcome:
    """At most `count` calls of each handler and requests on each route, by all roles and no one in turn."""
    tally, dice = Tally(), random.Random(seed)  # noqa: S311  # a run can be repeated
    with estate() as site:
        config = site.browser("vera").config()
        for who in (*OTHERS, None):
            Attempt(site, tally, who, count, dice).made(config)
        _owners(site, tally, config)
        every = [*ways(site.app), *(handler["id"] for handler in config["dependencies"])]
    untried = [each for each in every if not (tally.routes[each] if isinstance(each, Way) else tally.calls[each])]
    unseen = [what for what in EXPECTED if not tally.owners[what]]
    none("what the owners did not get", unseen, len(EXPECTED))
    return Outcome(
        [
            none("routes and handlers that were not tried", [str(each) for each in untried], len(every)),
            none("answers that showed something of another one's", tally.reads, tally.requests),
            none("things of another one's, or of the server's, that changed", tally.effects, tally.requests),
            none("answers with status 500 or above", tally.failures, tally.requests),
            Figure(
                what="kinds of things that their owners got by the same requests",
                asked="all",
                measured=f"{len(EXPECTED) - len(unseen)}",
                of=len(EXPECTED),
                reached=not unseen,
            ),
        ]
    )


ROW = Row(
    number=9,
    title="Another one's sessions, files and handlers",
    method="""\
An app with accounts serves two teams. In one, a trainee has an open and a finished session with a dispute and an assignment, an author
has a draft and a trial of it, an engineer has a run in the lab; each holds words that are found nowhere else. From the other team a
trainee, an author, an engineer and a manager, and then no one, try every route of the server application (Gradio's too) and
every handler in the page's own description, both listed at run time. Each takes the ids of what is another one's in each
place of path, query and body that holds text, at all deep links; days at the ends of the calendar and numbers of 5,000 digits
stand there as well. Calls carry forged histories, states, requests and session names, and the owner's open page is reached for by
its name. All answers are searched for the words, and every table of the database and the lab's folder are compared before and after:
a row that is new, changed or gone must be of the one who tried. (A run of the lab belongs to all engineers, who may delete it: it is
put back for those who try next.) Afterwards the owners open the same addresses, so that it is known that there was something to be
found.""",
    full=60,
    measure=measure,
)


def test_nobody_gets_at_what_is_another_ones() -> None:
    ROW.quick(1)

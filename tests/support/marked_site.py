"""A served app in which all that people, authors and models write is made of payloads, and the addresses of its pages."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from simcustomer import wiring
from simcustomer.domain.accounts import LOCAL
from simcustomer.domain.persona import Persona
from simcustomer.domain.publishing import ContentKind
from simcustomer.domain.review import MOST_REASON
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Debrief, Note, Rewrite, Session
from simcustomer.evaluation.grading import GradedReply
from simcustomer.lab.lab import Lab
from simcustomer.lab.order import Ending, Kind, Order, State
from simcustomer.lab.runs import ENDING, GRADED, RUBRIC
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.reviews import Reviews
from simcustomer.settings import Settings
from simcustomer.store import Drafts, Editions, Store, open_store
from simcustomer.studio import Writing
from simcustomer.ui.app import create_app
from simcustomer.ui.pacing import Pace
from tests.conftest import ROOT
from tests.fakes import ScriptedCustomer, ScriptedGrader, scripted_cast
from tests.serving import serving
from tests.support.markup import Filled, chunks, payloads
from tests.support.shortened import shortened

REPLY = 4_500
"""Characters of a reply: as many payloads as fit under the longest that is taken."""

RUBRIC_ID, TECHNIQUE = "difficult-conversations", "recovery"


@dataclass
class SpikedCoach:
    """A coach whose every remark holds payloads."""

    texts: list[str]
    name: str = "spiked-coach"

    async def debrief(self, session: Session) -> Debrief:
        technique, last = session.rubric.ids[0], session.exchanges[-1]
        notes = tuple(
            Note(technique=technique, exchange=at % len(session.exchanges) + 1, quote=text[:100], text=text)
            for at, text in enumerate(self.texts)
        )
        rewrites = (
            Rewrite(exchange=1, technique=technique, instead_of=last.reply[:100], suggestion=text, why=text)
            for text in self.texts
        )
        return Debrief(summary=" ".join(self.texts), strengths=notes, improvements=notes, rewrites=tuple(rewrites))


class Place(NamedTuple):
    """What of the site can be opened: the port, and a name and path for each page."""

    port: int
    pages: dict[str, str]
    talk: str
    texts: list[str]
    fields: int


@contextmanager
def marked_site(count: int) -> Iterator[Place]:
    texts = payloads(count)
    with tempfile.TemporaryDirectory() as name, closing(open_store(f"sqlite:///{name}/markup.db")) as store:
        folder, filled = Path(name), Filled(texts)
        library = _content(folder, filled, texts)
        pieces = chunks(texts, REPLY)
        signs = [(f"{TECHNIQUE}.sincere_apology", text) for text in texts[:40]]
        cast = scripted_cast(ScriptedCustomer(answers=pieces), ScriptedGrader(signs), SpikedCoach(texts))  # type: ignore[arg-type]
        practice = wiring.practice(store, cast, longest_reply=REPLY + 500)
        with closing(Lab(Settings(lab_dir=folder / "lab"))) as lab:
            ended, opened = (
                asyncio.run(_talked(practice, library, pieces, finish=True)),
                asyncio.run(_talked(practice, library, pieces, finish=False)),
            )
            pages = {
                **_practised(ended, opened, library),
                **_reviewed(practice, library, ended, texts),
                **_written(library, store, texts),
                **_measured(lab, library, texts),
            }
            app = create_app(practice, library, lab=lab, pace=Pace(before=0, words=10_000))
            with serving(app) as port:
                yield Place(port, pages, f"/?session={opened.id}", texts, filled.fields)


def _content(folder: Path, filled: Filled, texts: list[str]) -> Library:
    """A persona and a rubric of payloads in every field, and a persona for each payload with it in what the gallery shows."""
    shipped = Library(ROOT / "personas", ROOT / "rubrics")
    persona, rubric = filled.of(shipped.persona("ok-and")), filled.of(shipped.rubric())
    personas, rubrics = folder / "personas", folder / "rubrics"
    personas.mkdir()
    rubrics.mkdir()
    _put(rubrics / f"{RUBRIC_ID}.yaml", rubric)
    _put(personas / "ok-and.yaml", persona)
    plain = shortened(shipped.persona("it-is-only-a-chair").model_dump(mode="json"))
    for at, text in enumerate(texts):
        named = dict.fromkeys(("title", "name", "trade", "blurb", "content_note"), text)
        _put(personas / f"p{at}.yaml", Persona.model_validate(plain | named | {"id": f"p{at}"}))
    return Library(personas, rubrics)


def _put(path: Path, content: Persona | Rubric) -> None:
    # JSON is YAML as well; names of files are ids.
    path.write_text(json.dumps(content.model_dump(mode="json"), indent=1), encoding="utf-8")


async def _talked(practice: Practice, library: Library, pieces: list[str], *, finish: bool) -> Session:
    begun = practice.start(library.persona("ok-and"), library.rubric(), owner=LOCAL.id, seed=1)
    for piece in pieces:
        async for _ in practice.respond(begun.id, f"I am sorry. {piece}", owner=LOCAL.id):
            pass
    return await practice.finish(begun.id, owner=LOCAL.id) if finish else practice.open(begun.id, owner=LOCAL.id)


def _practised(ended: Session, opened: Session, library: Library) -> dict[str, str]:
    return {
        "gallery": "/",
        "brief": "/?persona=ok-and",
        "conversation": f"/?session={opened.id}",
        "debrief": f"/?session={ended.id}",
        "reply": f"/?session={ended.id}&reply=1",
        "dispute": f"/?session={ended.id}&reply=1&technique={TECHNIQUE}",
        "progress": "/?view=progress",
        "address": f"/?session={payloads(3)[2]}&persona={payloads(1)[0]}",
    }


def _reviewed(practice: Practice, library: Library, ended: Session, texts: list[str]) -> dict[str, str]:
    team = wiring.team(practice.store, has_accounts=False)
    reviews = Reviews(practice, team)
    # A level is disputed once: as many techniques as it takes to hold all reasons.
    places = [(number, technique) for technique in ended.rubric.ids for number in range(1, len(ended.exchanges) + 1)]
    for (number, technique), reason in zip(places, chunks(texts, MOST_REASON - 10), strict=False):
        reviews.dispute(LOCAL, ended.id, number, technique, f"Look. {reason}")
    due = date.today() + timedelta(days=9)
    team.assign(LOCAL, [library.persona(each) for each in library.persona_ids[:50]], people=None, due=due, pass_mark=5)
    views = ("board", "profile", "people", "queue", "assign", "export")
    return {
        **{f"team {view}": f"/team?view={view}" for view in views},
        "team person": f"/team?view=person&person={LOCAL.id}",
        "team session": f"/team?session={ended.id}&reply=1&technique={ended.rubric.ids[0]}",
    }


def _written(library: Library, store: Store, texts: list[str]) -> dict[str, str]:
    editions = Editions(store.engine)
    writing = Writing(library, editions, Drafts(store.engine))
    for text in texts[:60]:
        writing.save(writing.new(ContentKind.PERSONA), f"id: x\ntitle: {json.dumps(text)}\n", LOCAL, tab="t", stamp=1)
    book = (ROOT / "docs" / "examples" / "the-book-i-returned.yaml").read_text(encoding="utf-8")
    drafted = writing.save(writing.new(ContentKind.PERSONA), book, LOCAL, tab="t", stamp=1)
    content_id, _ = writing.publish(drafted.draft_id, LOCAL, note=" ".join(texts)[:490])
    again = writing.edit(ContentKind.PERSONA, content_id, LOCAL)
    changed = book + "".join(f"# {text}\n{text[:20]}: 1\n" for text in texts)
    kept = writing.save(again, changed, LOCAL, tab="t", stamp=2)
    return {
        "studio list": "/studio",
        "studio history": f"/studio?history=persona/{content_id}",
        **{
            f"studio {view}": f"/studio?draft={kept.draft_id}&show={view}"
            for view in ("write", "compare", "try", "publish")
        },
    }


def _measured(lab: Lab, library: Library, texts: list[str]) -> dict[str, str]:
    now = datetime.now(UTC)
    for text in texts[:20]:
        suites = lab.folder.add(
            Order(kind=Kind.SUITES, engine="embedded", rubric=RUBRIC_ID, note=text[:80]), by=text, server="x"
        )
        lab.folder.write(
            suites.id, ENDING, Ending(state=State.FAILED, at=now, problem=" ".join(texts), remarks=tuple(texts))
        )
    turns = [
        turn
        for text in texts
        for turn in ({"role": "customer", "text": text}, {"role": "trainee", "text": f"{text} sorry"})
    ]
    given = json.dumps({"id": "<b>one</b>" + texts[2], "channel": "chat", "turns": turns})
    order = Order(kind=Kind.TRANSCRIPTS, engine="embedded", rubric=RUBRIC_ID, file=f"{texts[2]}.jsonl"[-120:])
    run = lab.folder.add(order, by=texts[0], server="x", given=given.encode())
    quotes = ({"technique": TECHNIQUE, "indicator": "sincere_apology", "quote": texts[0]},)
    graded = [
        GradedReply(id=texts[2], turn=turn, levels={TECHNIQUE: 2}, evidence=quotes, overall=2, ungraded=None)
        for turn in range(1, len(turns), 2)
    ]
    lines = "".join(f"{each.model_dump_json()}\n" for each in graded)
    (lab.folder.place(run.id) / GRADED).write_text(lines, encoding="utf-8")
    lab.folder.write(run.id, RUBRIC, library.rubric(RUBRIC_ID))
    lab.folder.write(run.id, ENDING, Ending(state=State.DONE, at=now, remarks=tuple(texts), grader=texts[1]))
    return {
        "lab": "/lab",
        "lab failed": f"/lab?run={suites.id}",
        "lab graded": f"/lab?run={run.id}",
        "lab paste": "/lab?view=grade",
    }

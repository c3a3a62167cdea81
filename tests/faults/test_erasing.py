"""Row 14: erasing a person."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from simcustomer import wiring
from simcustomer.domain.accounts import Account, Role, trial_owner
from simcustomer.domain.audit import Audited
from simcustomer.domain.publishing import ContentKind
from simcustomer.errors import SignInFailed
from simcustomer.lab.order import Kind, Order
from simcustomer.lab.runs import RunFolder
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.reviews import Reviews
from simcustomer.settings import Settings
from simcustomer.store import AuditLog, Drafts, Editions, Publication, Saving, Store, open_store
from simcustomer.store.tables import metadata
from simcustomer.team import Audit, Directory, Team
from tests.cli.test_cli import SIMCUSTOMER
from tests.conftest import ROOT, _no_postgres, postgres_url
from tests.faults.row import Figure, Outcome, Row, none
from tests.support.canaries import Canaries, files_of, postgres_files, rows_of
from tests.support.signed_in import PASSWORD

METHOD = """
A person with every role fills every field that a person can fill with a word that occurs nowhere else: name, email, addresses
they came from, replies (graded, quoted as evidence and in the debrief), a reply without answer, disputes, a draft and its
trial, notes of what they published, transcripts and notes in the lab, what they assigned and decided about another. Every word
is first shown to be in the files. Then `simcustomer users remove`, in a process of its own, while a server has the database
open. The bytes of every file of the data folder (database, write-ahead log, free pages, lab) are searched for each word, and on
PostgreSQL every row and the files of every table and index. Another person, who did the same, must have lost nothing. Not
searched: PostgreSQL's own write-ahead log and backups (docs/operations.md).
"""

QUOTE = "I am so sorry that nobody came, Mr {0}; I have noted {0} and I will call you at ten."


@dataclass
class House:
    """Everything that a person can leave something in."""

    store: Store
    folder: Path
    library: Library

    @property
    def practice(self) -> Practice:
        return wiring.practice(self.store, wiring.cast(), longest_reply=5_000)

    @property
    def team(self) -> Team:
        accounts = wiring.accounts(self.store)
        return Team(self.store, Directory(accounts.store), Audit(accounts.log))

    @property
    def lab(self) -> RunFolder:
        return RunFolder(self.folder / "lab")


def lived_in(house: House, words: Canaries, replies: int) -> Account:
    """Someone who has filled every field."""
    accounts = wiring.accounts(house.store)
    name, email = words.new("name"), f"{words.new('email')}@example.com"
    account = accounts.add(name, password=PASSWORD, roles=list(Role), email=email, team="North")
    keeper = wiring.doorkeeper(Settings(), house.store)
    keeper.sign_in(name, PASSWORD, address=words.new("address of a sign-in"))
    with suppress(SignInFailed):
        keeper.sign_in(name, "not the password", address=words.new("address of a failed sign-in"))
    asyncio.run(_practised(house, words, account, replies))
    _wrote(house, words, account)
    for kind, file in ((Kind.TRANSCRIPTS, "own.jsonl"), (Kind.LABELS, "own.csv")):
        order = Order(kind=kind, engine="embedded", rubric="r", file=f"{words.new('lab file name')}-{file}")
        house.lab.add(order, by=account.name, server="s", given=words.new("lab file").encode())
    order = Order(kind=Kind.SUITES, engine="embedded", rubric="r", note=words.new("lab note"))
    house.lab.add(order, by=account.name, server="s")
    return account


async def _practised(house: House, words: Canaries, account: Account, replies: int) -> None:
    reviews, practice = Reviews(house.practice, house.team), house.practice
    personas = house.library.personas()
    left, at = replies, 0
    while left > 0:
        session = practice.start(personas[at % len(personas)], house.library.rubric(), owner=account.id, seed=at)
        for _ in range(min(left, 4)):
            left -= 1
            async for _ in practice.respond(session.id, QUOTE.format(words.new("reply")), owner=account.id):
                pass
            session = practice.open(session.id, owner=account.id)
            if session.outcome is not None:
                break
        session = await practice.finish(session.id, owner=account.id)
        technique = session.rubric.techniques[0].id
        reviews.dispute(account.visitor, session.id, 1, technique, f"But {words.new('dispute')} is there.")
        at += 1
    draft = personas[0].model_copy(update={"title": f"Trial {words.new('persona of a trial')}"})
    begun = practice.start(draft, house.library.rubric(), owner=trial_owner(account.id), seed=1)
    house.store.keep_reply(begun.id, 1, f"And {words.new('reply without answer')}?")


def _wrote(house: House, words: Canaries, account: Account) -> None:
    engine, visitor = house.store.engine, account.visitor
    title, body = words.new("title of a draft"), f"id: x\n# {words.new('draft')}\n" * 40
    saving = Saving(account.id, ContentKind.PERSONA, "x", "", title, body, 0, "tab", 1)
    Drafts(engine).save(saving, visitor)
    Editions(engine).publish(
        Publication(ContentKind.PERSONA, f"p-{account.id}", "id: published", 1, "", None, words.new("note")), visitor
    )
    persona = house.library.persona("no-heat-third-visit")
    house.team.assign(visitor, [persona], people=[account.id], due=date.today() + timedelta(days=1), pass_mark=50)


def _about_others(house: House, manager: Account, other: Account) -> None:
    """What carries the manager's name in someone else's records."""
    session = house.store.finished(other.id)[0].session
    technique = house.library.rubric().techniques[0].id
    Reviews(house.practice, house.team).override(manager.visitor, session, 1, (technique, 3), "As they say.")
    persona = house.library.persona("no-heat-third-visit")
    house.team.assign(manager.visitor, [persona], people=[other.id], due=date.today() + timedelta(days=1), pass_mark=50)


SERVER = """
import sys
from simcustomer.store import open_store
store = open_store(sys.argv[1])
with store.engine.connect() as connection:
    print(store.check(), flush=True)
    sys.stdin.read()
"""


@contextmanager
def _served(url: str) -> Iterator[None]:
    """A process that has the database open: without one, whoever closes it last would tidy its log up.

    It cannot be this one, whose locks end when it reads the bytes of the file.
    """
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", SERVER, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, text=True, **pipes) as server:
        assert server.stdout is not None
        assert "sessions in" in server.stdout.readline()
        yield
        server.communicate()


def _removed(account: Account, url: str, folder: Path) -> None:
    environment = os.environ | {
        "SIMCUSTOMER_DATABASE_URL": url,
        "SIMCUSTOMER_LAB_DIR": str(folder / "lab"),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    command = [str(SIMCUSTOMER), "users", "remove", account.name, "--yes"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


def erased(url: str, folder: Path, replies: int, seed: int, look: Callable[[House], list[bytes]]) -> list[Figure]:
    """Let two people live in a house, erase one, and look for both."""
    with closing(open_store(url)) as store:
        house = House(store, folder, Library(ROOT / "personas", ROOT / "rubrics"))
        words, others = Canaries(seed), Canaries(seed + 1_000_000)
        account, other = lived_in(house, words, replies), lived_in(house, others, 2)
        _about_others(house, account, other)
        before = look(house)
        assert words.found(before) == words.given, "a word was kept nowhere, so that nothing is shown by its absence"
        assert others.found(before) == others.given
        with _served(url):
            _removed(account, url, folder)
            after = look(house)
        entries = [e for e in AuditLog(store.engine).newest(1_000) if e.about == account.id]
    kind = make_url(url).get_backend_name()
    gone = next((e for e in entries if e.what is Audited.ACCOUNT_REMOVED), None)
    lost = set(others.given) - set(others.found(after))
    return [
        none(f"words of the erased person left ({kind})", [*words.found(after).values()], len(words.given)),
        none(f"words of another person lost ({kind})", [others.given[word] for word in lost], len(others.given)),
        Figure(
            what=f"audit entries about the erased person that stay, by id alone ({kind})",
            asked="1 or more",
            measured=str(len(entries)),
            of=len(entries),
            reached=gone is not None and not any(e.detail for e in entries),
        ),
    ]


def on_sqlite(count: int, seed: int) -> list[Figure]:
    """In files."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        return erased(f"sqlite:///{folder / 'own.db'}", folder, count, seed, lambda _: files_of(folder))


def on_postgres(count: int, seed: int) -> list[Figure]:
    """On a server, in a database that is emptied first."""
    with closing(open_store(postgres_url())) as store, store.engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(text(f"DELETE FROM {table.name}"))  # noqa: S608

    with TemporaryDirectory() as name:
        folder = Path(name)
        look = lambda house: [*rows_of(house.store.engine), *postgres_files(house.store.engine), *files_of(folder)]  # noqa: E731
        return erased(postgres_url(), folder, count, seed, look)


def measure(count: int, seed: int) -> Outcome:
    """Erase one person on each database that is there."""
    figures = on_sqlite(count, seed)
    return Outcome(figures if _no_postgres() else [*figures, *on_postgres(count, seed)])


ROW = Row(number=14, title="A person is erased", method=METHOD, full=300, measure=measure)


def test_a_person_is_erased_from_the_files() -> None:
    figures = on_sqlite(6, 1)
    assert [figure for figure in figures if not figure.reached or not figure.of] == []


@pytest.mark.postgres
def test_a_person_is_erased_from_a_server() -> None:
    figures = on_postgres(4, 2)
    assert [figure for figure in figures if not figure.reached or not figure.of] == []

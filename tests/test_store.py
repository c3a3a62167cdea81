from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, func, inspect, select
from sqlalchemy.exc import OperationalError

from simcustomer.domain.assessment import Assessment, Finding, Ungraded
from simcustomer.domain.persona import Outcome, Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Appraisal, Exchange, Hint, Origin, Provenance, Scorecard, Session, Stance
from simcustomer.errors import NotFound, SessionOver, StoreError, TurnConflict
from simcustomer.store import Claim, Store, open_store
from simcustomer.store.database import NEWEST, guarded
from simcustomer.store.tables import contents, metadata, results
from tests.conftest import ROOT, postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'practice.db'}" if request.param == "sqlite" else postgres_url()
    opened = open_store(url)
    yield opened
    opened.close()


def new_session(persona: Persona, rubric: Rubric, owner: str = "ann") -> Session:
    provenance = Provenance(persona="p", rubric="r", customer="c", grader="g", coach="k", version="0")
    return Session(
        id=uuid4().hex,
        owner=owner,
        persona=persona,
        rubric=rubric,
        seed=7,
        provenance=provenance,
        opening="Well?",
        started_at=datetime.now(UTC),
    )


def exchange(session: Session, number: int, reply: str, outcome: Outcome | None = None) -> Exchange:
    stance = Stance(mood=session.persona.mood, shifts=(), outcome=outcome, may_tell=())
    return Exchange(
        number=number,
        reply=reply,
        answer=f"Heard {reply}",
        appraisal=Appraisal(),
        stance=stance,
        grade=Ungraded(reason="none"),
    )


def downgraded(store: Store, revision: str) -> None:
    """Bring the tables to an older version."""
    with store.engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(ROOT / "src/simcustomer/store/migrations"))
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_a_session_comes_back_as_it_was(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric)
    store.add(session)
    assert store.load(session.id, "ann") == session


def test_an_exchange_comes_back_as_it_was(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric)
    store.add(session)
    store.keep_reply(session.id, 1, "Hello")
    assert store.load(session.id, "ann").pending == "Hello"
    claim = Claim(session.id, 1, "me")
    assert store.claim(claim, 10)
    done = exchange(session, 1, "Hello", Outcome.RESOLVED)
    assert store.settle(claim, done, None)
    loaded = store.load(session.id, "ann")
    assert loaded.exchanges == (done,)
    assert (loaded.pending, loaded.outcome) == (None, Outcome.RESOLVED)
    assert loaded.ended_at is not None


def test_another_owner_finds_nothing(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric)
    store.add(session)
    with pytest.raises(NotFound):
        store.load(session.id, "ben")
    assert store.list("ben" + session.id) == ()


def test_the_same_reply_twice_is_one_and_another_conflicts(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric)
    store.add(session)
    store.keep_reply(session.id, 1, "Hello")
    store.keep_reply(session.id, 1, "Hello")
    with pytest.raises(TurnConflict, match="that one stands"):
        store.keep_reply(session.id, 1, "Goodbye")
    assert store.load(session.id, "ann").pending == "Hello"


def test_a_session_is_not_ended_over_a_reply_that_its_debrief_does_not_know(
    store: Store, dean: Persona, rubric: Rubric
) -> None:
    session = new_session(dean, rubric)
    store.add(session)
    store.keep_reply(session.id, 1, "Hello")
    assert not store.end(session.id, Outcome.ESCALATED, None, replies=0)
    assert store.load(session.id, "ann").outcome is None
    assert store.end(session.id, Outcome.ESCALATED, None, replies=1)
    with pytest.raises(SessionOver, match="ended in another tab"):
        store.keep_reply(session.id, 2, "Too late")
    assert store.load(session.id, "ann").pending == "Hello"


def test_one_claim_at_a_time(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric)
    store.add(session)
    store.keep_reply(session.id, 1, "Hello")
    mine, theirs = Claim(session.id, 1, "mine"), Claim(session.id, 1, "theirs")
    assert store.claim(mine, 30)
    assert store.claim(mine, 30)
    assert not store.claim(theirs, 30)
    store.release(mine)
    assert store.claim(theirs, 0)
    assert store.claim(mine, 30)
    assert not store.settle(theirs, exchange(session, 1, "Hello"), None)
    assert store.settle(mine, exchange(session, 1, "Hello"), None)
    assert not store.claim(theirs, 30)


def test_two_different_replies_at_once_have_one_winner(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric)
    store.add(session)
    barrier = threading.Barrier(2)
    lost: list[str] = []

    def send(reply: str) -> None:
        barrier.wait()
        try:
            store.keep_reply(session.id, 1, reply)
        except TurnConflict:
            lost.append(reply)

    threads = [threading.Thread(target=send, args=(reply,)) for reply in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 1
    assert store.load(session.id, "ann").pending == ({"one", "two"} - set(lost)).pop()


def test_content_is_kept_once(store: Store, dean: Persona, rubric: Rubric) -> None:
    store.add(new_session(dean, rubric))
    with store.engine.connect() as connection:
        before = connection.execute(select(func.count()).select_from(contents)).scalar()
    store.add(new_session(dean, rubric))
    with store.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(contents)).scalar() == before


def test_migrations_give_the_tables_that_the_code_uses(store: Store) -> None:
    with store.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert [d for d in differences if "alembic_version" not in str(d)] == []


def test_a_branch_comes_back_with_its_exchanges_and_its_origin(store: Store, dean: Persona, rubric: Rubric) -> None:
    parent = new_session(dean, rubric)
    kept = (exchange(parent, 1, "Hello"), exchange(parent, 2, "Again"))
    branch = parent.model_copy(
        update={"id": uuid4().hex, "exchanges": kept, "origin": Origin(session=parent.id, reply=3)}
    )
    store.add(branch)
    assert store.load(branch.id, "ann") == branch


def test_finished_sessions_are_the_owners_oldest_first_with_their_scores(
    store: Store, dean: Persona, rubric: Rubric
) -> None:
    owner = uuid4().hex
    first, second, open_one = (new_session(dean, rubric, owner) for _ in range(3))
    later = second.model_copy(update={"started_at": second.started_at + timedelta(days=1)})
    theirs = new_session(dean, rubric, "ben")
    graded = Assessment.of(rubric, "Sorry", [Finding(technique="empathy", occasion=True, estimate=2)])
    said = [exchange(first, 1, "Hello"), exchange(first, 2, "Sorry").model_copy(update={"grade": graded})]
    store.add(later)
    store.add(first.model_copy(update={"exchanges": tuple(said), "origin": Origin(session="gone", reply=2)}))
    for session in (open_one, theirs):
        store.add(session)
    for session in (first, later, theirs):
        store.end(session.id, Outcome.WALKED_OUT, None)
    found = store.finished(owner)
    assert [attempt.session for attempt in found] == [first.id, later.id]
    assert found[0].scorecard == Scorecard.of(rubric, [e.grade for e in said])
    assert found[0].own == Scorecard.of(rubric, [graded])
    assert (found[0].origin, found[0].persona, found[0].outcome) == (
        Origin(session="gone", reply=2),
        dean.id,
        Outcome.WALKED_OUT,
    )


def test_sessions_of_older_tables_are_kept(tmp_path: Path, dean: Persona, rubric: Rubric) -> None:
    """A database that was made before sessions could be rewound opens with all that was said in it."""
    url = f"sqlite:///{tmp_path / 'older.db'}"
    opened = open_store(url)
    session = new_session(dean, rubric)
    opened.add(session.model_copy(update={"exchanges": (exchange(session, 1, "Hello"),)}))
    downgraded(opened, "0001")
    assert "origin_id" not in {c["name"] for c in inspect(opened.engine).get_columns("sessions")}
    opened.close()
    again = open_store(url)
    loaded = again.load(session.id, "ann")
    again.close()
    assert [e.reply for e in loaded.exchanges] == ["Hello"]
    assert loaded.origin is None


def test_results_that_are_missing_are_made_when_they_are_asked_for(store: Store, dean: Persona, rubric: Rubric) -> None:
    """As in a database from before there were results."""
    session = new_session(dean, rubric, uuid4().hex)
    graded = Assessment.of(rubric, "Sorry", [Finding(technique="empathy", occasion=True, estimate=2)])
    store.add(
        session.model_copy(update={"exchanges": (exchange(session, 1, "a").model_copy(update={"grade": graded}),)})
    )
    store.end(session.id, Outcome.WALKED_OUT, None)
    kept = store.finished(session.owner)
    with store.engine.begin() as connection:
        connection.execute(delete(results).where(results.c.session_id == session.id))
    assert store.finished(session.owner) == kept
    with store.engine.connect() as connection:
        assert (
            connection.execute(select(results.c.title).where(results.c.session_id == session.id)).scalar() == dean.title
        )


def test_a_new_grade_is_in_the_result(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric, uuid4().hex)
    store.add(session.model_copy(update={"exchanges": (exchange(session, 1, "Sorry"),)}))
    store.end(session.id, Outcome.WALKED_OUT, None)
    assert store.finished(session.owner)[0].scorecard.graded == 0
    graded = Assessment.of(rubric, "Sorry", [Finding(technique="empathy", occasion=True, estimate=2)])
    store.regrade(session.id, {1: graded}, grader="g2", debrief=None)
    found = store.finished(session.owner)[0]
    assert (found.scorecard, found.provenance.grader) == (Scorecard.of(rubric, [graded]), "g2")


def test_a_hint_is_kept_once_a_reply_and_goes_with_its_session(store: Store, dean: Persona, rubric: Rubric) -> None:
    session = new_session(dean, rubric, uuid4().hex).model_copy(update={"coached": True})
    store.add(session)
    first = Hint(exchange=1, technique="empathy", text="Say it.")
    store.keep_hint(session.id, first)
    store.keep_hint(session.id, first.model_copy(update={"text": "Say something else."}))
    loaded = store.load(session.id, session.owner)
    assert (loaded.hints, loaded.coached) == ((first,), True)
    again = loaded.model_copy(update={"id": uuid4().hex})
    store.add(again)
    assert store.load(again.id, session.owner).hints == (first,)
    store.end(session.id, Outcome.WALKED_OUT, None)
    found = store.finished(session.owner)[0]
    assert (found.hints, found.coached) == (1, True)


def test_open_sessions_are_the_owners_newest_first(store: Store, dean: Persona, rubric: Rubric) -> None:
    owner = uuid4().hex
    old, new, ended = (new_session(dean, rubric, owner) for _ in range(3))
    store.add(old.model_copy(update={"started_at": old.started_at - timedelta(days=1)}))
    for session in (new, ended, new_session(dean, rubric, "ben")):
        store.add(session)
    store.keep_reply(new.id, 1, "Hello")
    store.end(ended.id, Outcome.WALKED_OUT, None)
    found = store.unfinished(owner)
    assert [(row.id, row.name, row.channel, row.replies) for row in found] == [
        (new.id, dean.name, "phone", 1),
        (old.id, dean.name, "phone", 0),
    ]


def test_newest_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "src/simcustomer/store/migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_a_new_file_is_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "practice.db"
    store = open_store(f"sqlite:///{path}")
    try:
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    finally:
        store.close()


def test_a_damaged_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    path.write_bytes(b"this is no database" * 100)
    with pytest.raises(StoreError, match="is damaged or is not a simcustomer database"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == b"this is no database" * 100


def test_an_unwritable_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="SIMCUSTOMER_DATABASE_URL"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'practice.db'}")


@pytest.mark.parametrize("url", ["nonsense", "nodb://x/y", "postgresql+psycopg://u:secret@127.0.0.1:1/x"])
def test_a_wrong_address_is_one_clear_sentence_without_the_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        ("database is locked", "is busy with another program"),
        ("canceling statement due to lock timeout", "is busy with another program"),
        ("database or disk is full", "the disk is full"),
        ('could not extend file "base/1/2": No space left on device', "the disk is full"),
        ("terminating connection due to administrator command\nmore", "try again; what was stored is kept"),
    ],
)
def test_what_a_driver_says_is_told_in_one_sentence(store: Store, cause: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as caught, guarded(store.engine.url):
        raise OperationalError("INSERT", {}, Exception(cause))
    assert "\n" not in str(caught.value)


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    open_store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="newer simcustomer"):
        open_store(f"sqlite:///{path}")


def test_two_openers_of_a_new_file_both_succeed(tmp_path: Path) -> None:
    opened: list[Store] = []
    failures: list[Exception] = []

    def open_one() -> None:
        try:
            opened.append(open_store(f"sqlite:///{tmp_path / 'shared.db'}"))
        except StoreError as error:
            failures.append(error)

    threads = [threading.Thread(target=open_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len({replace(store, engine=store.engine).check() for store in opened}) == 1
    for store in opened:
        store.close()

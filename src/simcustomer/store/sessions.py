"""Reading and writing sessions; every write is one transaction, and a reply is written before it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from simcustomer.domain.assessment import Grade
from simcustomer.domain.limits import Bill
from simcustomer.domain.persona import Outcome
from simcustomer.domain.progress import Attempt
from simcustomer.domain.session import Debrief, Exchange, Hint, Provenance, Session
from simcustomer.errors import NotFound, SessionOver, TurnConflict
from simcustomer.store import listing
from simcustomer.store.allowances import Allowance, enter_bill, had, take_turn
from simcustomer.store.claims import Claim, Hold, answer_under, release_claim, take_claim
from simcustomer.store.database import guarded, open_engine, writing
from simcustomer.store.disputes import keep_override, overrides_of
from simcustomer.store.kept_contents import keep_content, persona_of, rubric_of
from simcustomer.store.listing import OpenRow, SessionRow
from simcustomer.store.records import answered, session_of
from simcustomer.store.results import finished, keep_result
from simcustomer.store.tables import contents, exchanges, hints, sessions

# A session is read twice for each of its turns; to put these together takes as long as to run them.
_SESSION = select(sessions).where(sessions.c.id == bindparam("session"), sessions.c.owner == bindparam("owner"))
_EXCHANGES = select(exchanges).where(exchanges.c.session_id == bindparam("session")).order_by(exchanges.c.number)
_HINTS = select(hints).where(hints.c.session_id == bindparam("session")).order_by(hints.c.exchange)


@dataclass(frozen=True)
class Store:
    """Sessions of one database. Every method raises StoreError where the database fails."""

    engine: Engine

    def add(self, session: Session) -> None:
        """Keep a new session, with the exchanges that it has taken over from another."""
        with guarded(self.engine.url), writing(self.engine) as connection:
            connection.execute(
                insert(sessions).values(
                    id=session.id,
                    owner=session.owner,
                    persona_id=session.persona.id,
                    persona_hash=keep_content(connection, session.persona),
                    rubric_hash=keep_content(connection, session.rubric),
                    seed=session.seed,
                    provenance=session.provenance.model_dump_json(),
                    opening=session.opening,
                    started_at=session.started_at,
                    origin_id=session.origin.session if session.origin else None,
                    origin_reply=session.origin.reply if session.origin else None,
                    coached=session.coached,
                )
            )
            for hint in session.hints:
                connection.execute(insert(hints).values(_hint(session.id, hint)))
            for exchange in session.exchanges:
                connection.execute(
                    insert(exchanges).values(
                        session_id=session.id,
                        number=exchange.number,
                        reply=exchange.reply,
                        received_at=session.started_at,
                        **answered(exchange),
                    )
                )
                for override in exchange.overrides:
                    keep_override(connection, session.id, exchange.number, override)

    def load(self, session_id: str, owner: str) -> Session:
        """The session. Raises NotFound where it is not there or belongs to someone else."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            row = connection.execute(_SESSION, {"session": session_id, "owner": owner}).one_or_none()
            if row is None:
                raise NotFound("There is no such session of yours. Start a new one, or check the address.")
            rows = connection.execute(_EXCHANGES, {"session": session_id}).all()
            given = connection.execute(_HINTS, {"session": session_id}).all()
            persona, rubric = persona_of(connection, row.persona_hash), rubric_of(connection, row.rubric_hash)
            overrides = overrides_of(connection, session_id)
        return session_of(row, rows, given, persona=persona, rubric=rubric, overrides=overrides)

    def list(self, owner: str, *, most: int = 50) -> tuple[SessionRow, ...]:
        """The owner's sessions, newest first."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return listing.newest(connection, owner, most)

    def finished(self, owner: str) -> tuple[Attempt, ...]:
        """The owner's sessions that have ended, oldest first."""
        with guarded(self.engine.url):
            return finished(self.engine, owner)

    def unfinished(self, owner: str) -> tuple[OpenRow, ...]:
        """The owner's sessions that have not ended, newest first."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return listing.unfinished(connection, owner)

    def keep_hint(self, session_id: str, hint: Hint) -> None:
        """Keep a hint; one that was given for the same reply before stays."""
        with guarded(self.engine.url):
            try:
                with writing(self.engine) as connection:
                    connection.execute(insert(hints).values(_hint(session_id, hint)))
            except IntegrityError:
                pass  # asked for twice at once, from two tabs

    def keep_reply(
        self, session_id: str, number: int, reply: str, *, hold: Hold | None = None, allowance: Allowance | None = None
    ) -> bool:
        """Keep a reply for an exchange; the same reply again changes nothing.

        True where it is new; then it is claimed, where a hold is given, and counts towards the allowance. Raises TurnConflict for
        another reply, SessionOver where the session has ended meanwhile, LimitReached where the allowance is used up.
        """
        held = {} if hold is None else hold.columns
        with guarded(self.engine.url):
            try:
                with writing(self.engine) as connection:
                    connection.execute(
                        insert(exchanges).values(
                            session_id=session_id, number=number, reply=reply, received_at=datetime.now(UTC), **held
                        )
                    )
                    # After the insert: SQLite has the write lock then, and PostgreSQL waits here for one who ends it.
                    open_row = select(sessions.c.outcome).where(sessions.c.id == session_id).with_for_update(read=True)
                    if connection.execute(open_row).scalar() is not None:
                        raise SessionOver(
                            "This conversation was ended in another tab or device. See its debrief, or start a new one."
                        )
                    if allowance is not None:
                        take_turn(connection, allowance)
            except IntegrityError:
                if self._reply(session_id, number) != reply:
                    raise TurnConflict(
                        "Another reply was already sent for this turn, from another tab or device; that one stands. "
                        "Reload to see it. Your text is still in the box."
                    ) from None
                return False
        return True

    def take_turn(self, allowance: Allowance) -> None:
        """Count a turn of which nothing is kept. Raises LimitReached."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            take_turn(connection, allowance)

    def enter_bill(self, allowance: Allowance, bill: Bill) -> None:
        """Count what models came to."""
        with guarded(self.engine.url), self.engine.begin() as connection:
            enter_bill(connection, allowance, bill)

    def had(self, person: str, day: datetime) -> tuple[int, int, float]:
        """Turns, tokens and cost that were counted for a person on a day (UTC), where there are limits."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return had(connection, person, day)

    def claim(self, claim: Claim, seconds: float) -> bool:
        """Take or renew the right to answer an exchange; False while someone else holds it or it is answered."""
        with guarded(self.engine.url), writing(self.engine) as connection:
            return take_claim(connection, claim, seconds)

    def release(self, claim: Claim) -> None:
        """Give the right to answer back, so that the next try need not wait."""
        with guarded(self.engine.url), writing(self.engine) as connection:
            release_claim(connection, claim)

    def settle(self, claim: Claim, exchange: Exchange, debrief: Debrief | None) -> bool:
        """Keep what came of a reply, and the end of the session where it ended; False where the claim was lost."""
        with guarded(self.engine.url), writing(self.engine) as connection:
            if not answer_under(connection, claim, exchange):
                return False
            if exchange.stance.outcome is not None:
                _end(connection, claim.session_id, exchange.stance.outcome, debrief)
        return True

    def end(self, session_id: str, outcome: Outcome, debrief: Debrief | None, *, replies: int | None = None) -> bool:
        """End a session outside an exchange.

        False, and nothing is changed, where it had ended already, or does not hold as many replies as `replies` says.
        """
        with guarded(self.engine.url), writing(self.engine) as connection:
            # The row is locked before the replies are counted: one that is being kept is in or comes too late.
            connection.execute(update(sessions).where(sessions.c.id == session_id).values(coached=sessions.c.coached))
            said = select(func.count()).where(exchanges.c.session_id == session_id)
            if replies is not None and connection.execute(said).scalar_one() != replies:
                return False
            return _end(connection, session_id, outcome, debrief)

    def keep_debrief(self, session_id: str, debrief: Debrief) -> None:
        """Keep a debrief that was made after the session's end."""
        with guarded(self.engine.url), writing(self.engine) as connection:
            connection.execute(
                update(sessions)
                .where(sessions.c.id == session_id, sessions.c.debrief.is_(None))
                .values(debrief=debrief.model_dump_json())
            )

    def ungraded(self, owner: str) -> tuple[str, ...]:
        """Ids of the owner's sessions that hold a reply without a grade, oldest first."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            return listing.ungraded(connection, owner)

    def regrade(self, session_id: str, grades: Mapping[int, Grade], *, grader: str, debrief: Debrief | None) -> None:
        """Put these grades, by number of the exchange, in place of what is stored, with who gave them and the debrief."""
        with guarded(self.engine.url), writing(self.engine) as connection:
            for number, grade in grades.items():
                connection.execute(
                    update(exchanges)
                    .where(exchanges.c.session_id == session_id, exchanges.c.number == number)
                    .values(grade=grade.model_dump_json())
                )
            row = connection.execute(
                select(sessions.c.provenance, sessions.c.outcome).where(sessions.c.id == session_id)
            ).one()
            provenance = Provenance.model_validate_json(row.provenance).model_copy(update={"grader": grader})
            values = {"provenance": provenance.model_dump_json()}
            if debrief is not None:
                values["debrief"] = debrief.model_dump_json()
            connection.execute(update(sessions).where(sessions.c.id == session_id).values(**values))
            if row.outcome is not None:
                keep_result(connection, session_id)

    def check(self) -> str:
        """Where the database is and how many sessions it holds, after a write that is taken back."""
        with guarded(self.engine.url), self.engine.connect() as connection:
            connection.execute(insert(contents).values(hash="doctor", kind="doctor", body=""))
            connection.rollback()
            count = connection.execute(select(func.count()).select_from(sessions)).scalar_one()
        return f"{count} sessions in {self.engine.url.render_as_string(hide_password=True)}"

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def _reply(self, session_id: str, number: int) -> str | None:
        with self.engine.connect() as connection:
            return connection.execute(
                select(exchanges.c.reply).where(exchanges.c.session_id == session_id, exchanges.c.number == number)
            ).scalar()


def open_store(database_url: str) -> Store:
    """The store in the database at this address. Raises StoreError."""
    return Store(open_engine(database_url))


def _hint(session_id: str, hint: Hint) -> dict[str, object]:
    return {"session_id": session_id, **hint.model_dump(), "given_at": datetime.now(UTC)}


def _end(connection: Connection, session_id: str, outcome: Outcome, debrief: Debrief | None) -> bool:
    ended = connection.execute(
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.outcome.is_(None))
        .values(
            outcome=outcome.value,
            ended_at=datetime.now(UTC),
            debrief=None if debrief is None else debrief.model_dump_json(),
        )
    )
    if ended.rowcount == 1:
        keep_result(connection, session_id)
    return ended.rowcount == 1

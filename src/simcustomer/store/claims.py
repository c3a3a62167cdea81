"""Claims: the right to answer one exchange, which one server holds at a time, so that no reply is answered twice."""

from __future__ import annotations

import time
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, update

from simcustomer.domain.session import Exchange
from simcustomer.store.records import answered
from simcustomer.store.tables import exchanges


class Hold(NamedTuple):
    """Who is to hold a claim, and for how many seconds."""

    token: str
    seconds: float

    @property
    def columns(self) -> dict[str, str | float]:
        """The columns of an exchange that is claimed from now on."""
        return {"claimed_by": self.token, "claimed_until": time.time() + self.seconds}


class Claim(NamedTuple):
    """The right to answer one exchange, held until it runs out or is renewed."""

    session_id: str
    number: int
    token: str


_UNCLAIMED = {"claimed_by": None, "claimed_until": None}


def take_claim(connection: Connection, claim: Claim, seconds: float) -> bool:
    """Take or renew a claim; False while someone else holds it, or once the exchange is answered."""
    free = (
        (exchanges.c.claimed_until.is_(None))
        | (exchanges.c.claimed_until < time.time())
        | (exchanges.c.claimed_by == claim.token)
    )
    taken = connection.execute(update(exchanges).where(_open(claim), free).values(Hold(claim.token, seconds).columns))
    return taken.rowcount == 1


def release_claim(connection: Connection, claim: Claim) -> None:
    """Give a claim back, so that the next try need not wait for it to run out."""
    connection.execute(update(exchanges).where(_open(claim), exchanges.c.claimed_by == claim.token).values(_UNCLAIMED))


def answer_under(connection: Connection, claim: Claim, exchange: Exchange) -> bool:
    """Keep the answer that a claim was taken for; False, and nothing is kept, where the claim was lost."""
    kept = connection.execute(
        update(exchanges)
        .where(_open(claim), exchanges.c.claimed_by == claim.token)
        .values(**answered(exchange), **_UNCLAIMED)
    )
    return kept.rowcount == 1


def _open(claim: Claim) -> ColumnElement[bool]:
    """The exchange that a claim is for, while it has no answer."""
    of_session = exchanges.c.session_id == claim.session_id
    return of_session & (exchanges.c.number == claim.number) & exchanges.c.answer.is_(None)

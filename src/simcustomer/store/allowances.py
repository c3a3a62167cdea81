"""Counts what each person has used today, in the transaction that stores the reply, so that several servers count as one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Integer,
    String,
    Table,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from simcustomer.domain.accounts import person_of
from simcustomer.domain.limits import Bill, Limits, Quota
from simcustomer.errors import LimitReached
from simcustomer.store.tables import metadata

EVERYONE = "*"
"""The key under which everyone's use together is counted; no id has this character."""

spent = Table(
    "spent",
    metadata,
    Column("person", String(120), primary_key=True),
    Column("period", String(16), primary_key=True),
    Column("turns", Integer, nullable=False),
    Column("tokens", BigInteger, nullable=False),
    Column("cost", Float, nullable=False),
)


class Allowance(NamedTuple):
    """Whose reply it is (an owner of sessions), what is allowed, and when it is."""

    owner: str
    limits: Limits
    now: datetime


class _Account(NamedTuple):
    person: str
    period: str
    quota: Quota
    told: str


def take_turn(connection: Connection, allowance: Allowance) -> None:
    """Count one turn for whoever it is counted for. Raises LimitReached, after which the transaction must be taken back."""
    for account in _accounts(allowance):
        _open(connection, account)
        open_to_more = [
            column < most
            for column, most in zip((spent.c.turns, spent.c.tokens, spent.c.cost), account.quota, strict=True)
            if most is not None
        ]
        taken = connection.execute(update(spent).where(_is(account), *open_to_more).values(turns=spent.c.turns + 1))
        if taken.rowcount != 1:
            raise LimitReached(account.told)


def enter_bill(connection: Connection, allowance: Allowance, bill: Bill) -> None:
    """Add the cost of model calls for whoever it is counted for."""
    for account in _accounts(allowance):
        _open(connection, account)
        more = {spent.c.tokens: spent.c.tokens + bill.tokens, spent.c.cost: spent.c.cost + bill.cost}
        connection.execute(update(spent).where(_is(account)).values(more))


def had(connection: Connection, person: str, day: datetime) -> tuple[int, int, float]:
    """Turns, tokens and cost of a person (or EVERYONE) on a day."""
    of_day = (spent.c.person == person) & (spent.c.period == _day(day))
    row = connection.execute(select(spent.c.turns, spent.c.tokens, spent.c.cost).where(of_day)).one_or_none()
    return (row.turns, row.tokens, row.cost) if row else (0, 0, 0.0)


def _accounts(allowance: Allowance) -> Iterator[_Account]:
    """Always in one order: two servers that count the same people must not wait for each other."""
    person, limits, now = person_of(allowance.owner), allowance.limits, allowance.now
    if limits.of_all.is_set:
        yield _Account(EVERYONE, _day(now), limits.of_all, _ALL.format(most=_said(limits.of_all)))
    if limits.of_person.is_set:
        yield _Account(person, _day(now), limits.of_person, _PERSON.format(most=_said(limits.of_person)))
    if limits.minute is not None:
        minute = f"{now:%Y-%m-%dT%H:%M}"
        yield _Account(person, minute, Quota(turns=limits.minute), _MINUTE.format(most=limits.minute))


_KEPT = "Nothing was sent; your text is still in the box."
_ALL = "Everyone together has had all the practice of today ({most}). " + _KEPT + " Send it tomorrow, from 00:00 UTC."
_PERSON = "You have had all your practice of today ({most}). " + _KEPT + " Send it tomorrow, from 00:00 UTC."
_MINUTE = "You have sent {most} replies within this minute, the most there may be. " + _KEPT + " Send it in a minute."


def _said(quota: Quota) -> str:
    parts = ((quota.turns, "replies"), (quota.tokens, "tokens"), (quota.cost, "in cost"))
    return " or ".join(f"{most:,} {of}" for most, of in parts if most is not None)


def _open(connection: Connection, account: _Account) -> None:
    """See that there is a row to count in; those of the days before yesterday go when a new one is made."""
    values = {"person": account.person, "period": account.period, "turns": 0, "tokens": 0, "cost": 0.0}
    made = connection.execute(_insert(connection).values(**values).on_conflict_do_nothing())
    if made.rowcount == 1:
        before = datetime.strptime(account.period[:10], "%Y-%m-%d") - timedelta(days=1)  # a day alone
        connection.execute(delete(spent).where(spent.c.period < _day(before)))


def _insert(connection: Connection) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(spent) if connection.dialect.name == "postgresql" else sqlite.insert(spent)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _is(account: _Account) -> ColumnElement[bool]:
    return (spent.c.person == account.person) & (spent.c.period == account.period)

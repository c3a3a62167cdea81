"""The ledger: tokens, cost, time and guards of every call, by session, without a word of what was said."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from simcustomer.domain.limits import Bill
from simcustomer.domain.model import Frozen
from simcustomer.engines.openai.calls import Call, Usage
from simcustomer.errors import SettingsError
from simcustomer.settings import Price

_log = logging.getLogger(__name__)

_GOOD = frozenset({"ok", "stopped", "replayed"})

_FREE = frozenset({"replayed"})
"""Outcomes of calls that no server was asked for."""

_CHARACTERS_A_TOKEN = 4

REMEMBERED = 10_000
"""Records that are kept in memory; the file keeps all."""


class CallRecord(Frozen):
    """One call. Tokens are None where the server did not say; `cost` is None without tokens or a price.

    `outcome` is `ok`, `stopped` where we had heard enough, `replayed` from a recording, or the kind of the failure. `guard`
    names the guard that an answer offended; such a record is not of a call of its own and has no tokens.
    """

    at: datetime
    role: str
    purpose: str
    model: str
    session: str | None = None
    seconds: float = 0.0
    attempts: int = 1
    prompt: int | None = None
    cached: int | None = None
    completion: int | None = None
    cost: float | None = None
    outcome: str = "ok"
    guard: str | None = None


class Totals(Frozen):
    """Calls added up. `cost` is None where no call had a price; `unpriced` counts the calls without one.

    `unknown` counts the calls whose tokens the server did not say, such as those that were stopped halfway: they are in no
    sum of tokens.
    """

    calls: int
    failed: int
    prompt: int
    cached: int
    completion: int
    unknown: int
    seconds: float
    cost: float | None
    unpriced: int
    guards: dict[str, int]

    def plus(self, other: Totals) -> Totals:
        """Both together."""
        costs = [cost for cost in (self.cost, other.cost) if cost is not None]
        return Totals(
            calls=self.calls + other.calls,
            failed=self.failed + other.failed,
            prompt=self.prompt + other.prompt,
            cached=self.cached + other.cached,
            completion=self.completion + other.completion,
            unknown=self.unknown + other.unknown,
            seconds=round(self.seconds + other.seconds, 3),
            cost=round(sum(costs), 6) if costs else None,
            unpriced=self.unpriced + other.unpriced,
            guards=dict(Counter(self.guards) + Counter(other.guards)),
        )

    @classmethod
    def of(cls, records: Iterable[CallRecord]) -> Totals:
        """The sums of these records."""
        kept = tuple(records)
        calls = [record for record in kept if record.guard is None]
        costs = [record.cost for record in calls if record.cost is not None]
        return cls(
            calls=len(calls),
            failed=sum(record.outcome not in _GOOD for record in calls),
            prompt=sum(record.prompt or 0 for record in calls),
            cached=sum(record.cached or 0 for record in calls),
            completion=sum(record.completion or 0 for record in calls),
            unknown=sum(record.prompt is None and record.outcome not in _FREE for record in calls),
            seconds=round(sum(record.seconds for record in calls), 3),
            cost=round(sum(costs), 6) if costs else None,
            unpriced=len(calls) - len(costs),
            guards=dict(Counter(record.guard for record in kept if record.guard is not None)),
        )


@dataclass
class Ledger:
    """Takes records in, tells `heard` of each, and writes each as one JSON line to `path` where there is one."""

    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    path: Path | None = None
    heard: Callable[[CallRecord], None] | None = None
    _records: deque[CallRecord] = field(default_factory=lambda: deque[CallRecord](maxlen=REMEMBERED))
    _bills: dict[str, Bill] = field(default_factory=dict[str, Bill])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def called(
        self, call: Call, model: str, *, usage: Usage | None, seconds: float, attempts: int, outcome: str
    ) -> None:
        """Enter one call."""
        if call.session is not None and outcome not in _FREE:
            self._bill(call.session, model, usage or _least(call))
        self._enter(
            CallRecord(
                at=datetime.now(UTC),
                role=call.role,
                purpose=call.purpose,
                model=model,
                session=call.session,
                seconds=round(seconds, 3),
                attempts=attempts,
                prompt=usage.prompt if usage else None,
                cached=usage.cached if usage else None,
                completion=usage.completion if usage else None,
                cost=self._cost(model, usage),
                outcome=outcome,
            )
        )

    def guarded(self, call: Call, model: str, guard: str) -> None:
        """Enter that a guard stopped what an answer said."""
        record = CallRecord(
            at=datetime.now(UTC), role=call.role, purpose=call.purpose, model=model, session=call.session, guard=guard
        )
        self._enter(record)

    def records(self, session: str | None = None) -> tuple[CallRecord, ...]:
        """What was entered since the start, of one session or of all."""
        with self._lock:
            return tuple(record for record in self._records if session in (None, record.session))

    def drained(self) -> tuple[CallRecord, ...]:
        """What was entered since this was asked last; it is kept no longer."""
        with self._lock:
            records = tuple(self._records)
            self._records.clear()
        return records

    def take(self, session_id: str) -> Bill:
        """What a session's calls came to since it was last asked; implements `roles.Meter`."""
        with self._lock:
            return self._bills.pop(session_id, Bill())

    def _bill(self, session_id: str, model: str, usage: Usage) -> None:
        with self._lock:
            held = self._bills.get(session_id, Bill())
            cost = held.cost + (self._cost(model, usage) or 0.0)
            self._bills[session_id] = Bill(held.tokens + usage.prompt + usage.completion, cost)

    def _cost(self, model: str, usage: Usage | None) -> float | None:
        price = self.prices.get(model)
        if price is None or usage is None:
            return None
        cached = price.input if price.cached is None else price.cached
        fresh = usage.prompt - usage.cached
        return round((fresh * price.input + usage.cached * cached + usage.completion * price.output) / 1e6, 8)

    def _enter(self, record: CallRecord) -> None:
        if self.heard is not None:
            self.heard(record)
        with self._lock:
            self._records.append(record)
            if self.path is None:
                return
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a", encoding="utf-8") as lines:
                    lines.write(record.model_dump_json(exclude_none=True) + "\n")
            except OSError as error:
                # A full disk must not cost the trainee the answer that was just paid for.
                _log.warning(
                    "%s: calls cannot be put on record there (%s); mend SIMCUSTOMER_USAGE_LOG", self.path, error
                )


def _least(call: Call) -> Usage:
    """About what was sent, where the server does not say: a call that is stopped halfway is paid for as well."""
    return Usage(sum(len(message.content) for message in call.messages) // _CHARACTERS_A_TOKEN, 0)


def read_records(path: Path) -> tuple[CallRecord, ...]:
    """The records of a file that a Ledger wrote. Raises SettingsError."""
    if not path.exists():
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(CallRecord.model_validate_json(line) for line in lines if line.strip())
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise SettingsError(f"{path}: is not a record of calls. Move it away, or set SIMCUSTOMER_USAGE_LOG.") from error

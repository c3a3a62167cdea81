"""Lines: too few of them for an act or a temper, and slots that are never filled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simcustomer.domain.mood import Temper
from simcustomer.domain.persona import Act, Persona
from simcustomer.evaluation.lint.finding import Fault
from simcustomer.evaluation.lint.texts import spoken_lines

FEWEST_LINES = 60
"""In all; the customer says nothing twice, so fewer run dry before a session is over."""

FEWEST: dict[Act, int] = {Act.VENT: 6, Act.PRESS: 6, Act.SOFTEN: 5, Act.DOUBT: 4}
"""For the acts that a session needs again and again."""

FEWEST_OTHERWISE = 2
FEWEST_IN_A_TEMPER = 2

_SLOT = re.compile(r"\{([^}]*)\}")
_ANYWHERE = {"name"}
_SLOTS = {Act.TIMED: {"time"}, Act.HAGGLE: {"amount"}, Act.CONSIDER: {"amount"}}
_ALWAYS_FILLED = {Act.CHOOSE: {"choice"}}


def faults(persona: Persona) -> Iterator[Fault]:
    """Too few lines, and slots that are never filled."""
    yield from _too_few(persona)
    for field, line in spoken_lines(persona):
        for slot in set(_SLOT.findall(line)) - _ANYWHERE - (_SLOTS | _ALWAYS_FILLED).get(Act(field[1]), set()):
            yield Fault(field, f"{{{slot}}} is not filled there, in {line!r}", "remove it")
    for act in _SLOTS:
        if all(_SLOT.search(line) for lines in persona.lines[act].values() for line in lines):
            what = "every line has a slot, so nothing is left to say where the trainee gave no such detail"
            yield Fault(("lines", act.value), what, "add a line without one")


def _too_few(persona: Persona) -> Iterator[Fault]:
    count = sum(1 for _ in spoken_lines(persona))
    if count < FEWEST_LINES:
        what = f"{count} lines in all, so that the customer soon has nothing new to say"
        yield Fault(("lines",), what, f"write at least {FEWEST_LINES}", advice=True)
    for act, filed in persona.lines.items():
        total, fewest = sum(map(len, filed.values())), FEWEST.get(act, FEWEST_OTHERWISE)
        if total < fewest:
            yield Fault(("lines", act.value), f"{total} of {fewest} lines", f"write at least {fewest}", advice=True)
            continue
        for temper in Temper if act in (Act.VENT, Act.PRESS, Act.SOFTEN) else ():
            fitting = len(filed.get(temper.value, ())) + len(filed.get("any", ()))
            if fitting < FEWEST_IN_A_TEMPER:
                what = f"{fitting} of {FEWEST_IN_A_TEMPER} lines for a customer who is {temper.value}"
                yield Fault(("lines", act.value), what, f"add lines under {temper.value} or any", advice=True)

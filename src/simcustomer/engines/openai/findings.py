"""The form of a grader's answer, and its reading: every technique answered, every quote held against the reply."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from simcustomer.domain.assessment import Evidence, Finding
from simcustomer.domain.rubric import Technique
from simcustomer.engines.openai.json_text import Unusable, as_object, object_in, object_schema
from simcustomer.engines.openai.quoting import verbatim
from simcustomer.engines.prompts import wording

MISSING = "(missing)"
"""What stands in place of a quote for a misstep that consists in words not being there.

It counts for a misstep that the rubric says can be absent, in a moment that called for the technique: elsewhere it is a quote
that the reply does not hold.
"""

_LEAST_LETTERS = 4
_TOO_SHORT = "(too short to show anything)"
_NOT_TO_CUSTOMER = "(words for the grader, not for the customer)"
"""Marks on a quote that keep it from counting, and say why where unverified evidence is reported."""

_MOST_USES = 24
"""Indicators that one quote can show, not counting those of the whole reply; a grader that quotes the same words for more has
not read, but obeyed.

A short good reply was honestly quoted for twelve (decision 14).
"""

_LONGEST_QUOTE = 2_000


def schema_of(techniques: Sequence[Technique]) -> dict[str, Any]:
    """The answer as a JSON schema: a key for every technique, required, so that servers can hold a model to it.

    Which signs a technique has, the prompt says once and the reading checks: in the schema their names would stand twice more.
    """
    text, shown = {"type": "string"}, {"$ref": "#/$defs/shown"}
    signs = {"type": "array", "items": object_schema({"sign": text, "quote": text})}
    found = object_schema({"occasion": {"type": "boolean"}, "indicators": shown, "missteps": shown})
    keys = {technique.id: {"$ref": "#/$defs/found"} for technique in techniques}
    return object_schema(keys) | {"$defs": {"found": found, "shown": signs}}


def read_findings(text: str, techniques: Sequence[Technique], reply: str) -> tuple[Finding, ...]:
    """The findings in an answer; a quote that is not in the reply stays as it is, to be reported as unverified.

    Raises Unusable that says what is missing, twice or out of bounds; nothing is filled in.
    """
    answer = object_in(text)
    _exactly(answer, [technique.id for technique in techniques], "techniques")
    findings = tuple(_finding(technique, answer[technique.id], reply) for technique in techniques)
    whole = {(technique.id, name) for technique in techniques for name in technique.whole}
    shown = [e for finding in findings for e in finding.evidence if e.indicator]
    uses = Counter(e.quote for e in shown if (e.technique, e.indicator) not in whole)
    if worn := [quote for quote, times in uses.items() if times > _MOST_USES]:
        raise Unusable(f"one quote stands for {uses[worn[0]]} indicators; quote for each the few words that show it")
    return findings


def _finding(technique: Technique, value: object, reply: str) -> Finding:
    part = as_object(value, technique.id)
    _exactly(part, ["occasion", "indicators", "missteps"], technique.id)
    shown = _signs(part["indicators"], technique.indicators, f"{technique.id}.indicators")
    wrong = _signs(part["missteps"], technique.missteps, f"{technique.id}.missteps")
    if not isinstance(part["occasion"], bool):
        raise Unusable(f"{technique.id}.occasion is neither true nor false")
    if absent := [name for name, quote in shown.items() if quote == MISSING]:
        raise Unusable(f"{technique.id}.indicators.{absent[0]} is {MISSING}, which only a misstep can be")
    missing = [name for name in technique.absent if wrong.get(name) == MISSING and part["occasion"]]
    evidence = [Evidence(technique=technique.id, indicator=name, quote=_quoted(q, reply)) for name, q in shown.items()]
    evidence += [
        Evidence(technique=technique.id, misstep=name, quote=_quoted(quote, reply))
        for name, quote in wrong.items()
        if name not in missing
    ]
    return Finding(technique=technique.id, occasion=part["occasion"], evidence=tuple(evidence), missing=tuple(missing))


def _signs(value: object, names: dict[str, str], where: str) -> dict[str, str]:
    """The quotes of the signs that are shown."""
    if not isinstance(value, list):
        raise Unusable(f"{where} is not a list")
    shown: dict[str, str] = {}
    for entry in cast("list[object]", value):
        part = as_object(entry, f"an entry of {where}")
        _exactly(part, ["sign", "quote"], f"an entry of {where}")
        name, quote = part["sign"], part["quote"]
        if not isinstance(name, str) or name not in names:
            raise Unusable(f"{where}: {str(name)[:40]!r} is no sign of it")
        if name in shown:
            raise Unusable(f"{where}.{name} stands in it twice")
        if not isinstance(quote, str) or len(quote) > _LONGEST_QUOTE:
            raise Unusable(f"{where}.{name} has no quote")
        shown[name] = quote.strip()
    return {name: quote for name, quote in shown.items() if quote}


def _exactly(part: dict[str, Any], names: list[str], where: str) -> None:
    if left := [name for name in names if name not in part]:
        raise Unusable(f"{where}: {', '.join(left[:5])} is missing")
    if more := [name for name in part if name not in names]:
        raise Unusable(f"{where}: {more[0][:40]!r} is not asked for")


def _quoted(quote: str, reply: str) -> str:
    """The quote as it stands in the reply; where it does not, or is too short to show anything, one that verifies nowhere."""
    found = verbatim(quote, reply)
    letters = sum(map(str.isalnum, found or ""))
    if found is None:
        return quote
    if letters < min(_LEAST_LETTERS, sum(map(str.isalnum, reply))):
        return f"{quote} {_TOO_SHORT}"
    return f"{quote} {_NOT_TO_CUSTOMER}" if _to_grader().search(_clause(found, reply)) else found


def _clause(quote: str, reply: str) -> str:
    """The sentence or line of the reply that the quote stands in."""
    start = reply.index(quote)
    before = max(reply.rfind(mark, 0, start) for mark in ".!?\n")
    ends = [end for mark in ".!?\n" if (end := reply.find(mark, start + len(quote))) >= 0]
    return reply[before + 1 : min(ends, default=len(reply))]


@cache
def _to_grader() -> re.Pattern[str]:
    patterns = wording("grader")["addressed_to_grader"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)

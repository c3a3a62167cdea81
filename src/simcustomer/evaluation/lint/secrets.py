"""Lines, titles and openings that give away a fact which trust has to earn."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from simcustomer.domain.persona import Persona
from simcustomer.engines.embedded.nlu import Text, content_stems, load_lexicon
from simcustomer.evaluation.lint.finding import Fault, Field
from simcustomer.evaluation.lint.texts import spoken_lines

MOST_SHARED = 2
"""Words of a secret that a line may hold by chance; of its core, the words that it is told with again and again, one."""

_NAME = re.compile(r"(?<![.!?…]\s)(?<!^)\b[A-Z][a-z]{2,}\b")
_DAYS = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Sept|Nov|Dec)ember|October"
)
_TOKEN = re.compile(r"[A-Z][a-z]+|\d[\d,.]*\d|\d")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def faults(persona: Persona) -> Iterator[Fault]:
    """Each text that a stranger hears or reads and that tells a secret: its names, its numbers, or its words."""
    known = _stems(_public(persona))
    names = _marks(_public(persona))
    shown: list[tuple[Field, str]] = [(("title",), persona.title), (("blurb",), persona.blurb)]
    shown += spoken_lines(persona)
    for fact in persona.facts:
        if fact.reveal.when != "trust":
            continue
        secret = " ".join((fact.text, *fact.says))
        stems, marks = _stems(secret) - known, _marks(secret) - names
        ways = Counter(stem for told in (fact.text, *fact.says) for stem in _stems(told))
        core = {stem for stem in stems if ways[stem] > 1}
        for field, text in shown:
            shared = stems & _stems(text)
            if (
                (told := marks.intersection(_TOKEN.findall(text)))
                or len(shared) > MOST_SHARED
                or len(shared & core) > 1
            ):
                words = ", ".join(sorted(told or shared))
                what = f"{text!r} gives away the fact {fact.id!r}, which is told from trust {fact.reveal.trust:g} on ({words})"
                yield Fault(field, what, "say it so that a stranger learns nothing from it")


def _public(persona: Persona) -> str:
    """What the trainee knows or is told at once, and what any question brings out."""
    brief = persona.brief
    told = [text for fact in persona.facts if fact.reveal.when != "trust" for text in (fact.text, *fact.says)]
    return " ".join(
        (
            persona.name,
            persona.trade,
            brief.company,
            brief.about,
            brief.situation,
            *brief.known,
            *brief.may,
            *brief.must_not,
            *told,
        )
    )


def _stems(text: str) -> frozenset[str]:
    return content_stems(Text(_DAYS.sub("", text)).words, load_lexicon("stop").stop)


def _marks(text: str) -> frozenset[str]:
    """Names (a capital letter within a sentence) and numbers of two digits or more."""
    numbers = (number for number in _NUMBER.findall(text) if len(number) > 1)
    names = (name for name in _NAME.findall(text) if not _DAYS.fullmatch(name))
    return frozenset((*names, *numbers))

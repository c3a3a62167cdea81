from __future__ import annotations

import asyncio
import re

import pytest

from simcustomer import wiring
from simcustomer.domain.session import Exchange, Session
from simcustomer.engines.embedded.adviser import COURSE, EmbeddedAdviser
from simcustomer.engines.embedded.phrases import phrases
from simcustomer.graph import Finished, exchange_graph, run_exchange
from simcustomer.library import Library
from simcustomer.practice import begin

PERSONAS = [persona.id for persona in wiring.library(wiring.load_settings()).personas()]


def started(library: Library, persona_id: str) -> Session:
    return begin(library.persona(persona_id), library.rubric(), wiring.cast(), session_id="s", owner="o", seed=3)


def after(session: Session, reply: str) -> Session:
    async def exchange() -> Exchange:
        async for event in run_exchange(exchange_graph(wiring.cast()), session, reply):
            if isinstance(event, Finished):
                return event.exchange
        raise AssertionError

    return session.with_exchange(asyncio.run(exchange()))


def hint_of(session: Session) -> tuple[str, str]:
    hint = asyncio.run(EmbeddedAdviser().hint(session))
    assert hint.exchange == len(session.exchanges) + 1
    return hint.technique, hint.text


def shingles(text: str, size: int = 5) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def test_it_begins_with_the_person_and_quotes_what_they_said(library: Library) -> None:
    session = started(library, "no-heat-third-visit")
    technique, text = hint_of(session)
    assert technique == "empathy"
    assert session.persona.spoken_name in text
    assert re.findall("“(.*?)”", text)[0] in session.opening


def test_a_misstep_comes_first(library: Library) -> None:
    session = after(started(library, "no-heat-third-visit"), "Calm down, it's only a boiler.")
    technique, text = hint_of(session)
    assert text.startswith("Your last reply hurt here")
    assert technique in session.rubric.ids


def test_what_was_shown_is_not_asked_for_again(library: Library) -> None:
    session = after(
        started(library, "no-heat-third-visit"),
        "I'm so sorry, Dean. Three lost days' pay, waiting in a freezing house for nobody to come: "
        "anyone would be furious, and you are right to be.",
    )
    assert session.exchanges[0].grade.kind == "graded"
    assert hint_of(session)[0] != "empathy"


@pytest.mark.parametrize("persona_id", PERSONAS)
def test_no_hint_gives_away_what_is_kept_back(library: Library, persona_id: str) -> None:
    """Only the brief, the customer's own words and the authored texts are in a hint."""
    session = started(library, persona_id)
    persona = session.persona
    told = shingles(session.opening) | set().union(*(shingles(line) for line in persona.brief.may))
    told |= shingles(persona.brief.situation) | set().union(*(shingles(line) for line in persona.brief.known))
    locked = [fact for fact in persona.facts if fact.reveal.when != "opening"]
    secrets = set().union(*(shingles(text) for fact in locked for text in (fact.text, *fact.says)))
    secrets |= shingles(persona.hidden_need) | shingles(persona.goal) | shingles(persona.story)
    for _ in range(len(COURSE)):
        technique, text = hint_of(session)
        assert shingles(text) & (secrets - told) == set()
        shown = session.rubric.technique(technique)
        rubric = session.rubric.model_copy(
            update={"techniques": tuple(t for t in session.rubric.techniques if t is not shown)}
        )
        if not rubric.techniques:
            break
        session = session.model_copy(update={"rubric": rubric})


def test_every_technique_has_a_way_to_do_it_here(library: Library) -> None:
    assert set(phrases("adviser")["here"]) == set(library.rubric().ids)

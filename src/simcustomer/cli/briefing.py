"""What a terminal shows of a persona: the brief, and for its author what is hidden from the trainee."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simcustomer.domain.persona import Fact, Persona
from simcustomer.domain.sway import DealBreaker, Occasion, Sway


def briefing(persona: Persona) -> RenderableType:
    """What the trainee is told: company, situation, what is known, what may and may not be done."""
    brief = persona.brief
    parts: list[RenderableType] = [
        Text(persona.title, style="bold"),
        Text(f"{persona.name} · {persona.trade} · {persona.channel.value} · {persona.difficulty}", style="dim"),
    ]
    if persona.content_note:
        parts.append(Text(f"Please note: {persona.content_note}", style="bold yellow"))
    parts += [Text(""), Text(brief.company, style="bold"), Text(brief.about), Text(""), Text(brief.situation), Text("")]
    for heading, items in (
        ("What you know", brief.known),
        ("What you may do", brief.may),
        ("What you must not do", brief.must_not),
    ):
        parts.append(Text(heading, style="bold"))
        parts += [Padding(Text(f"- {item}"), (0, 0, 0, 2)) for item in items]
        parts.append(Text(""))
    return Group(*parts)


def hidden_part(persona: Persona) -> RenderableType:
    """What the author knows and a trainee must not: story, facts, offers, what moves the mood, and what breaks the deal."""
    mood, voice = persona.mood, persona.voice
    sections: tuple[tuple[str, list[str]], ...] = (
        ("Story", [persona.story, *persona.timeline]),
        ("Goal", [persona.goal]),
        ("Hidden need", [persona.hidden_need]),
        ("Voice", [f"{voice.formality}, {voice.verbosity}: {voice.tone}", *voice.habits, *voice.quirks]),
        ("Facts", [f"{fact.id} ({_revealed(fact)}): {fact.text}" for fact in persona.facts]),
        ("Offers", [f"{offer.id} ({offer.remedy.value}): {offer.worth}" for offer in persona.offers]),
        ("Mood at first", [f"anger {mood.anger:g}, trust {mood.trust:g}, patience {mood.patience:g}"]),
        ("Softeners", [_moves(sway) for sway in persona.softeners]),
        ("Triggers", [_moves(sway) for sway in persona.triggers]),
        ("Deal breakers", [_breaks(breaker) for breaker in persona.deal_breakers]),
    )
    parts: list[RenderableType] = [Text("For the author: hidden from the trainee", style="bold underline"), Text("")]
    for heading, items in sections:
        if items:
            parts.append(Text(heading, style="bold"))
            parts += [Padding(Text(f"- {item}"), (0, 0, 0, 2)) for item in items]
            parts.append(Text(""))
    return Group(*parts)


def _revealed(fact: Fact) -> str:
    return f"trust from {fact.reveal.trust:g}" if fact.reveal.when == "trust" else fact.reveal.when


def _met_by(occasion: Occasion) -> str:
    return occasion.technique or occasion.misstep or occasion.deed or ", ".join(occasion.words)


def _moves(sway: Sway) -> str:
    amounts = (("anger", sway.anger), ("trust", sway.trust), ("patience", sway.patience))
    moved = ", ".join(f"{name} {amount:+g}" for name, amount in amounts if amount)
    return f"{sway.because} ({moved}): {_met_by(sway)}"


def _breaks(breaker: DealBreaker) -> str:
    met_by = f"the offer {breaker.offer}" if breaker.offer else _met_by(breaker)
    return f"{breaker.because} ({breaker.ending.value.replace('_', ' ')}): {met_by}"

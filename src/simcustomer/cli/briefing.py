"""The brief as a terminal shows it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simcustomer.domain.persona import Persona


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

"""The practice that all players play: one persona, six replies of a trainee, and what the replies are graded by."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric, Technique
from simcustomer.library import Library

ROOT = Path(__file__).parent.parent
PERSONA = "no-heat-third-visit"
MODEL = "gpt-4o-mini"

REPLIES = (
    "I am sorry, Mr Ackroyd. You have waited in three times and nobody came, and nobody rang. That is our doing, not yours.",
    "I can see all three jobs here. The first engineer was ill and the job was not passed on; today's was dropped at 10.40.",
    "Before I book anything, may I ask who else is in the house with you, and how you have been keeping warm?",
    "Thank you for telling me. I want to be sure that I have it right: no heating, no hot water, and nine days of it.",
    "Sunita Rao has the first job of the day free tomorrow, from 8 to 10. She is a senior engineer and has your job sheet.",
    "I will ring you myself at 7.30 tomorrow to say that she has set off, and I have put £90 back on your account.",
)

COLLEAGUES = (
    "Good morning, Mr Ackroyd. Three appointments and no engineer: I would be angry too, and I apologise for every one of them.",
    "Let me look at what went wrong before I promise anything. I have the notes of all three visits open in front of me now.",
    "Could you tell me what the boiler shows at the moment, and whether anybody at home is finding the cold harder than you are?",
    "So nine days without heat or hot water, and a morning off work each time. I have written that down, so you need not say it again.",
    "Here is what I can do: Sunita Rao comes tomorrow between 8 and 10, first job of the day, with the part in her van.",
    "The £90 is on its way to your account, and I shall telephone at half past seven tomorrow so that you know she has left.",
)
"""What another trainee says to the same customer."""

OVERALL = {
    "name": "handling",
    "text": "You judge how a member of staff handled a difficult customer. Judge whether they showed that they understood how the "
    "customer feels, listened, took ownership, asked what they had to know, set expectations that can be kept, and closed "
    "with a clear next step. The customer is `user`, the member of staff is `assistant`.",
    "steps": [
        "Judge whether the member of staff (assistant) showed that they understood how the customer (user) feels.",
        "Judge whether they listened, took ownership and asked what they had to know.",
        "Judge whether they set expectations that can be kept, and closed with a clear next step.",
    ],
}


def scenario(url: str, *, by_technique: bool = False, replies: tuple[str, ...] = REPLIES) -> dict[str, Any]:
    """What every player is told. `by_technique` has the peers grade what our grader grades: each technique of the rubric."""
    library = Library(ROOT / "personas", ROOT / "rubrics")
    persona, rubric = library.persona(PERSONA), library.rubric()
    criteria = [_criterion(technique) for technique in rubric.techniques] if by_technique else [OVERALL]
    return {
        "url": url,
        "model": MODEL,
        "persona": PERSONA,
        "replies": replies,
        "customer": _in_words(persona, rubric),
        "criteria": criteria,
    }


def _in_words(persona: Persona, rubric: Rubric) -> str:
    """The persona as prose, as an author of a prompt would write it for a tool that knows no personas."""
    sways = [*persona.softeners, *persona.triggers]
    asks = [rubric.technique(sway.technique).asks for sway in sways if sway.technique in rubric.ids]
    parts = [
        f"You are {persona.name}, a customer of {persona.brief.company}, on the {persona.channel.value}. Stay in character.",
        persona.brief.situation,
        persona.story,
        f"You want: {persona.goal}",
        f"What you do not say unasked: {persona.hidden_need}",
        "Facts:",
        *(f"- {fact.text}" for fact in persona.facts),
        f"Tone: {persona.voice.tone}",
        *(f"- {line}" for line in (*persona.voice.habits, *persona.voice.quirks)),
        "What calms or angers you:",
        *(f"- {sway.because}" for sway in sways if sway.because),
        *(f"- {text}" for text in dict.fromkeys(asks)),
    ]
    return "\n".join(parts)


def _criterion(technique: Technique) -> dict[str, Any]:
    signs = [f"It shows it by: {meaning}" for meaning in technique.indicators.values()]
    wrong = [f"It is a misstep: {meaning}" for meaning in technique.missteps.values()]
    steps = [f"{technique.name}: {technique.asks}", f"It applies: {technique.applies}", *signs, *wrong]
    head = "You grade a member of staff (assistant) who answers a difficult customer (user), in each of their replies."
    return {"name": technique.id, "text": "\n".join((head, *steps)), "steps": steps}

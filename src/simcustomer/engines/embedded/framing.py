"""How a customer's lines take up the trainee's words, and become one message of their channel."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from simcustomer.domain.persona import Act, Persona
from simcustomer.domain.transcript import Channel
from simcustomer.errors import EngineError

_LASTS = re.compile(r"(?:from|since|until|till|takes?|took|every|each)(?!\w)", re.IGNORECASE)
_FOR = re.compile(r"^(?:for|on) (?=\S)", re.IGNORECASE)
_SLOT = re.compile(r"\{(\w+)\}")

_NAME = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"|January|February|March|April|May|June|July|August|September|October|November|December)\b"
)


def filled(line: str, words: Mapping[str, str | None], channel: Channel) -> str | None:
    """The line with the words for its slots in it; None where there are none for one of them."""
    capital = channel is not Channel.CHAT or any(letter.isupper() for letter in _SLOT.sub("", line))
    for slot in _SLOT.findall(line):
        value = words.get(slot)
        if value is None:
            return None
        # A name and a day keep their capital within a sentence.
        low = value if slot == "name" or _NAME.match(value) else value[0].lower() + value[1:]
        line = line.replace("{" + slot + "}", low)
    return line[0].upper() + line[1:] if capital else line


def as_appointment(time: str | None) -> str | None:
    """The trainee's words for a time as a customer takes them up; None for those that name when something began or how long it lasts."""
    if time is None or _LASTS.match(time):
        return None
    return _FOR.sub("", time)


def framed(persona: Persona, pieces: list[str], name: str | None = None) -> str:
    """The lines as one message of the persona's channel, to the trainee by name where they gave one."""
    if not pieces:
        return ""
    if persona.channel is Channel.EMAIL:
        by_name = persona.voice.greeting_by_name
        greeting = by_name.replace("{name}", name) if by_name and name else persona.voice.greeting or ""
        return "\n\n".join([greeting, *pieces, persona.voice.sign_off or ""]).strip()
    # Someone who chats sends a line at a time.
    return ("\n" if persona.channel is Channel.CHAT else " ").join(pieces)


def opening_line(persona: Persona, rng: random.Random) -> str:
    """One of the persona's openings. Raises EngineError where there is none."""
    lines = [line for filed in persona.lines[Act.OPEN].values() for line in filed]
    if not lines:
        raise EngineError(f"the persona {persona.id} has no opening line; add one under lines.open")
    return rng.choice(lines)

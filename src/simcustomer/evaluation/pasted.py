"""A conversation as people paste it: turns behind `Customer:` and `Trainee:`, or lines of JSON as `simcustomer grade` takes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from simcustomer.domain.transcript import Channel, Speaker, Turn
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.grading import Remark, TranscriptRecord, transcripts_in

NAMES = {
    Speaker.CUSTOMER: ("customer", "client", "caller"),
    Speaker.TRAINEE: ("trainee", "agent", "advisor", "rep", "me"),
}
"""What may stand before a turn, in any case."""

SOURCE = "The text"

_SPEAKER = re.compile(
    rf"\s*(?:(?P<customer>{'|'.join(NAMES[Speaker.CUSTOMER])})|(?:{'|'.join(NAMES[Speaker.TRAINEE])}))\s*:\s*",
    re.IGNORECASE,
)


def read_pasted(text: str, channel: Channel) -> tuple[TranscriptRecord, ...]:
    """The conversations of a pasted text; lines of JSON name their channel themselves. Raises InvalidInput by line."""
    if not text.strip():
        raise InvalidInput("There is nothing to grade yet. Paste a conversation first.")
    if text.lstrip().startswith("{"):
        return tuple(_records(text))
    turns = tuple(_joined(list(_turns(text))))
    if not any(turn.role is Speaker.TRAINEE for turn in turns):
        raise InvalidInput("There is no reply to grade in the text. Begin each of them with “Trainee:”.")
    if turns[0].role is not Speaker.CUSTOMER:
        raise InvalidInput(
            f"{SOURCE}, line 1: a conversation begins with the customer. Put “Customer:” and what they said first."
        )
    return (TranscriptRecord(id="pasted", channel=channel, turns=turns),)


def _records(text: str) -> Iterator[TranscriptRecord]:
    for entry in transcripts_in(text.splitlines(), SOURCE):
        if isinstance(entry, TranscriptRecord):
            yield entry
        elif not isinstance(entry, Remark):
            raise InvalidInput(entry)


def _turns(text: str) -> Iterator[Turn]:
    role: Speaker | None = None
    said: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        found = _SPEAKER.match(line)
        if found is None:
            if role is None and line.strip():
                raise InvalidInput(
                    f"{SOURCE}, line {number}: says nobody's name. Begin each turn with “Customer:” or “Trainee:”."
                )
            said.append(line)
            continue
        if role is not None:
            yield Turn(role=role, text="\n".join(said).strip())
        role = Speaker.CUSTOMER if found["customer"] else Speaker.TRAINEE
        said = [line[found.end() :]]
    if role is not None:
        yield Turn(role=role, text="\n".join(said).strip())


def _joined(turns: Sequence[Turn]) -> Iterator[Turn]:
    """Turns in strict alternation: two of the same speaker are one, and empty ones are none."""
    held: Turn | None = None
    for turn in turns:
        if not turn.text:
            continue
        if held is not None and held.role is turn.role:
            held = Turn(role=held.role, text=f"{held.text}\n{turn.text}")
            continue
        if held is not None:
            yield held
        held = turn
    if held is not None:
        yield held

"""What replies are padded with to train on: sentences and junk that do nothing for a customer, and must buy no level."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simcustomer.domain.model import Frozen
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.golden import RatedReply, read_models

WEAK = 1
"""Highest level as a whole of the replies that are all padded."""

ONE_IN = 3
"""One in so many of the stronger replies is padded too."""


class Junk(Frozen):
    """What a cheat puts into a reply, and of what kind it is."""

    kind: str
    text: str


def read_junk(path: Path) -> tuple[str, ...]:
    """The texts of a file of junk. Raises InvalidInput by file, line and field."""
    return tuple(junk.text for _, junk in read_models(path, Junk))


def read_padding(path: Path) -> tuple[str, ...]:
    """Sentences that do nothing for a customer, one a line. Raises InvalidInput."""
    try:
        return tuple(line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except OSError as error:
        raise InvalidInput(f"{path}: cannot be read ({error.strerror}). Check the name.") from error


def padded(rated: Sequence[RatedReply], padding: Sequence[str]) -> list[tuple[str, RatedReply]]:
    """Copies of replies with empty sentences at their end or beginning and the same levels: length must not buy any.

    All weak ones are copied, which have most to gain, and some of the others.

    Each comes with its conversation, so that it is never in another fold than what it was made of.
    """
    chosen = [
        reply
        for place, reply in enumerate(rated)
        if reply.rating.overall is not None and (reply.rating.overall <= WEAK or place % ONE_IN == 0)
    ]
    made: list[tuple[str, RatedReply]] = []
    for number, reply in enumerate(chosen):
        filler = [padding[(number * 7 + more) % len(padding)] for more in range(1 + number % 3)]
        words = [*filler, reply.reply] if number % 4 == 0 else [reply.reply, *filler]
        turns = list(reply.record.turns[: reply.rating.turn + 1])
        turns[-1] = turns[-1].model_copy(update={"text": " ".join(words)})
        record = reply.record.model_copy(update={"turns": tuple(turns)})
        made.append((reply.conversation, RatedReply(record, reply.rating)))
    return made

"""Rated replies told anew for training: in other words, with a trick that must gain nothing, or better or worse in one technique."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from simcustomer.domain.model import Frozen
from simcustomer.domain.rubric import Level
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.golden import RatedReply, RatedTurn, read_models


class Retold(Frozen):
    """Another reply at a rated one's place, with its levels but for that of `technique`, where one is named."""

    id: str
    turn: int
    kind: str
    reply: str
    technique: str | None = None
    level: Level | None = None


def read_retold(path: Path, rated: Sequence[RatedReply]) -> list[tuple[str, RatedReply]]:
    """The replies of a file, each with the conversation that it belongs to. Raises InvalidInput by file, line and field."""
    return [(reply.conversation, reply) for _, reply in read_tricks(path, rated)]


def read_tricks(path: Path, rated: Sequence[RatedReply]) -> list[tuple[str, RatedReply]]:
    """The replies of a file, each with its kind. Raises InvalidInput by file, line and field."""
    told = {(reply.conversation, reply.rating.turn): reply for reply in rated}
    found: list[tuple[str, RatedReply]] = []
    for number, retold in read_models(path, Retold):
        reply = told.get((retold.id, retold.turn))
        if reply is None:
            raise InvalidInput(
                f"{path}, line {number}: turn {retold.turn} of {retold.id!r} is no rated reply; correct id and turn"
            )
        turns = list(reply.record.turns[: retold.turn + 1])
        turns[-1] = turns[-1].model_copy(update={"text": retold.reply})
        record = reply.record.model_copy(update={"turns": tuple(turns)})
        found.append((retold.kind, RatedReply(record, _rating(reply.rating, retold))))
    return found


def _rating(rating: RatedTurn, retold: Retold) -> RatedTurn:
    if retold.technique is None:
        return rating
    levels = rating.levels | {retold.technique: retold.level}
    raters = tuple(
        rater.model_copy(update={"levels": rater.levels | {retold.technique: retold.level}}) for rater in rating.raters
    )
    return rating.model_copy(update={"levels": levels, "raters": raters})

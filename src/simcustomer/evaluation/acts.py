"""How well the embedded customer understands what a reply does, act by act, on replies written apart from its patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from simcustomer.domain.model import Frozen
from simcustomer.engines.embedded.acts import ACTS, acts_of
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.golden import read_models


class ActReply(Frozen):
    """A reply and all the acts that it performs."""

    id: str
    text: str
    acts: frozenset[str]


@dataclass(frozen=True, slots=True)
class ActFigures:
    """Counts of one act; precision and recall are None where nothing was found or there."""

    act: str
    found: int
    there: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of what was understood that was there."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of what was there that was understood."""
        return self.right / self.there if self.there else None


def read_act_replies(path: Path) -> tuple[ActReply, ...]:
    """The labelled replies of a file. Raises InvalidInput, also for an act that the customer does not know."""
    replies: list[ActReply] = []
    for number, reply in read_models(path, ActReply):
        if unknown := reply.acts - set(ACTS):
            raise InvalidInput(
                f"{path}, line {number}, field acts: {', '.join(sorted(unknown))} is none of {', '.join(ACTS)}"
            )
        replies.append(reply)
    return tuple(replies)


def understood(replies: Sequence[ActReply]) -> tuple[ActFigures, ...]:
    """Figures for every act, in the order of `ACTS`."""
    heard = [acts_of(reply.text) for reply in replies]
    return tuple(
        ActFigures(
            act=act,
            found=sum(act in acts for acts in heard),
            there=sum(act in reply.acts for reply in replies),
            right=sum(act in acts and act in reply.acts for acts, reply in zip(heard, replies, strict=True)),
        )
        for act in ACTS
    )

"""Sample practice to look at: a trainee with finished sessions, open ones in each channel, and an address for every page."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from simcustomer import wiring
from simcustomer.domain.assessment import Assessment
from simcustomer.domain.session import Session
from simcustomer.hints import Hints
from simcustomer.library import Library
from simcustomer.practice import Practice
from simcustomer.roles import TraineeView

OWNER = "local"

FINISHED = (
    ("it-is-only-a-chair", "novice", 1),
    ("priya-wants-a-discount", "average", 2),
    ("no-heat-third-visit", "expert", 3),
    ("ok-and", "expert", 4),
)
"""Persona, level of the simulated trainee, and seed of each session that was played to its end."""

REPLIES = {
    "no-heat-third-visit": "I'm sorry that nobody came three times and that you lost a day's pay for each. What does the boiler show?",
    "as-per-my-last-email": "Thank you for writing, and I am sorry that you had to write again. I have read all three of your emails.",
    "priya-wants-a-discount": "I can see why that is tempting. May I ask what matters most to you in this order?",
}
"""A first reply in an open session of each channel, by persona."""


COACHED = "priya-wants-a-discount"


class Samples(NamedTuple):
    """What was played: finished sessions, the last one rewound, one open session by channel, and one with coaching."""

    finished: tuple[Session, ...]
    rewound: Session
    open: dict[str, Session]
    coached: Session

    @property
    def technique(self) -> str:
        """A technique that the last session's first reply has a level of."""
        graded = self.finished[-1].exchanges[0].grade
        assert isinstance(graded, Assessment)
        return next(verdict.technique for verdict in graded.verdicts if verdict.level is not None)

    @property
    def pages(self) -> dict[str, str]:
        """The address (its query) of each page of practice, by a name for it."""
        last = self.finished[-1]
        return {
            "gallery": "",
            "brief": "?persona=no-heat-third-visit",
            **{f"practise-{channel}": f"?session={session.id}" for channel, session in self.open.items()},
            "practise-coached": f"?session={self.coached.id}",
            "debrief": f"?session={last.id}",
            "debrief-compared": f"?session={self.rewound.id}",
            "fork": f"?session={last.id}&reply=1",
            "dispute": f"?session={last.id}&reply=1&technique={self.technique}",
            "progress": "?view=progress",
        }


def play_samples(practice: Practice, library: Library, owner: str = OWNER) -> Samples:
    """Play them all with the embedded engines. Not to be called where an event loop runs."""
    return asyncio.run(_played(practice, library, owner))


async def _played(practice: Practice, library: Library, owner: str) -> Samples:
    finished = [await _to_the_end(practice, library, owner, *each) for each in FINISHED]
    rewound = await practice.rewind(finished[-1].id, 1, owner=owner)
    rewound = await _goes_on(practice, rewound, "average")
    opened = {
        each.persona.channel.value: each for each in [await _opened(practice, library, owner, p) for p in REPLIES]
    }
    coached = await _opened(practice, library, owner, COACHED, coached=True)
    return Samples(tuple(finished), rewound, opened, coached)


async def _opened(practice: Practice, library: Library, owner: str, persona: str, *, coached: bool = False) -> Session:
    """A session with one reply; in a coached one a hint was asked for besides."""
    begun = practice.start(library.persona(persona), library.rubric(), owner=owner, seed=5, coached=coached)
    async for _ in practice.respond(begun.id, REPLIES[persona], owner=owner):
        pass
    if coached:
        await Hints(practice.store, wiring.adviser()).give(begun.id, owner=owner)
    return practice.open(begun.id, owner=owner)


async def _to_the_end(
    practice: Practice, library: Library, owner: str, persona_id: str, level: str, seed: int
) -> Session:
    begun = practice.start(library.persona(persona_id), library.rubric(), owner=owner, seed=seed)
    return await _goes_on(practice, begun, level)


async def _goes_on(practice: Practice, session: Session, level: str) -> Session:
    """The session after a simulated trainee has gone on to its end, its replies given as a trainee gives them."""
    trainee = wiring.trainee(level)
    while session.outcome is None:
        async for _ in practice.respond(session.id, await trainee.reply(_view(session)), owner=session.owner):
            pass
        session = practice.open(session.id, owner=session.owner)
    return session


def _view(session: Session) -> TraineeView:
    persona = session.persona
    return TraineeView(persona.brief, persona.name, persona.channel, session.transcript, session.seed)

"""One of two servers on one database: `python -m tests.faults.racing URL` takes races from its input and says what was told."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import NamedTuple, TypedDict

from simcustomer import answering, wiring
from simcustomer.errors import SimcustomerError
from simcustomer.practice import Practice, Settled
from simcustomer.store import open_store
from tests.support.one_off import OneOffCustomer, one_off_cast


class Race(TypedDict):
    """What this server is asked to do at a moment (`time.time()`): an empty text means to answer what waits, "/end" to end.

    `claim` is how long a claim lasts, and `pause` how long the customer takes for a piece of an answer, in seconds.
    """

    session: str
    owner: str
    number: int
    text: str
    at: float
    claim: float
    pause: float


class Told(NamedTuple):
    """What the trainee was told in the end: the settled answers by turn, or why their text was given back."""

    answers: list[str]
    refused: str | None


async def take(practice: Practice, race: Race) -> Told:
    """Take part in a race."""
    await asyncio.sleep(max(0.0, race["at"] - time.time()))
    answers: list[str] = []
    try:
        if race["text"] == "/end":
            ended = await practice.finish(race["session"], owner=race["owner"])
            return Told([e.answer for e in ended.exchanges], None)
        events = (
            practice.respond(race["session"], race["text"], owner=race["owner"], number=race["number"])
            if race["text"]
            else practice.resume(race["session"], owner=race["owner"])
        )
        async for event in events:
            if isinstance(event, Settled):
                answers = [e.answer for e in event.session.exchanges]
    except SimcustomerError as error:
        return Told([], type(error).__name__)
    return Told(answers, None)


def serve(url: str) -> None:
    """Take races, one a line, until the input ends."""
    store = open_store(url)
    with asyncio.Runner() as runner:
        print("ready", flush=True)  # noqa: T201
        for line in sys.stdin:
            race: Race = json.loads(line)
            answering.CLAIM_SECONDS = race["claim"]
            players = one_off_cast(OneOffCustomer(pause=race["pause"]))
            told = runner.run(take(wiring.practice(store, players, longest_reply=5_000), race))
            print(json.dumps(told._asdict()), flush=True)  # noqa: T201
    store.close()


if __name__ == "__main__":
    serve(sys.argv[1])

"""A model server with a fixed latency in a process of its own: `python -m tests.support.paced_model FIRST BETWEEN` prints its port."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.model_server import Body, ModelServer
from tests.support.players import honest

GREETING = "Halloa"
"""The first word of every answer; nobody else says it."""

ASIDES = (
    ("my kettle is cold", "Tell me what you will do about my morning."),
    ("the dog barks at the phone by now", "Read out to me what your list says."),
    ("my neighbour laughs about it", "Explain which van was meant to come."),
    ("I have a bus to catch", "Name whoever decides this."),
    ("the window will not shut", "Show me that somebody has written it down."),
    ("lunch is burning", "Give me a reason why nobody rang."),
    ("it rains in the hall", "Be plain about the money."),
)
"""How an answer begins and ends, by turn: a customer who says a thing twice is asked for another."""

_AFTER_SENTENCE = re.compile(r"(?<=[.?!] )")


def play(body: Body) -> str:
    """Plain answers, those of the customer with a first word that can be told apart."""
    text = honest(body)
    if not body.get("stream"):
        return text
    head, gap, said = text.rpartition("\n\n")
    begins, ends = ASIDES[sum(message["role"] == "assistant" for message in body["messages"]) % len(ASIDES)]
    return f"{head}{gap}{GREETING}, {begins}. {said} {ends}"


def sentences(text: str) -> list[str]:
    """The pieces: the head goes with the first sentence, so that the latency is that of the first word."""
    return _AFTER_SENTENCE.split(text)


async def _serve(first: float, between: float) -> None:
    server = ModelServer(play, first=first, between=between, split=sentences)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0, limit=2**24, backlog=1024)
    print(listening.sockets[0].getsockname()[1], flush=True)  # noqa: T201  # for whoever started it
    while True:
        await asyncio.sleep(1)
        server.requests.clear()  # it serves for hours
        server.keys[:-1] = []
        server.tasks -= {task for task in server.tasks if task.done()}


@contextmanager
def paced_model(first: float, between: float) -> Iterator[str]:
    """Its base URL: `first` seconds to the first sentence or the whole answer, `between` seconds from one to the next."""
    command = [sys.executable, "-m", "tests.support.paced_model", str(first), str(between)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), float(sys.argv[2])))

"""What the benchmarks count by, and that their page is current."""

from __future__ import annotations

import asyncio
import json

import pytest
from openai import AsyncOpenAI

from benchmarks.page import PAGE, page
from benchmarks.stub import PIECE, Counted, Known, Server, sample
from benchmarks.tokens import counted


def test_the_page_is_made_of_the_results_that_are_kept() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m benchmarks.page"


def test_a_cached_prefix_is_counted_at_a_tenth_in_whole_blocks_and_only_from_an_earlier_round() -> None:
    def call(last: str) -> dict[str, object]:
        messages = [{"role": "system", "content": "a" * 8_000}, {"role": "user", "content": last}]
        return {"request": {"messages": messages}, "answer": "yes " * 4}

    one = counted([[call("b"), call("c")]], [])["all"]
    assert (one["calls"], one["cached"], one["completion"]) == (2, 0, 8)
    two = counted([[call("b")], [call("c")]], [[call("d")]])["all"]
    assert two["prompt"] == one["prompt"] == 2 * 2_004
    assert two["cached"] == 15 * 128
    assert two["counted"] == round(two["prompt"] - 0.9 * two["cached"])
    assert (two["counted"] - two["following"], one["following"]) == (round(0.9 * 15 * 128), one["counted"])


def test_the_stub_answers_whole_streamed_and_by_schema() -> None:
    schema = {"type": "object", "properties": {"score": {"type": "number"}, "why": {"$ref": "#/$defs/Why"}}}
    defs = {"Why": {"anyOf": [{"type": "null"}, {"type": "string"}]}}
    form = {"type": "json_schema", "json_schema": {"name": "judge", "schema": schema | {"$defs": defs}}}
    ask = {"model": "m", "messages": [{"role": "user", "content": "Well?"}]}

    async def talk() -> tuple[str, list[str], list[Counted]]:
        said = [Counted(record=True)]
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Server(said, 0.02), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="none", max_retries=0) as client:
            create = client.chat.completions.create
            whole, streamed = await asyncio.gather(create(**ask, response_format=form), create(**ask, stream=True))  # type: ignore[call-overload]
            pieces = [chunk.choices[0].delta.content or "" async for chunk in streamed if chunk.choices]
        server.close()
        return whole.choices[0].message.content, pieces, said

    whole, pieces, said = asyncio.run(talk())
    assert json.loads(whole) == sample(schema | {"$defs": defs})
    assert json.loads(whole)["score"] == 1
    assert isinstance(json.loads(whole)["why"], str)
    assert max(map(len, pieces)) == PIECE
    assert "time of asking" in "".join(pieces)
    assert (said[0].calls, sum(map(len, said[0].rounds))) == (2, 2)


def test_requests_that_wait_at_once_are_a_round() -> None:
    said = Counted(record=True)
    asked = [Known({"messages": [{"role": "user", "content": text}]}, "yes", []) for text in "abc"]
    said.began(asked[0])
    said.began(asked[1])
    said.ended(asked[0])
    said.ended(asked[1])
    said.began(asked[2])
    assert [[call["request"] for call in together] for together in said.rounds] == [
        [asked[0].request, asked[1].request],
        [asked[2].request],
    ]
    assert (said.calls, said.prompt, said.completion) == (3, 3, 6)


@pytest.mark.parametrize(
    ("schema", "made"), [({"enum": ["b", "a"]}, "b"), ({"type": "array", "items": {"type": "boolean"}}, [True])]
)
def test_a_sample_fits_its_schema(schema: dict[str, object], made: object) -> None:
    assert sample(schema) == made

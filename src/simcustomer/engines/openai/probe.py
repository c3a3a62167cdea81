"""Asks a server whether it answers and what it can do, for `simcustomer doctor`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from simcustomer.engines.openai.calls import Call, Message, Schema
from simcustomer.engines.openai.client import ModelClient
from simcustomer.engines.openai.endpoint import NO_KEY, Endpoint
from simcustomer.engines.openai.json_text import Unusable, object_in

SECONDS = 20.0
_SCHEMA = Schema(
    "ready",
    {
        "type": "object",
        "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"],
        "additionalProperties": False,
    },
)
_ASK = 'Answer with the JSON object {"ready": true} and nothing else.'


async def probe(endpoint: Endpoint) -> str:
    """What was found, in one line. Raises ModelError where the server does not answer."""
    client = ModelClient(replace(endpoint, deadline=min(SECONDS, endpoint.deadline)))
    started = time.monotonic()
    until = asyncio.get_running_loop().time() + client.deadline
    answer = await client.complete(Call("grader", "probe", (Message("user", _ASK),), schema=_SCHEMA), until)
    seconds = time.monotonic() - started
    try:
        kept = isinstance(object_in(answer.text).get("ready"), bool)
    except Unusable:
        kept = False
    form = f"{client.dialect.form}{'' if kept else ', which it does not keep to'}"
    key = "no key" if endpoint.api_key is NO_KEY else "a key"
    usage = "" if answer.usage else ", does not count tokens"
    return f"{endpoint.server} with {key}, answers in {seconds:.1f} s, form {form}{usage}"

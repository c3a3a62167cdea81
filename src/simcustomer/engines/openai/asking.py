"""A structured question to a model: asked, read, and where the answer cannot be used asked once more with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from simcustomer.engines.openai.calls import Call, Message, Model
from simcustomer.engines.openai.json_text import Unusable
from simcustomer.engines.openai.usage import Ledger
from simcustomer.errors import ModelError

T = TypeVar("T")

_LONGEST_ECHO = 20_000


async def asked(
    model: Model, ledger: Ledger, call: Call, *, read: Callable[[str], T], repair: Callable[[str], str], until: float
) -> T:
    """What `read` makes of the answer; it raises Unusable with the reason where it cannot.

    `repair` makes the reason into the message that asks again. Raises ModelError.
    """
    answer = await model.complete(call, until)
    try:
        return read(answer.text)
    except Unusable as error:
        problem = str(error)
    ledger.guarded(call, model.name, "unusable_answer")
    messages = (
        *call.messages,
        Message("assistant", answer.text[:_LONGEST_ECHO]),
        Message("user", repair(problem)),
    )
    answer = await model.complete(replace(call, purpose="repair", messages=messages), until)
    try:
        return read(answer.text)
    except Unusable as error:
        problem = str(error)
    ledger.guarded(call, model.name, "unusable_answer")
    raise ModelError(
        f"The answer of {model.name} could not be used twice in a row: {problem}. Try again, or choose a larger model.",
        kind="unusable",
    )

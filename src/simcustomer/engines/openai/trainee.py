"""A simulated trainee that a model plays at a given level; it knows the brief and the conversation, nothing hidden."""

from __future__ import annotations

import asyncio

from simcustomer.domain.transcript import Speaker
from simcustomer.engines.openai.calls import Call, Message, Model
from simcustomer.engines.openai.quoting import spotlit
from simcustomer.engines.prompts import bulleted, digests, prompt, wording
from simcustomer.errors import ModelError, NotFound
from simcustomer.roles import TraineeView

_PROMPTS = ("trainee_rules",)
_LONGEST = 5_000


class OpenAITrainee:
    """Implements `roles.Trainee`. Raises NotFound for a level that has no description."""

    def __init__(self, model: Model, level: str) -> None:
        manners: dict[str, str] = wording("trainee")["manner"]
        if level not in manners:
            raise NotFound(f"There is no trainee {level!r}. Choose one of: {', '.join(manners)}.")
        self.name = level
        self._manner = manners[level]
        self._model = model

    async def reply(self, view: TraineeView) -> str:
        """The next reply. Raises ModelError."""
        until = asyncio.get_running_loop().time() + self._model.deadline
        brief, texts = view.brief, wording("trainee")
        rules = prompt("trainee_rules").filled(
            company=brief.company,
            name=view.customer_name,
            manner=self._manner,
            about=brief.about,
            situation=brief.situation,
            known=bulleted(brief.known),
            may=bulleted(brief.may),
            must_not=bulleted(brief.must_not),
            channel_manner=texts["channel"][view.channel.value],
        )
        messages = [Message("system", rules)]
        for turn in view.transcript.turns:
            customer = turn.role is Speaker.CUSTOMER
            messages.append(Message("user", spotlit(turn.text)) if customer else Message("assistant", turn.text))
        if messages[-1].role == "assistant":
            messages.append(Message("user", texts["ask"]))
        call = Call("trainee", "reply", tuple(messages), prompts=digests(_PROMPTS), sample=view.seed)
        text = (await self._model.complete(call, until)).text.strip()
        if len(text) > _LONGEST:
            raise ModelError(f"{self._model.name} wrote a reply without end. Choose another model.", kind="too_much")
        return text

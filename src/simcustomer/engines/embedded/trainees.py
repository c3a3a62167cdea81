"""Scripted trainees for rehearsals; they know the brief and the conversation, and nothing that the customer hides."""

from __future__ import annotations

import hashlib
import random
import re

from simcustomer.domain.transcript import Speaker
from simcustomer.engines.embedded.coach import offered
from simcustomer.engines.embedded.nlu import load_lexicon
from simcustomer.engines.embedded.phrases import phrases
from simcustomer.errors import NotFound
from simcustomer.roles import Trainee, TraineeView

LEVELS = ("expert",)
_DETAIL_WORDS = 6


class ScriptedTrainee:
    """Implements `roles.Trainee` with the phrases of one level."""

    def __init__(self, level: str) -> None:
        self.name = level
        self._phrases: dict[str, list[str]] = phrases("trainees")[level]
        self._stop = load_lexicon("stop").stop

    async def reply(self, view: TraineeView) -> str:
        """The next reply; the same view gives the same reply."""
        number = len(view.transcript.said_by(Speaker.TRAINEE)) + 1
        digest = hashlib.sha256(f"{view.seed}:{self.name}:{number}".encode()).digest()
        dice = random.Random(digest)  # noqa: S311  # variety of speech, not secrecy
        stage = {1: "first", 2: "second"}.get(number, "later")
        used = set(view.transcript.said_by(Speaker.TRAINEE))
        options = [offered(permission) for permission in view.brief.may]
        first = (number - 2) % len(options) if number > 1 else 0
        replies = [
            phrase.format(
                customer=view.customer_name,
                company=view.brief.company,
                detail=_detail(view.transcript.said_by(Speaker.CUSTOMER)[-1], self._stop),
                option=options[first],
                second=options[(first + 1) % len(options)],
            )
            for phrase in self._phrases[stage]
        ]
        fresh = [reply for reply in replies if reply not in used]
        return dice.choice(fresh or replies)


def trainee_of(level: str) -> Trainee:
    """The scripted trainee of a level. Raises NotFound."""
    if level not in LEVELS:
        raise NotFound(f"There is no trainee {level!r}. Choose one of: {', '.join(LEVELS)}.")
    return ScriptedTrainee(level)


def _detail(message: str, stop: frozenset[str]) -> str:
    """The customer's own words that carry most of what they said last: the run of words with the fewest empty ones."""
    words = re.findall(r"[^\W_][\w'£.,-]*", message)
    runs = [words[i : i + _DETAIL_WORDS] for i in range(max(1, len(words) - _DETAIL_WORDS + 1))]
    best = max(runs, key=lambda run: sum(word.lower().strip(".,") not in stop for word in run))
    return " ".join(best).strip(".,-")

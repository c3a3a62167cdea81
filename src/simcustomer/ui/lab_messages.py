"""Sentences about a file that was sent, kept until the page that shows them is asked for."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from simcustomer.ui.wording import Wording

MOST_KEPT = 200

TOO_LARGE = "too_large"

KNOWN = frozenset({TOO_LARGE, "no_file", "wrong_kind_transcripts", "wrong_kind_labels", "not_text"})
"""Those with a text of their own, `lab.problem.NAME`: an address holds their name, never a sentence of its own."""


class Messages:
    """Keeps the newest sentences under names that cannot be guessed."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, text: str) -> str:
        """The name under which a sentence is found."""
        name = secrets.token_urlsafe(12)
        with self._lock:
            self._kept[name] = text
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return name

    def of(self, name: str) -> str | None:
        """The sentence of a name; None where there is none."""
        if name in KNOWN:
            return self._wording.say(f"lab.problem.{name}")
        with self._lock:
            reason = self._kept.get(name)
        return None if reason is None else self._wording.say("lab.problem.refused", reason=reason)

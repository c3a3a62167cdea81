"""Every error that simcustomer raises on purpose.

SimcustomerError
├── ContentError          a persona or rubric file cannot be used
├── NotFound              an id that names nothing
├── InvalidInput          a file or option that a command was given is wrong
├── InvalidReply          what the trainee typed cannot be taken as a reply
├── SessionOver           the conversation has ended
├── TurnConflict          another reply already holds this turn
├── StoreError            the database cannot be reached, read or written
├── EngineError           an engine failed to play its role
│   └── ModelError        a model server could not be reached, refused, or answered nonsense
└── SettingsError         a setting is missing or wrong

Messages are written for the person who meets them: what happened, where, and what to do.
"""

from __future__ import annotations

__all__ = [
    "ContentError",
    "EngineError",
    "InvalidInput",
    "InvalidReply",
    "ModelError",
    "NotFound",
    "SessionOver",
    "SettingsError",
    "SimcustomerError",
    "StoreError",
    "TurnConflict",
]


_MOST_SHOWN = 8
"""Problems that one message lists; a broken file can have hundreds."""


class SimcustomerError(Exception):
    """Base of all; `str(error)` is safe to show to a user."""


class ContentError(SimcustomerError):
    """A content file is unusable; `problems` holds one sentence each, with file, line, field and remedy."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = len(problems) - _MOST_SHOWN
        shown = [*problems[:_MOST_SHOWN], f"... and {more} more problems"] if more > 0 else problems
        super().__init__("\n".join(shown))


class NotFound(SimcustomerError):
    """No persona, rubric or session has this id."""


class InvalidInput(SimcustomerError):
    """A file or option given to a command is wrong."""


class InvalidReply(SimcustomerError):
    """The text is empty, too long or broken; nothing was stored."""


class SessionOver(SimcustomerError):
    """The conversation has ended and takes no further reply."""


class TurnConflict(SimcustomerError):
    """A different reply was already given for this turn; that one stands."""


class StoreError(SimcustomerError):
    """The database cannot be opened, read or written."""


class EngineError(SimcustomerError):
    """An engine failed; the trainee's reply is kept and can be tried again."""


class ModelError(EngineError):
    """A call to a model failed. `kind` names the fault, `again` says whether the same call may succeed in a moment.

    `wait` is how many seconds the server asked to wait, where it did. The message holds neither keys nor what was said.
    """

    def __init__(self, message: str, *, kind: str, again: bool = False, wait: float | None = None) -> None:
        self.kind = kind
        self.again = again
        self.wait = wait
        super().__init__(message)


class SettingsError(SimcustomerError):
    """A setting is missing or cannot be used."""

"""Every error that simcustomer raises on purpose.

SimcustomerError
├── ContentError          a persona or rubric file cannot be used
├── NotFound              an id that names nothing
├── NotAllowed            the visitor's roles do not allow this
├── SignInFailed          nobody was signed in
│   └── TooManyTries      ... and further tries must wait, after too many wrong passwords
├── InvalidInput          a file, option or name that a command was given is wrong
├── InvalidReply          what the trainee typed cannot be taken as a reply
├── LimitReached          the replies, tokens or cost allowed in a minute or a day are used up
├── NothingSaid           something was asked for that needs a reply first
├── SessionOver           the conversation has ended
├── TurnConflict          another reply already holds this turn
├── EditConflict          another text was saved or published since this one was begun
├── StoreError            the database cannot be reached, read or written
├── ServerStopping        the server takes no new exchange, since it is about to stop
├── EngineError           an engine failed to play its role
│   └── ModelError        a model server could not be reached, refused, or answered nonsense
└── SettingsError         a setting is missing or wrong

Messages are written for the person who meets them: what happened, where, and what to do.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ContentError",
    "EditConflict",
    "EngineError",
    "InvalidInput",
    "InvalidReply",
    "LimitReached",
    "ModelError",
    "NotAllowed",
    "NotFound",
    "NothingSaid",
    "Problem",
    "ServerStopping",
    "SessionOver",
    "SettingsError",
    "SignInFailed",
    "SimcustomerError",
    "StoreError",
    "TooManyTries",
    "TurnConflict",
]


_MOST_SHOWN = 8
"""Problems that one message lists; a broken file can have hundreds."""


class SimcustomerError(Exception):
    """Base of all; `str(error)` is safe to show to a user."""


class Problem(str):
    """One sentence about a content file: `FILE, line N, field F: what is wrong; what to do`. It also knows its parts.

    `line` (from 1), `field` and `remedy` are None where there is none to name.
    """

    file: str
    line: int | None
    field: str | None
    what: str
    remedy: str | None

    def __new__(cls, file: str, what: str, *, line: int | None = None, field: str | None = None) -> Problem:
        """The sentence made of its parts; `what` may end in a remedy, after its last semicolon."""
        where = f"{file}{'' if line is None else f', line {line}'}{'' if field is None else f', field {field}'}"
        problem = super().__new__(cls, f"{where}: {what}")
        fault, mark, remedy = what.rpartition("; ")
        problem.file, problem.line, problem.field = file, line, field
        problem.what, problem.remedy = (fault, remedy) if mark else (what, None)
        return problem


class ContentError(SimcustomerError):
    """A content file is unusable; `problems` holds one sentence each, with file, line, field and remedy."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        more = len(problems) - _MOST_SHOWN
        shown = [*self.problems[:_MOST_SHOWN], f"... and {more} more problems"] if more > 0 else self.problems
        super().__init__("\n".join(shown))


class NotFound(SimcustomerError):
    """No persona, rubric or session has this id."""


class NotAllowed(SimcustomerError):
    """The visitor has no role that allows this; nothing was done."""


class SignInFailed(SimcustomerError):
    """Nobody was signed in. The message does not tell an unknown name from a wrong password."""


class TooManyTries(SignInFailed):
    """Too many sign-ins failed; `wait` is how many seconds must pass before another is looked at."""

    def __init__(self, message: str, *, wait: float) -> None:
        self.wait = wait
        super().__init__(message)


class InvalidInput(SimcustomerError):
    """A file, option or name given to a command is wrong."""


class InvalidReply(SimcustomerError):
    """The text is empty, too long or broken; nothing was stored."""


class LimitReached(SimcustomerError):
    """All that the settings allow has been used already; nothing was stored."""


class NothingSaid(SimcustomerError):
    """The trainee asked for something that needs a reply, and has not given one yet."""


class SessionOver(SimcustomerError):
    """The conversation has ended and takes no further reply."""


class TurnConflict(SimcustomerError):
    """A different reply was already given for this turn; that one stands."""


class EditConflict(SimcustomerError):
    """Someone else saved or published in the meantime; nothing was overwritten."""


class StoreError(SimcustomerError):
    """The database cannot be opened, read or written."""


class ServerStopping(SimcustomerError):
    """The server is about to stop and starts no more exchanges; the reply is kept and answered after the restart, or by another server."""


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

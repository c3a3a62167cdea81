"""Activities that metrics and traces watch: exchanges, and the calls to the roles, without a word of what was said."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal["exchange", "customer", "grade", "debrief"]

Ending = Literal["done", "ungraded", "failed", "stopped"]
"""How an activity ended; `stopped` where nobody was waiting for it any longer, or the server stopped."""


@dataclass
class Activity:
    """One thing that is being done; times are seconds since it began, None while they are not known."""

    kind: Kind
    ending: Ending = "done"
    first_word: float | None = None
    seconds: float | None = None
    _began: float = field(default_factory=time.monotonic)

    def spoke(self) -> None:
        """Note that the customer says something; only the first time counts."""
        if self.first_word is None:
            self.first_word = time.monotonic() - self._began

    def close(self) -> None:
        """Note that it is over."""
        self.seconds = time.monotonic() - self._began


class Observer(Protocol):
    """Whoever counts or traces activities."""

    def watching(self, activity: Activity) -> AbstractContextManager[None]:
        """A context that lasts as long as the activity; on leaving it, the activity is complete. Does not raise."""
        ...


class _Nobody:
    def watching(self, activity: Activity) -> AbstractContextManager[None]:
        del activity
        return nullcontext()


NOBODY: Observer = _Nobody()


@dataclass(frozen=True)
class Several:
    """Observers side by side."""

    observers: tuple[Observer, ...]

    @contextmanager
    def watching(self, activity: Activity) -> Generator[None]:
        """All of them watch."""
        with ExitStack() as watched:
            for observer in self.observers:
                watched.enter_context(observer.watching(activity))
            yield


@contextmanager
def observed(observer: Observer, kind: Kind) -> Generator[Activity]:
    """Report the block as an activity of this kind; an exception marks it failed, or stopped, and is raised again."""
    activity = Activity(kind)
    with observer.watching(activity):
        try:
            yield activity
        except (asyncio.CancelledError, GeneratorExit):
            activity.ending = "stopped"
            raise
        except Exception:
            activity.ending = "failed"
            raise
        finally:
            activity.close()

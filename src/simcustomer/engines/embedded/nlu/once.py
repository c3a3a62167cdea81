"""A property that is found out at its first use and kept, without the lock of `functools.cached_property` (up to Python 3.11).

A reply has more than a hundred of them, and that lock costs more than most. Two threads may both find one out; they find the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar, overload

Held = TypeVar("Held")
Value = TypeVar("Value")


class cached_property(Generic[Held, Value]):  # noqa: N801  # it stands for the one of functools
    """As `functools.cached_property`."""

    def __init__(self, look: Callable[[Held], Value]) -> None:
        self._look = look
        self._name = look.__name__
        self.__doc__ = look.__doc__

    @overload
    def __get__(self, held: None, owner: type[Held]) -> Self: ...

    @overload
    def __get__(self, held: Held, owner: type[Held]) -> Value: ...

    def __get__(self, held: Held | None, owner: type[Held]) -> Self | Value:
        """The value, which goes before the property from then on."""
        if held is None:
            return self
        value = held.__dict__[self._name] = self._look(held)
        return value

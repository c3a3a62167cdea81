"""What every page works with: the use cases, the content, the words, and who is asking."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from gradio.blocks import BlockContext
from gradio.components import Component

from simcustomer.domain.rubric import Rubric
from simcustomer.practice import Practice
from simcustomer.ui.catalogue import Catalogue
from simcustomer.ui.pacing import Pace
from simcustomer.ui.rendering import Renderer

Part = Component | BlockContext

Updates = dict[Part, Any]
"""What a handler gives back: new values or properties by component; the others stay as they are."""


def local_owner(_: gr.Request) -> str:
    """The one user of the single-user mode, which is served on this machine only."""
    return "local"


@dataclass(frozen=True)
class Desk:
    """The page's tools; handlers get everything through it and keep nothing themselves."""

    practice: Practice
    catalogue: Catalogue
    rubric_id: str
    renderer: Renderer
    owner_of: Callable[[gr.Request], str] = local_owner
    pace: Pace = field(default_factory=Pace)

    def rubric(self) -> Rubric:
        """The rubric that new sessions are graded on. Raises NotFound or ContentError."""
        return self.catalogue.library.rubric(self.rubric_id)

    def say(self, key: str, /, **values: object) -> str:
        """An interface text."""
        return self.renderer.wording.say(key, **values)

    def notice(self, text: str, kind: str = "error") -> str:
        """A message in the page's flow, as HTML."""
        return self.renderer.html("notice", text=text, kind=kind)

    def warn(self, text: str) -> None:
        """A message that pops up over the page; toasts take HTML, so what a user typed is escaped."""
        gr.Warning(html.escape(text), title=self.say("site.name"))


@dataclass(frozen=True)
class Page:
    """A page of the app: the desk it works at, and its components, which its subclass names."""

    desk: Desk

    @property
    def components(self) -> list[Part]:
        """All components, for handlers that may change any of them."""
        return [value for value in vars(self).values() if isinstance(value, Part)]

"""What every page works with: the use cases, the content, the words, and who is asking."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
from gradio.blocks import BlockContext
from gradio.components import Component
from gradio.context import LocalContext

from simcustomer.domain.accounts import Role, Visitor
from simcustomer.domain.rubric import Rubric
from simcustomer.errors import NotAllowed, SimcustomerError
from simcustomer.hints import Hints
from simcustomer.lab.lab import Lab
from simcustomer.practice import Practice
from simcustomer.reviews import Reviews
from simcustomer.roles import Trainee
from simcustomer.team import Team
from simcustomer.ui.admission import visitor_of
from simcustomer.ui.catalogue import Catalogue
from simcustomer.ui.lab_messages import Messages
from simcustomer.ui.pacing import Pace
from simcustomer.ui.rendering import Renderer

_log = logging.getLogger(__name__)

Part = Component | BlockContext

Updates = dict[Part, Any]
"""What a handler gives back: new values or properties by component; the others stay as they are."""


@dataclass(frozen=True)
class Desk:
    """The page's tools; handlers get everything through it and keep nothing themselves."""

    practice: Practice
    catalogue: Catalogue
    rubric_id: str
    renderer: Renderer
    expert: Trainee
    hints: Hints
    lab: Lab
    messages: Messages
    team: Team
    visitor_of: Callable[[gr.Request], Visitor] = visitor_of
    pace: Pace = field(default_factory=Pace)

    @property
    def reviews(self) -> Reviews:
        """Second looks at grades."""
        return Reviews(self.practice, self.team)

    def owner_of(self, request: gr.Request) -> str:
        """The id that the visitor's sessions belong to."""
        return self.visitor_of(request).id

    def admitted(self, request: gr.Request, role: Role) -> Visitor:
        """The visitor, who must have this role. Raises NotAllowed.

        Every handler of a room asks this itself: whoever knows a handler's number can call it from any page.
        """
        visitor = self.visitor_of(request)
        if role not in visitor.roles:
            raise NotAllowed(self.say(f"rooms.refused.{role.value}"))
        return visitor

    def rubric(self) -> Rubric:
        """The rubric that new sessions are graded on. Raises NotFound or ContentError."""
        return self.catalogue.rubric(self.rubric_id)

    def has_content(self) -> bool:
        """Whether somebody can practise: a persona and the rubric can be used. Raises NotFound or ContentError."""
        return bool(self.rubric() and self.catalogue.offered().personas)

    def say(self, key: str, /, **values: object) -> str:
        """An interface text."""
        return self.renderer.wording.say(key, **values)

    def told(self, message: str, where: gr.HTML) -> Updates:
        """A message in the page's flow, and popped up over one that is shown; toasts take HTML, so what a user typed is escaped."""
        if LocalContext.event_id.get(None) is not None:
            gr.Warning(html.escape(message), duration=6, title=self.say("site.name"))
        return {where: self.notice(message)}

    def notice(self, text: str, kind: str = "error") -> str:
        """A message in the page's flow, as HTML."""
        return self.renderer.html("notice", text=text, kind=kind)

    @contextmanager
    def careful(self, where: gr.HTML) -> Generator[Outcome]:
        """What a handler does; where it fails, its updates are a message that is safe to show."""
        outcome = Outcome()
        try:
            yield outcome
        except SimcustomerError as error:
            outcome.updates = self.told(str(error), where)
        except Exception:  # noqa: BLE001  # the user is told, the log has it, and what was stored is kept
            _log.exception("a page could not be shown")
            outcome.updates = self.told(self.say("site.failed"), where)


@dataclass
class Outcome:
    """The updates that a handler gives back."""

    updates: Updates = field(default_factory=dict[Part, Any])


@dataclass(frozen=True)
class Page:
    """A page of the app: the desk it works at, and its components, which its subclass names."""

    desk: Desk

    @property
    def components(self) -> list[Part]:
        """All components, for handlers that may change any of them."""
        return [value for value in vars(self).values() if isinstance(value, Part)]


def panel(*, elem_id: str | None = None, value: str | None = None) -> gr.HTML:
    """A place for HTML of our own: without scripts, and without Gradio's styling of prose."""
    return gr.HTML(value, js_on_load=None, apply_default_css=False, elem_id=elem_id)

"""What every page has around it: the head, and in a room the question who may enter."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from simcustomer.domain.accounts import LOCAL, Role, Visitor
from simcustomer.ui.desk import Desk, Page, Updates, panel
from simcustomer.ui.languages import headers_of, preferences
from simcustomer.ui.rooms import ROOMS


def head(desk: Desk, visitor: Visitor | None, room: str = "", request: gr.Request | None = None) -> str:
    """The head of a page, with links to the rooms that are open to this visitor, and the preferences in the request."""
    open_to = [path for path, role in ROOMS.items() if visitor and role in visitor.roles]
    return desk.renderer.html(
        "site_header",
        rooms=open_to,
        room=room,
        practises=visitor is None or Role.TRAINEE in visitor.roles,
        visitor=visitor if visitor and visitor.id != LOCAL.id else None,
        languages=desk.renderer.wording.languages,
        chosen=preferences(headers_of(request) if request else {}),
    )


@dataclass(frozen=True)
class Frame(Page):
    """What every room has: the head, and a place for what went wrong on entering."""

    room: str
    header: gr.HTML
    problem: gr.HTML

    @classmethod
    def build(cls, desk: Desk, room: str) -> Frame:
        """Lay the components out; called within the room's route."""
        return cls(desk, room, panel(elem_id="site-header", value=head(desk, None, room)), panel(elem_id="problem"))

    def admitted(self, request: gr.Request) -> Visitor:
        """The visitor, who may be in this room. Raises NotAllowed; every handler of a room asks this first."""
        return self.desk.admitted(request, ROOMS[self.room])

    def entered(self, visitor: Visitor) -> Updates:
        """The head for this visitor, and no problem."""
        return {self.header: head(self.desk, visitor, self.room), self.problem: ""}

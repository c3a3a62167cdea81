"""A conversation that goes on, as HTML: what is being said, and what was said for those who listen to the page."""

from __future__ import annotations

from simcustomer.domain.session import Session
from simcustomer.ui import views
from simcustomer.ui.rendering import Renderer


def live(
    renderer: Renderer, session: Session, reply: str | None, *, answer: str | None = None, is_waiting: bool = False
) -> str:
    """A reply that is being answered, and as much of the answer as there is."""
    return renderer.html(
        "live",
        reply=views.replied(session, reply) if reply else None,
        answer=views.said(session, answer) if answer else None,
        is_waiting=is_waiting,
        channel=session.persona.channel.value,
        name=session.persona.name,
    )


def aloud(renderer: Renderer, session: Session) -> str:
    """The last answer for those who listen to the page: it is read out once, when it is complete."""
    last = session.exchanges[-1].answer if session.exchanges else ""
    text = renderer.wording.say("chat.said", name=session.persona.name, text=last) if last else ""
    return renderer.html("announcement", text=text)

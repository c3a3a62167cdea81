"""A conversation that goes on: the box to reply in, what is being said, and what was said for those who listen to the page."""

from __future__ import annotations

import gradio as gr

from simcustomer.domain.session import Session
from simcustomer.domain.transcript import Channel
from simcustomer.ui import views
from simcustomer.ui.rendering import Renderer


def reply_box(renderer: Renderer, channel: Channel, elem_id: str) -> gr.Textbox:
    """An empty reply box: a line for what is said or chatted, which Enter sends; a sheet for an email, where it does not."""
    email, say = channel is Channel.EMAIL, renderer.wording.say
    return gr.Textbox(
        value="",
        label=say(f"chat.reply_label.{channel.value}"),
        info=say("chat.reply_hint_email" if email else "chat.reply_hint"),
        lines=7 if email else 1,
        max_lines=18 if email else 10,
        elem_id=elem_id,
    )


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

from __future__ import annotations

import subprocess
import sys

import pytest

from simcustomer.domain.mood import Mood
from simcustomer.domain.persona import Persona
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Session
from simcustomer.library import Library
from simcustomer.ui import views
from simcustomer.ui.rendering import Renderer
from tests.fakes import OPENING
from tests.ui.conftest import EVIL

NONE_OPEN = {"unfinished": (), "more_unfinished": 0}


def test_views_and_server_do_not_load_gradio() -> None:
    modules = [
        "views",
        "debrief_views",
        "marking",
        "chart",
        "rendering",
        "wording",
        "catalogue",
        "pacing",
        "security",
        "server",
    ]
    code = f"import sys; [__import__('simcustomer.ui.' + m) for m in {modules}]; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_gallery_begins_with_the_easy_ones(library: Library, rubric: Rubric) -> None:
    cards = views.gallery(library.personas(), rubric)
    assert len(cards) == len(library.persona_ids)
    assert [card.effort for card in cards] == sorted(card.effort for card in cards)
    assert {name for card in cards for name in card.trains} <= {t.name for t in rubric.techniques}


def test_a_card_says_what_is_asked_for(dean: Persona, rubric: Rubric, renderer: Renderer) -> None:
    noted = dean.model_copy(update={"content_note": "Illness of a parent."})
    page = renderer.html(
        "gallery",
        cards=views.gallery([noted], rubric),
        unusable=("broken",),
        folder="personas",
        unfinished=(),
        more_unfinished=0,
    )
    for text in (
        dean.title,
        dean.name,
        dean.trade,
        dean.blurb,
        "medium",
        "irate",
        "Active listening",
        "Illness of a parent.",
    ):
        assert str(renderer.html("notice", text=text, kind="x")).split(">", 1)[1].split("<")[0] in page
    assert 'href="?persona=no-heat-third-visit"' in page
    assert "broken" in page


def test_the_brief_tells_nothing_that_is_hidden(dean: Persona, rubric: Rubric, renderer: Renderer) -> None:
    hidden_text = "NOT FOR THE TRAINEE"
    lines = {act: {"any": (hidden_text,)} for act in dean.lines}
    hidden = dict.fromkeys(("story", "goal", "hidden_need"), hidden_text) | {"timeline": (hidden_text,), "lines": lines}
    hidden |= {
        "facts": tuple(
            f.model_copy(update={"id": hidden_text, "text": hidden_text, "says": (hidden_text,)}) for f in dean.facts
        )
    }
    hidden |= {"offers": tuple(o.model_copy(update={"id": hidden_text, "words": (hidden_text,)}) for o in dean.offers)}
    for sways in ("softeners", "triggers", "deal_breakers"):
        hidden[sways] = tuple(
            s.model_copy(update={"id": hidden_text, "because": hidden_text}) for s in getattr(dean, sways)
        )
    hidden |= {"examples": {"empathy": (hidden_text,)}, "voice": dean.voice.model_copy(update={"tone": hidden_text})}
    told = {
        "id",
        "title",
        "blurb",
        "name",
        "kinds",
        "trade",
        "channel",
        "difficulty",
        "content_note",
        "trains",
        "brief",
    }
    numbers = {"version", "causes", "mood", "volatility", "endings"}
    assert set(Persona.model_fields) == told | numbers | set(hidden)

    persona = dean.model_copy(update=hidden)
    page = renderer.html("brief", view=views.brief(persona, rubric))
    page += renderer.html("brief_aside", brief=persona.brief)
    page += renderer.html(
        "gallery", cards=views.gallery([persona], rubric), unusable=(), folder="", unfinished=(), more_unfinished=0
    )
    assert persona.brief.situation.split(".")[0] in page
    assert hidden_text not in page


@pytest.mark.parametrize(("difficulty", "shown"), [("easy", True), ("medium", True), ("hard", False)])
def test_the_mood_is_shown_unless_the_customer_is_hard(
    begun: Session, renderer: Renderer, difficulty: str, shown: bool
) -> None:
    persona = begun.persona.model_copy(update={"difficulty": difficulty})
    page = renderer.html("heading", view=views.heading(begun.model_copy(update={"persona": persona})))
    assert ("Mood:" in page) is shown
    assert ("angry" in page) is shown


@pytest.mark.parametrize(
    ("trust", "patience", "word"),
    [
        (9, 3.0, "losing_patience"),
        (5.5, 3.1, "warming"),
        (2.4, 8, "distrustful"),
        (2.5, 8, "listening"),
        (5.4, 8, "listening"),
    ],
)
def test_a_mood_leans_to_what_matters_most(trust: float, patience: float, word: str) -> None:
    assert views.leaning(Mood(anger=5, trust=trust, patience=patience)) == word


def test_a_conversation_is_shown_in_order_and_as_text(ended: Session, renderer: Renderer) -> None:
    messages = views.conversation(ended)
    assert [m.by_customer for m in messages] == [True, False] * 3 + [True]
    assert (messages[0].text, messages[1].text) == (OPENING, EVIL)
    page = renderer.html("transcript", messages=messages, name="<Dean>", channel="phone")
    assert "<script" not in page
    assert "Sorry &lt;/div&gt;&lt;script&gt;" in page
    assert "&lt;Dean&gt;" in page


def test_what_is_on_its_way_is_text_too(begun: Session, renderer: Renderer) -> None:
    page = renderer.html(
        "live",
        reply=views.replied(begun, EVIL),
        answer=views.said(begun, EVIL),
        is_waiting=False,
        channel="phone",
        name=EVIL,
    )
    page += renderer.html("notice", text=EVIL, kind="error") + renderer.html("announcement", text=EVIL)
    page += renderer.html("end_question", name=EVIL)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 5


def test_an_email_has_a_head(library: Library, rubric: Rubric, begun: Session, renderer: Renderer) -> None:
    persona = next(p for p in library.personas() if p.channel == "email")
    session = begun.model_copy(update={"persona": persona})
    opening, reply = views.said(session, "Dear Sir,\n\nNo.", is_first=True), views.replied(session, "Dear Sir,\n\nYes.")
    page = renderer.html("transcript", messages=(opening, reply), name=persona.name, channel="phone")
    assert (
        (opening.author, opening.addressee) == (reply.addressee, reply.author) == (persona.name, persona.brief.company)
    )
    assert page.count("Subject") == 2
    assert page.count("Re: ") == 1
    assert "Dear Sir,\n\nNo." in page


def test_a_chat_has_no_subject(begun: Session) -> None:
    assert views.said(begun, "Hello").subject is None

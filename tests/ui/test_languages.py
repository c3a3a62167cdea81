"""The interface in more than one language."""

from __future__ import annotations

import asyncio
import re

import pytest

from simcustomer.ui.languages import language_of, preferences
from simcustomer.ui.wording import FIRST, SPOKEN, Wording, available, flat, read

OTHERS = [tag for tag in available() if tag != FIRST]


def missing(language: str) -> list[str]:
    """Keys that have no text in this language yet, and are said in English."""
    have = dict(flat(read(language)))
    return [key for key, _ in flat(read(FIRST)) if key not in have]


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_translated_is_complete_and_has_the_same_slots(language: str) -> None:
    first, have = dict(flat(read(FIRST))), dict(flat(read(language)))
    assert sorted(have.keys() - first.keys()) == []
    assert missing(language) == []
    slots = {key: sorted(set(re.findall(r"\{(\w+)\}", text))) for key, text in first.items()}
    assert {key: sorted(set(re.findall(r"\{(\w+)\}", text))) for key, text in have.items()} == {
        key: slots[key] for key in have
    }


def test_practice_is_said_in_german() -> None:
    words = Wording.all()
    assert words.language == "en"
    token = SPOKEN.set("de")
    try:
        assert (words.language, words.say("chat.send")) == ("de", "Senden")
        assert words.label("Send") == "Senden"
        assert words.label("no such text") == "no such text"
    finally:
        SPOKEN.reset(token)


def test_what_is_not_translated_is_said_in_english() -> None:
    words = Wording({"a": {"b": "one", "c": "two"}}, {"de": {"a": {"b": "eins", "c": "two"}}})
    token = SPOKEN.set("fr")
    try:
        assert words.say("a.b") == "one"
    finally:
        SPOKEN.reset(token)


def test_a_label_has_one_translation() -> None:
    """A control's label is translated by its English text, so two keys of one text must agree where a control has it."""
    first, have = dict(flat(read(FIRST))), dict(flat(read("de")))
    labels = (
        "chat.",
        "brief.start",
        "debrief.again",
        "debrief.choose",
        "fork.re",
        "fork.watch",
        "coach.choose",
        "hint.ask",
    )
    for key, text in first.items():
        if key.startswith((*labels, "hand_over.")) and key not in ("chat.from", "chat.to") and "{" not in text:
            assert {have[k] for k, t in first.items() if t == text and k in have} == {have[key]}, key


@pytest.mark.parametrize(
    ("cookie", "accept", "expected"),
    [
        ("", "", "en"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr-FR,en;q=0.5,de;q=0.7", "de"),
        ("", "en-GB,de;q=0.9", "en"),
        ("", "de;q=0", "en"),
        ("", "x" * 5000, "en"),
        ("", "de;q=zero", "en"),
        ("language=de", "en", "de"),
        ("language=en", "de", "en"),
        ("language=xx", "de", "de"),
        ("language=de; other=1", "", "de"),
        ("broken=\x00; [language]=de", "", "en"),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(cookie: str, accept: str, expected: str) -> None:
    assert language_of({"cookie": cookie, "accept-language": accept}, ("en", "de")) == expected


def test_whole_replies_are_a_preference() -> None:
    assert preferences({"cookie": "replies=whole"}).whole
    assert not preferences({"cookie": "replies=half"}).whole
    assert not preferences({}).whole


def test_two_visitors_at_once_are_each_answered_in_their_language() -> None:
    words = Wording.all()

    async def asked(tag: str) -> str:
        SPOKEN.set(tag)
        await asyncio.sleep(0.01)
        return await asyncio.to_thread(words.say, "chat.send")

    async def both() -> list[str]:
        return await asyncio.gather(asked("de"), asked("en"))

    assert asyncio.run(both()) == ["Senden", "Send"]

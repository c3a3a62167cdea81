"""The same thing said in another hand is read alike, and quoted as it was written."""

from __future__ import annotations

import pytest

from simcustomer.engines.embedded.nlu.alike import alike
from simcustomer.engines.embedded.nlu.plain import plain_text
from simcustomer.engines.embedded.nlu.text import Span


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I'm sorry, it's us who've failed you.", "I am sorry, it is us who have failed you."),
        ("You won't be charged, and I shan't ask.", "You will not be charged, and I shall not ask."),
        ("It couldn't've been you.", "It could not have been you."),
        ("Thats our fault and im sorry", "That is our fault and I am sorry"),
        ("The counter opens tommorow bewteen 4 and 6.", "The counter opens tomorrow between 4 and 6."),
        ("Ye cannae wait, so I'll hae it wi ye.", "You can not wait, so I will have it with you."),
        ("N0t my j0b. S0m30n3 3ls3 d03s c0ur13rs.", "Not my job. Someone else does couriers."),
        ("The driver's van and the customers' names", "The driver's van and the customers' names"),
    ],
)
def test_words_are_read_as_all_know_them(written: str, read: str) -> None:
    assert plain_text(written).even == read


@pytest.mark.parametrize(
    "right",
    [
        "The gasket, the kerb and the tarpaulin.",
        "Colour, jewellery and programme.",
        "Ask Leonie Brandt.",
        "ok",
        "",
        "At 4pm on the 3rd, room 12b, M4 5LP, 2x4, 50p",
    ],
)
def test_words_without_a_slip_are_not_mended(right: str) -> None:
    text = plain_text(right)
    assert text.even == right
    assert not text.changes


def test_quotes_are_of_what_was_written() -> None:
    raw = "Thats bad. I'm sorry you cannae get in, it'll be open tommorow."
    text = plain_text(raw)
    for sentence in text.sentences:
        assert text.quote(sentence) in raw
    start = text.even.index("I am sorry")
    assert text.quote(Span(start, start + len("I am sorry"))) == "I'm sorry"
    start = text.even.index("tomorrow")
    assert text.quote(Span(start, start + len("tomorrow"))) == "tommorow"
    assert text.changes["misspelt"] == 2


def test_what_was_cut_out_stays_out_of_quotes() -> None:
    raw = "I'm here. [note] It's you who can't wait."
    cut = plain_text(raw)
    start = cut.even.index("[note]")
    rest = cut.without([Span(start, start + len("[note]"))])
    assert [rest.quote(sentence) for sentence in rest.sentences] == ["I'm here.", "It's you who can't wait."]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mr Abara will ring on Friday.", "Mrs Abara will ring on Monday."),
        ("Ask for him, he is on till six.", "Ask for her, she is on till six."),
        ("It was his name, not hers.", "It was her name, not his."),
        ("I've asked Priya to send £45 by 10:30.", "I've asked Tom to send £39 by 11:45."),
    ],
)
def test_days_names_amounts_and_persons_tell_no_reply_from_another(one: str, other: str) -> None:
    assert alike(one) == alike(other)


def test_words_that_tell_nothing_of_day_name_or_person_are_not_made_alike() -> None:
    assert alike("May I ask? The hero missed it in March.") == "May I ask? The hero missed it in March."

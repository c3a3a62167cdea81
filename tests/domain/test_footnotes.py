from __future__ import annotations

from simcustomer.domain.assessment import Assessment, Evidence, Finding
from simcustomer.domain.footnotes import footnotes, remarks
from simcustomer.domain.rubric import Rubric
from simcustomer.domain.session import Note


def test_one_quote_has_one_note(rubric: Rubric) -> None:
    evidence = tuple(
        Evidence(technique="empathy", indicator=name, quote="sorry") for name in ("names_feeling", "validates")
    )
    against = (Evidence(technique="empathy", misstep="hollow", quote="sorry"),)
    reply = "So, sorry."
    assessment = Assessment.of(
        rubric, reply, [Finding(technique="empathy", occasion=True, evidence=(*evidence, *against))]
    )
    empathy = rubric.technique("empathy")
    good, bad = footnotes(rubric, reply, assessment)
    assert (good.number, good.good, bad.number, bad.good) == (1, True, 2, False)
    assert good.shows[0].signs == (empathy.indicators["names_feeling"], empathy.indicators["validates"])
    assert bad.shows[0] == (empathy.name, (empathy.missteps["hollow"],))


def test_numbers_rise_in_the_order_in_which_they_are_read(rubric: Rubric) -> None:
    reply = "I am so sorry, Dean. I will call."
    quotes = ("I am so sorry, Dean.", "am so sorry, Dean", "I will call")
    evidence = tuple(Evidence(technique="empathy", indicator="names_feeling", quote=quote) for quote in quotes)
    assessment = Assessment.of(rubric, reply, [Finding(technique="empathy", occasion=True, evidence=evidence)])
    notes = footnotes(rubric, reply, assessment)
    assert [(note.number, note.quote) for note in notes] == [
        (1, "am so sorry, Dean"),
        (2, "I am so sorry, Dean."),
        (3, "I will call"),
    ]


def test_a_word_within_a_quoted_phrase_of_its_side_has_no_mark_of_its_own(rubric: Rubric) -> None:
    reply = "I am so sorry, Dean. Anyway, I will call today."
    found = [
        Finding(
            technique="empathy",
            occasion=True,
            evidence=(
                Evidence(technique="empathy", indicator="names_feeling", quote="I am so sorry, Dean."),
                Evidence(technique="empathy", misstep="hollow", quote="sorry"),
            ),
        ),
        Finding(
            technique="recovery",
            occasion=True,
            evidence=(
                Evidence(technique="recovery", indicator="apologises", quote="sorry"),
                Evidence(technique="recovery", indicator="no_excuse", quote="today"),
            ),
        ),
    ]
    notes = footnotes(rubric, reply, Assessment.of(rubric, reply, found))
    assert [(note.quote, note.good) for note in notes] == [
        ("sorry", False),
        ("I am so sorry, Dean.", True),
        ("today", True),
    ]
    assert [shown.technique for shown in notes[1].shows] == [rubric.technique(t).name for t in ("empathy", "recovery")]


def test_fragments_are_read_with_the_phrase_around_them(rubric: Rubric) -> None:
    reply = "I will ring you tomorrow between 8 and 12."
    quotes = (
        "8",
        "between 8",
        "ring you tomorrow between 8 and 12",
        "I will ring you tomorrow between 8 and 12.",
        "12.",
    )
    evidence = tuple(Evidence(technique="empathy", indicator="names_feeling", quote=quote) for quote in quotes)
    assessment = Assessment.of(rubric, reply, [Finding(technique="empathy", occasion=True, evidence=evidence)])
    assert [note.quote for note in footnotes(rubric, reply, assessment)] == [
        "ring you tomorrow between 8 and 12",
        "I will ring you tomorrow between 8 and 12.",
    ]


def test_notes_on_the_same_words_are_one_remark() -> None:
    whole, within, other = (
        Note(technique=technique, exchange=1, quote=quote, text="Good.")
        for technique, quote in (("empathy", "so sorry, Dean"), ("recovery", "sorry"), ("closing", "bye"))
    )
    first, second = remarks([within, other, whole])
    assert (first.notes, first.quote) == ((within, whole), "so sorry, Dean")
    assert second.notes == (other,)

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from simcustomer.domain.publishing import ContentKind, Step
from simcustomer.errors import ContentError, EditConflict, InvalidInput, NotAllowed, NotFound
from simcustomer.library import EmptyShelf
from simcustomer.store import read_shelf
from simcustomer.studio import Opened, Writing
from tests.studio.conftest import ANN, BEN, BOOK

PERSONA = ContentKind.PERSONA


def saved(writing: Writing, opened: Opened, text: str, *, by: object = ANN, tab: str = "one", stamp: int = 1) -> Opened:
    return writing.save(opened, text, by, tab=tab, stamp=stamp)  # type: ignore[arg-type]


def retitled(opened: Opened, title: str) -> str:
    return opened.text.replace("title: ", f"title: {title} ", 1)


def test_from_nothing_to_the_gallery(writing: Writing, known: str) -> None:
    text = BOOK.replace("id: the-book-i-returned", f"id: new-{known}")
    draft = saved(writing, writing.new(PERSONA), text)
    assert writing.check(draft, draft.text).problems == ()
    assert writing.publish(draft.draft_id, ANN, note="first") == (f"new-{known}", 1)
    assert writing.library.persona(f"new-{known}").title == "The book I returned"
    assert writing.drafts.load(draft.draft_id) is None
    step = writing.history(PERSONA, f"new-{known}")[0]
    assert (step.author, step.version, step.note, step.step) == ("Ann", 1, "first", Step.PUBLISHED)


def test_the_template_lists_what_is_missing_and_cannot_be_published(writing: Writing) -> None:
    draft = saved(writing, writing.new(PERSONA), writing.new(PERSONA).text)
    problems = writing.check(draft, draft.text).problems
    assert {"id", "title", "brief.company", "lines.open.any"} <= {problem.field for problem in problems}
    assert all(problem.line for problem in problems)
    with pytest.raises(ContentError):
        writing.publish(draft.draft_id, ANN, note="")


def test_the_rubric_template_is_a_rubric_once_it_is_named(writing: Writing) -> None:
    text = writing.new(ContentKind.RUBRIC).text.replace("id:  #", "id: ours  #").replace("title:\n", "title: Ours\n")
    assert writing.check(writing.new(ContentKind.RUBRIC), text).problems == ()


def test_publishing_over_a_file_keeps_the_file_as_the_first_edition(writing: Writing, known: str) -> None:
    before = writing.library.persona(known)
    draft = writing.edit(PERSONA, known, ANN)
    draft = saved(writing, draft, retitled(draft, "Still"))
    assert writing.publish(draft.draft_id, ANN, note="") == (known, before.version + 1)
    now = writing.library.persona(known)
    assert (now.title, now.version) == (f"Still {before.title}", before.version + 1)
    first, second = reversed(writing.history(PERSONA, known))
    assert (first.author, first.at, first.version) == ("", None, before.version)
    assert second.author == "Ann"
    assert replace(writing.library, shelf=EmptyShelf()).persona(known) == before


def test_an_archived_persona_leaves_the_gallery_and_comes_back(writing: Writing, known: str) -> None:
    writing.shelve(PERSONA, known, Step.ARCHIVED, ANN)
    assert known not in writing.library.persona_ids
    with pytest.raises(NotFound):
        writing.library.persona(known)
    with pytest.raises(InvalidInput):
        writing.shelve(PERSONA, known, Step.ARCHIVED, ANN)
    writing.shelve(PERSONA, known, Step.RESTORED, BEN)
    assert known in writing.library.persona_ids
    assert [s.step for s in writing.history(PERSONA, known)] == [Step.RESTORED, Step.ARCHIVED, Step.PUBLISHED]


def test_two_authors_of_one_persona_get_a_conflict_and_both_keep_their_text(writing: Writing, known: str) -> None:
    anns, bens = writing.edit(PERSONA, known, ANN), writing.edit(PERSONA, known, BEN)
    anns = saved(writing, anns, retitled(anns, "Ann's"))
    bens = saved(writing, bens, retitled(bens, "Ben's"), by=BEN)
    writing.publish(anns.draft_id, ANN, note="")
    assert writing.is_behind(bens)
    with pytest.raises(EditConflict):
        writing.publish(bens.draft_id, BEN, note="")
    assert "Ben's" in writing.draft(bens.draft_id, BEN).text
    assert writing.library.persona(known).title.startswith("Ann's")
    writing.rebase(bens.draft_id, BEN)
    assert writing.publish(bens.draft_id, BEN, note="")[1] == 3
    texts = [step.text or "" for step in writing.history(PERSONA, known)]
    assert ["Ben's" in texts[0], "Ann's" in texts[1]] == [True, True]


def test_two_new_personas_of_one_id_do_not_overwrite_each_other(writing: Writing, known: str) -> None:
    text = BOOK.replace("id: the-book-i-returned", f"id: twin-{known}")
    one, two = (saved(writing, writing.new(PERSONA), text, by=author) for author in (ANN, BEN))
    writing.publish(one.draft_id, ANN, note="")
    with pytest.raises(ContentError, match="which another persona has"):
        writing.publish(two.draft_id, BEN, note="")


def test_two_tabs_of_one_author_lose_nothing(writing: Writing, known: str) -> None:
    first = saved(writing, writing.edit(PERSONA, known, ANN), "id: a\n", tab="one", stamp=1)
    other = saved(writing, first, "id: b\n", tab="two", stamp=2)
    with pytest.raises(EditConflict):
        saved(writing, first, "id: c\n", tab="one", stamp=3)
    aside = writing.set_aside(first, "id: c\n", ANN, tab="one")
    assert (writing.draft(other.draft_id, ANN).text, writing.draft(aside.draft_id, ANN).text) == ("id: b\n", "id: c\n")


def test_what_arrives_late_from_the_same_page_changes_nothing(writing: Writing, known: str) -> None:
    opened = writing.edit(PERSONA, known, ANN)
    saved(writing, opened, "id: newer\n", stamp=20)
    assert saved(writing, opened, "id: older\n", stamp=10).text == "id: newer\n"
    assert saved(writing, opened, "id: newest\n", stamp=30).text == "id: newest\n"


def test_the_draft_of_another_can_be_read_and_not_changed(writing: Writing, known: str) -> None:
    draft = saved(writing, writing.edit(PERSONA, known, ANN), "id: a\n")
    assert not writing.draft(draft.draft_id, BEN).mine
    with pytest.raises(NotFound):
        saved(writing, draft, "id: mine now\n", by=BEN)
    with pytest.raises(NotAllowed):
        writing.publish(draft.draft_id, BEN, note="")
    writing.discard(draft.draft_id, BEN)
    assert writing.draft(draft.draft_id, ANN).text == "id: a\n"


def test_the_id_of_what_is_published_stays(writing: Writing, known: str) -> None:
    draft = writing.edit(PERSONA, known, ANN)
    checked = writing.check(draft, draft.text.replace(f"id: {known}", "id: other"))
    assert [problem.field for problem in checked.problems] == ["id"]
    assert writing.new(PERSONA, copy_of=known).text.count(f"id: {known}-copy\n") == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [("a: \x00", "Line 1"), ("a: 1\nb: \ud83d", "Line 2"), ("x" * 10_000_000, "10,000,000 bytes")],
)
def test_what_cannot_be_stored_is_refused_in_a_sentence(writing: Writing, text: str, says: str) -> None:
    opened = writing.new(PERSONA)
    with pytest.raises(InvalidInput, match=says):
        saved(writing, opened, text)
    assert writing.drafts.load(opened.draft_id) is None


@pytest.mark.parametrize(
    "text", ["a: &x [1]\nb: *x\n", "\tid: x\n", "id: [", "- x\n", "id: !!python/object:os.system x\n", "id: \x07\n"]
)
def test_what_cannot_be_read_is_kept_and_said_with_its_line(writing: Writing, text: str) -> None:
    draft = saved(writing, writing.new(PERSONA), text)
    problems = writing.check(draft, draft.text).problems
    assert problems
    assert problems[0].line


def test_an_updated_file_under_an_edition_is_noticed(writing: Writing, known: str) -> None:
    draft = writing.edit(PERSONA, known, ANN)
    writing.publish(saved(writing, draft, retitled(draft, "Mine")).draft_id, ANN, note="")
    assert writing.changed_file(PERSONA, known) is None
    path = writing.library.file(PERSONA, known)
    assert isinstance(path, Path)
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: Updated ", 1), encoding="utf-8")
    assert "title: Updated" in (writing.changed_file(PERSONA, known) or "")
    assert writing.library.persona(known).title.startswith("Mine")


def test_commands_read_what_is_published(writing: Writing, known: str) -> None:
    draft = writing.edit(PERSONA, known, ANN)
    writing.publish(saved(writing, draft, retitled(draft, "Mine")).draft_id, ANN, note="")
    url = writing.editions.engine.url.render_as_string(hide_password=False)
    assert replace(writing.library, shelf=read_shelf(url)).persona(known).title.startswith("Mine")

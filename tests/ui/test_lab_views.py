from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from simcustomer.domain.rubric import Rubric
from simcustomer.domain.transcript import Channel, Speaker, Turn
from simcustomer.errors import InvalidInput
from simcustomer.evaluation.figures import Figure
from simcustomer.evaluation.grading import GradedReply, TranscriptRecord
from simcustomer.evaluation.provenance import Measured
from simcustomer.evaluation.results import Disagreement, Results
from simcustomer.lab.order import Ending, Kind, Order, Progress, Run, Standing, State
from simcustomer.ui import lab_reading, lab_views
from simcustomer.ui.rendering import Renderer
from simcustomer.ui.wording import Wording

EVIL = "<script>alert('x')</script>"
WHEN = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)

PROVENANCE = Measured(
    version="1",
    engine="embedded",
    grader="embedded-grader/3",
    rubric="r1",
    rubric_id="own",
    split="test",
    data={"golden": "g1"},
    code="e1",
    calibration="k1",
)


def standing(name: str = "a", state: State = State.DONE, **changed: object) -> Standing:
    order = Order(kind=Kind.SUITES, engine="embedded", rubric="own", suites=("agreement", "contrast"), note=EVIL)
    run = Run(id=f"20261122-110000-{name * 8}", order=order, by=EVIL, asked_at=WHEN, server="s")
    ending = None if state.is_open else Ending(state=state, at=WHEN + timedelta(seconds=9), seconds=9, problem=None)
    return Standing(run=run, state=state, ending=ending).model_copy(update=changed)


def apart(technique: str, rated: int, given: int | None, conversation: str = "c0", turn: int = 1) -> Disagreement:
    return Disagreement(
        id=conversation,
        turn=turn,
        technique=technique,
        rated=rated,
        given=given,
        raters=(rated, None),
        quotes=("I am sorry",) if given else (),
    )


RECORD = TranscriptRecord(
    id="c0",
    channel=Channel.CHAT,
    turns=(
        Turn(role=Speaker.CUSTOMER, text=f"Three! {EVIL}"),
        Turn(role=Speaker.TRAINEE, text=f"Oh, I am sorry. {EVIL}"),
    ),
)


def results(value: float = 0.7, *disagreements: Disagreement, **provenance: object) -> Results:
    return Results(
        provenance=PROVENANCE.model_copy(update=provenance),
        techniques={"empathy": "Empathy", "recovery": "Apology"},
        suites={
            "agreement": (
                Figure(name="qwk.empathy", value=value, n=50, low=value - 0.1, high=value + 0.1),
                Figure(name="bias.empathy", value=0.1, n=50, better=None),
                Figure(name="qwk.empathy", value=0.2, n=50, of="length"),
            ),
            "contrast": (Figure(name="something_new", value=3, n=9, better="lower"),),
        },
        disagreements=disagreements,
        conversations=(RECORD,),
    )


@pytest.fixture
def renderer() -> Renderer:
    return Renderer(Wording.load())


def test_a_run_is_held_against_its_pins() -> None:
    def pinned(value: float, **provenance: object) -> lab_views.Pinned | None:
        return lab_views.run_view(standing(), results(value), results(0.7, **provenance), []).pinned

    held, fallen, other = pinned(0.65), pinned(0.55), pinned(0.7, data={"golden": "g2"})
    assert held == lab_views.Pinned((), (), ())
    assert fallen
    assert [(name, fall.suite) for name, fall in fallen.falls] == [(lab_views.Name("qwk", "Empathy"), "agreement")]
    assert other
    assert [reason.partition(" was ")[0] for reason in other.differ] == ["the data in golden"]
    assert other.falls == ()


def test_the_page_of_a_run_shows_every_figure_and_no_markup_of_others(renderer: Renderer) -> None:
    view = lab_views.run_view(standing(), results(0.55), results(0.7), [standing("b")])
    page = renderer.html("lab_run", view=view)
    assert "0.55" in page
    assert "0.45 to 0.65" in page
    assert "something new" in page
    assert 'aria-label="Empathy: 0.55, length 0.20"' in page
    assert "1 figure is below its pin" in page
    assert "<script" not in page + renderer.html("lab_run_head", run=view.run, seconds=9.0)


def test_two_runs_are_compared_or_refused(renderer: Renderer) -> None:
    before, after = (standing("a"), results(0.7)), (standing("b"), results(0.9, grader="openai/x"))
    view = lab_views.compare_view(before, after)
    assert [(each.name.of, each.change.verdict) for each in view.judged["agreement"]] == [("Empathy", "better")]
    assert [each.name.what for each in view.described["agreement"]] == ["bias"]
    assert view.counts == {"worse": 0, "better": 1, "same": 1, "missing": 0}
    assert view.changed == ("grader embedded-grader/3 -> openai/x",)
    page = renderer.html("lab_compare", view=view, runs=[view.before.run, view.after.run])
    assert "+0.200" in page
    assert "<script" not in page
    refused = lab_views.compare_view(before, (standing("b"), results(0.9, split="all")))
    assert refused.judged == {}
    text = renderer.html("lab_compare", view=refused, runs=[])
    assert "not compared: the golden split was test and is all" in text


def test_what_goes_on_is_said_part_by_part(renderer: Renderer) -> None:
    progress = Progress(parts={"agreement": (9, 9), "contrast": (3, 12), "evidence": (0, 0)}, now="contrast")
    view = lab_views.going(standing(state=State.RUNNING, progress=progress))
    assert [(part.is_over, part.is_now) for part in view.parts] == [(True, False), (False, True), (False, False)]
    page = renderer.html("lab_going", runs=[view], link=True)
    assert "3 of 12" in page
    assert page.count("<progress") == page.count('aria-label="') == 3
    waiting = lab_views.going(standing(state=State.QUEUED, ahead=2))
    assert "2 runs are before this one" in renderer.html("lab_going", runs=[waiting], link=False)


def test_disagreements_are_filtered_and_keep_their_order() -> None:
    found = results(
        0.7, apart("empathy", 3, 0), apart("recovery", 3, None), apart("empathy", 0, 2), apart("recovery", 1, 0)
    )

    def numbers(**query: str) -> list[tuple[int, str, str]]:
        view = lab_reading.disagreements_view(found, lab_reading.asked_of(query, found))
        return [(line.n, line.what.technique, line.direction) for line in view.lines]

    assert numbers() == [
        (1, "empathy", "below"),
        (2, "recovery", "none"),
        (3, "empathy", "above"),
        (4, "recovery", "below"),
    ]
    assert numbers(technique="recovery") == [(1, "recovery", "none"), (2, "recovery", "below")]
    assert numbers(direction="above") == [(1, "empathy", "above")]
    assert numbers(technique="../x", direction="up", start="-1") == numbers()


def test_a_disagreement_is_read_in_its_conversation(renderer: Renderer) -> None:
    found = results(0.7, apart("empathy", 0, 2), apart("recovery", 3, 1))
    view = lab_reading.disagreements_view(found, lab_reading.asked_of({"n": "2"}, found))
    assert view.reading
    assert (view.reading.before, view.reading.after) == (1, None)
    chosen = view.reading.turns[1]
    assert [piece.text for piece in chosen.pieces if piece.quoted] == ["I am sorry"]
    assert [line.technique for line in chosen.about] == ["Empathy"]
    page = renderer.html("lab_apart", view=view, run="r", title="t")
    assert "Grader 1, raters 3 (3, none)" in page
    assert "<script" not in page


def test_many_disagreements_are_shown_in_pages() -> None:
    found = results(0.7, *(apart("empathy", 3, 0, turn=n) for n in range(45)))

    def view(start: str) -> lab_reading.DisagreementsView:
        return lab_reading.disagreements_view(found, lab_reading.asked_of({"start": start}, found))

    assert [(v.lines[0].n, len(v.lines), v.earlier, v.later) for v in map(view, ("0", "25", "44", "99"))] == [
        (1, 20, None, 20),
        (21, 20, 0, 40),
        (41, 5, 20, None),
        (1, 20, None, 20),
    ]


def test_a_graded_conversation_shows_levels_and_what_they_rest_on(renderer: Renderer, rubric: Rubric) -> None:
    sign = next(iter(rubric.technique("recovery").indicators))
    good = GradedReply(
        id="c0",
        turn=1,
        levels={"recovery": 2, "empathy": None},
        evidence=({"technique": "recovery", "indicator": sign, "quote": "I am sorry"},),
        overall=2,
        ungraded=None,
    )
    failed = GradedReply(id="c0", turn=1, levels={}, evidence=(), overall=None, ungraded=f"no answer {EVIL}")
    view = lab_reading.grading_view([RECORD, RECORD], [good, failed], rubric, 1)
    assert [(each.number, each.overall.value) for each in view.conversations] == [(1, 2.0), (2, None)]
    (note,) = view.turns[1].notes
    assert note.quote == "I am sorry"
    assert {level.technique: level.value for level in view.techniques}["Apology and recovery"] == 2
    page = renderer.html("lab_graded", view=view, run="r", remarks=[EVIL])
    assert "<script" not in page
    second = lab_reading.grading_view([RECORD, RECORD], [good, failed], rubric, 2)
    assert second.turns[1].ungraded == failed.ungraded
    assert "This reply was not graded: no answer" in renderer.html("lab_graded", view=second, run="r", remarks=[])
    with pytest.raises(InvalidInput, match="not whole"):
        lab_reading.grading_view([RECORD, RECORD], [good], rubric, 1)

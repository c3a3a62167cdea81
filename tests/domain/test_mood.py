from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simcustomer.domain.mood import Mood, Shift, Temper

AMOUNT = st.floats(0, 10)
DELTA = st.floats(-20, 20)


@given(AMOUNT, AMOUNT, AMOUNT, st.lists(st.tuples(DELTA, DELTA, DELTA), max_size=5))
def test_mood_stays_within_its_bounds(
    anger: float, trust: float, patience: float, deltas: list[tuple[float, float, float]]
) -> None:
    shifts = [Shift(cause="x", because="x", anger=a, trust=t, patience=p) for a, t, p in deltas]
    moved = Mood(anger=anger, trust=trust, patience=patience).moved(shifts)
    assert all(0 <= amount <= 10 for amount in (moved.anger, moved.trust, moved.patience))


def test_temper_names_the_bands_of_anger() -> None:
    tempers = {anger: Mood(anger=anger, trust=5, patience=5).temper for anger in (0, 3.4, 3.5, 6.4, 6.5, 10)}
    assert list(tempers.values()) == [Temper.CALM, Temper.CALM, Temper.TENSE, Temper.TENSE, Temper.ANGRY, Temper.ANGRY]


def test_a_shift_says_what_it_did_and_why() -> None:
    shift = Shift(cause="softener.x", because="named the missed appointment", trust=2, anger=-0.5)
    assert shift.summary == "anger -0.5, trust +2: named the missed appointment"

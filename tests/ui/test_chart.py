from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from simcustomer.domain.mood import Mood
from simcustomer.ui.chart import HEIGHT, LABEL_GAP, WIDTH, mood_chart

amounts = st.floats(0, 10)
moods = st.lists(st.builds(Mood, anger=amounts, trust=amounts, patience=amounts), min_size=1, max_size=15)


@given(moods)
def test_everything_lies_in_the_frame_and_no_label_covers_another(drawn: list[Mood]) -> None:
    chart = mood_chart(drawn)
    for line in chart.lines:
        assert [p.value for p in line.points] == [getattr(mood, line.name) for mood in drawn]
        assert all(chart.left <= p.x <= chart.right < WIDTH and 0 <= p.y <= chart.bottom < HEIGHT for p in line.points)
    heights = sorted(line.label_y for line in chart.lines)
    assert all(lower - upper >= LABEL_GAP - 1e-6 for upper, lower in pairwise(heights))
    assert heights[0] >= 0
    assert heights[-1] <= HEIGHT
    assert [column.value for column in chart.columns] == list(range(len(drawn)))


def test_more_is_higher() -> None:
    low, high = (mood_chart([Mood(anger=a, trust=5, patience=5)]).lines[0].points[0].y for a in (2, 8))
    assert high < low

from __future__ import annotations

import pytest

from simcustomer.ui.trend_chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, trend_chart


def test_levels_stand_in_order_and_by_height() -> None:
    chart = trend_chart([[0, 3], [1.5]])
    (low, high), (middle,) = (run.points for run in chart.runs)
    assert LEFT < low.x < high.x < middle.x < WIDTH - RIGHT
    assert (low.y, high.y) == (HEIGHT - BOTTOM, TOP)
    assert middle.y == pytest.approx((low.y + high.y) / 2)


def test_no_line_crosses_a_break() -> None:
    chart = trend_chart([[0, 3], [1.5]])
    assert [run.path.count(",") for run in chart.runs] == [2, 1]
    assert chart.runs[0].points[-1].x < chart.breaks[0] < chart.runs[1].points[0].x
    assert trend_chart([[1, 2]]).breaks == ()


def test_many_sessions_do_not_crowd_the_axis() -> None:
    assert [tick.value for tick in trend_chart([[1.0] * 4]).columns] == [1, 2, 3, 4]
    assert len(trend_chart([[1.0] * 95]).columns) <= 10

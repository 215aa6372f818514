"""Where things stand in a drawing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.reporting.charts import Scale

numbers = st.floats(-1e6, 1e6)


@given(most=st.floats(0, 1e6), low=numbers, high=numbers)
def test_nothing_leaves_the_paper(most: float, low: float, high: float) -> None:
    """Whatever the numbers, a bar is seen and lies within its stretch."""
    x, width = Scale(most, 4.0, 200.0).bar(min(low, high), max(low, high))

    assert 2.0 <= width
    assert 4.0 <= x
    assert x + width <= 204.1  # rounded to tenths


def test_numbers_lie_where_they_belong() -> None:
    """From the start of the stretch to its end."""
    scale = Scale(50, 10.0, 100.0)

    assert [10.0, 60.0, 110.0] == [scale(0), scale(25), scale(50)]


@pytest.mark.parametrize(
    ("most", "ticks"), [(90, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]), (5200, [0, 1000, 2000, 3000, 4000, 5000])]
)
def test_ticks_are_round_and_few(most: float, ticks: list[int]) -> None:
    """Eleven at most."""
    assert ticks == Scale(most, 0.0, 1.0).ticks()

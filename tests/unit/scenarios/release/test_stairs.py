"""The steps of a rollout, as they are typed."""

from __future__ import annotations

import pytest

from platforms.errors import UsageError
from scenarios.release.stairs import Stairs


@pytest.mark.parametrize("text", ["10,50,100", "1", "100", "1,2,3,4,5,6,7,8,9,10"])
def test_percentages_that_rise_are_steps(text: str) -> None:
    """They are written as they were given."""
    assert text == str(Stairs.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0,10",
        "10,101",
        "50,10",
        "10,10",
        "10,",
        "ten",
        "1.5",
        "-1",
        " 10",
        "٩",
        "1,2,3,4,5,6,7,8,9,10,11",
        "1" * 500,
    ],
)
def test_anything_else_is_refused_in_one_line(text: str) -> None:
    """The message names the option and shows what would be right."""
    with pytest.raises(UsageError, match=r"--steps.*as in 10,50,100") as refused:
        Stairs.parse(text)

    assert 1 == len(str(refused.value).splitlines())

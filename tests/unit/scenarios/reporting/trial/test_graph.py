"""The picture of a trial."""

from __future__ import annotations

import pytest

from scenarios.evidence.pair import Pair
from scenarios.reporting.trial.document import document
from scenarios.reporting.trial.graph import BOXES, arrows
from tests.unit.scenarios.reporting.trial.trials import CLOSED, DOUBTED, OPENED, RIGHT, trial


@pytest.mark.parametrize(
    ("pair", "caller", "state"),
    [(OPENED, "reviews", "opened"), (CLOSED, "reviews", "closed"), (DOUBTED, "reviews", "doubted")],
)
def test_what_is_wrong_is_an_arrow_of_its_own(pair: Pair, caller: str, state: str) -> None:
    """Beside those of the picture; who is refused as it should be has none."""
    drawn = [(arrow.caller, arrow.app, arrow.state) for arrow in arrows(document(trial(*RIGHT, pair)))]

    assert [("ingressgateway", "productpage", "taken"), (caller, pair.app, state)] == drawn


def test_the_worst_of_several_versions_is_drawn() -> None:
    """They are one box; one that is doubted must not hide one that is closed."""
    (_, both) = arrows(document(trial(*RIGHT, DOUBTED, CLOSED)))

    assert "closed" == both.state


def test_nothing_is_drawn_outside() -> None:
    """Boxes do not overlap, either."""
    edges = [(*box.corner, box.corner[0] + box.width, box.corner[1] + box.height) for box in BOXES]

    assert all(left >= 0 and top >= 0 and right <= 860 and bottom <= 330 for left, top, right, bottom in edges)
    assert not [
        (one, other)
        for one in edges
        for other in edges
        if one is not other and one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ]

"""Measured numbers, drawn."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from bench.growth.plot import Panel, draw

SVG = "{http://www.w3.org/2000/svg}"
LINEAR = Panel("memory", "MB", (7, 25, 100), (70.0, 250.0, 1000.0))
WORSE = Panel("rule & more", "ms", (1, 10, 100), (1.0, 10.0, 5000.0))


@pytest.mark.parametrize(("panel", "straight"), [(LINEAR, 1000.0), (WORSE, 100.0)])
def test_the_straight_line(panel: Panel, straight: float) -> None:
    """It goes on from the first two sizes to the last."""
    assert straight == pytest.approx(panel.straight)


def test_what_is_drawn() -> None:
    """Each value stands at its point, and every point lies on its panel; a reader of the page hears the same."""
    drawn = ET.fromstring(draw("proxies", (LINEAR, WORSE)))  # noqa: S314  # our own
    texts = [one.text for one in drawn.iter(f"{SVG}text")]
    dots = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in drawn.iter(f"{SVG}circle")]
    width, height = float(drawn.attrib["width"]), float(drawn.attrib["height"])

    assert {"70", "250", "1,000", "1", "10", "5,000", "rule & more", "proxies"} <= set(texts)
    assert 6 == len(dots)
    assert all(0 < x < width and 0 < y < height for x, y in dots)
    assert dots[0][1] > dots[1][1] > dots[2][1]
    assert "memory 70, 250, 1,000 MB at 7, 25, 100" in drawn.attrib["aria-label"]


def test_nothing_measured() -> None:
    """Where every number is 0 there is still a drawing."""
    ET.fromstring(draw("rules", (Panel("page", "a second", (1, 10), (0.0, 0.0)),)))  # noqa: S314  # our own

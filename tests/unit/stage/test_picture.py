"""The picture as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from platforms.environment import ROOT
from stage.picture import TrafficView, encode
from tests.unit.stage.examples import picture

FIXTURE = ROOT / "tests" / "stage" / "picture.json"


def test_the_browsers_fixture_is_a_picture() -> None:
    """What the page is developed and tested with is what the server would send."""
    assert json.loads(FIXTURE.read_text(encoding="utf-8")) == json.loads(encode(picture()))


def test_one_line_whatever_somebody_is_called() -> None:
    """A picture is one line of an event stream, and nothing that it quotes ends it."""
    assert "\n" not in encode(replace(picture(), user="a\nb\r\n\ndata: c"))


def test_no_number_that_json_does_not_know() -> None:
    """A share of nothing must be null: NaN would break every browser's parser."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(replace(picture(), traffic=TrafficView(rate=math.nan)))

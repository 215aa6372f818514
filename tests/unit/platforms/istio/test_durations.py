"""Durations are read as Go reads them and written as protobuf writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.istio import durations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7s", "7s"),
        ("0.5s", "0.500s"),
        ("1.5s", "1.500s"),
        ("100ms", "0.100s"),
        ("1h", "3600s"),
        ("1m30s", "90s"),
        ("1h15m30.918s", "4530.918s"),
        ("1500us", "0.001500s"),
        ("3ns", "0.000000003s"),
        (".5s", "0.500s"),
        ("1.s", "1s"),
        ("0", "0s"),
        ("0s", "0s"),
        ("+2s", "2s"),
    ],
)
def test_a_duration_keeps_its_length(text: str, expected: str) -> None:
    """A duration reaches Envoy with as many decimals as it needs, in threes."""
    assert expected == durations.envoy(text)


@pytest.mark.parametrize("text", ["", "s", "5", ".s", "1d", "1 s", "1s ", "s1", "--1s", "1e3s", "abc", "9999999h"])
def test_what_is_no_duration_is_none(text: str) -> None:
    """A text that Go would not take is no duration."""
    assert durations.nanoseconds(text) is None


@given(st.integers(0, 2**62))
def test_nothing_is_lost(nanoseconds: int) -> None:
    """Every nanosecond of a duration arrives."""
    seconds, _, rest = durations.envoy(f"{nanoseconds}ns").removesuffix("s").partition(".")

    assert nanoseconds == int(seconds) * 10**9 + int(rest.ljust(9, "0"))

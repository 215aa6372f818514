"""How figures are written."""

from __future__ import annotations

from fractions import Fraction

import pytest

from scenarios.messages import figures
from scenarios.messages.figures import per_hundred, percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(9, 10), "90 %"),
        (Fraction(1, 3), "33.3 %"),
        (Fraction(0), "0 %"),
        (Fraction(1, 1_000_000), "< 0.1 %"),
        (Fraction(999_999, 1_000_000), "> 99.9 %"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(share: Fraction, text: str) -> None:
    """What is asked for a little is not printed as not at all."""
    assert text == percent(share)


def test_a_leak_is_rounded_up() -> None:
    """What is promised to be caught is never smaller than what is."""
    assert "0.4" == per_hundred(Fraction(31, 10_000))


def test_a_share_is_read_as_it_is_written_in_a_document() -> None:
    """As a fraction, and as nothing else that Python would take for one."""
    assert percent(Fraction(1, 3)) == percent("1/3")
    for wrong in ("", "1/0", "1e9", " 1", "nan", "0x1", "1" * 16):
        with pytest.raises(ValueError, match="no share"):
            percent(wrong)


def test_success_is_never_rounded_up() -> None:
    """One failure in a million is not 100.0 %, and where nobody asked there is none to tell."""
    assert "99.9 %" == figures.success(0.999999)
    assert "100.0 %" == figures.success(1.0)
    assert "N/A" == figures.success(None)


def test_one_count_alone_is_no_range() -> None:
    """Zero to zero is zero."""
    assert "0" == figures.span(0, 0)
    assert "1,556–1,653" == figures.span(1556, 1653)  # noqa: RUF001  # a range takes an en dash

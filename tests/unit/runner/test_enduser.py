"""The end user's name, and the header it travels in."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.errors import UsageError
from scenarios.runner.enduser import header_form, other_case, parse


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("opennaru", "opennaru"),
        ("Jane Doe", "Jane Doe"),
        ("홍길동", "%ED%99%8D%EA%B8%B8%EB%8F%99"),
        (" led", "%20led"),
        ("trailed ", "trailed%20"),
        ("two  spaces", "two%20%20spaces"),
        ("José", "Jos%C3%A9"),
    ],
)
def test_the_header_carries_visible_ascii_as_it_is(name: str, header: str) -> None:
    """Everything else is percent-encoded UTF-8."""
    assert header == header_form(name)


@given(st.text(min_size=1).filter(lambda name: "%" not in name and name.isprintable()))
def test_no_name_is_lost_in_the_header(name: str) -> None:
    """Two names without a percent sign never share a header, and the header is visible ASCII and single spaces."""
    header = header_form(name)

    assert name == unquote(header)
    assert header.isascii()
    assert header == " ".join(header.split())


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "\x7f", "홍" * 86, "\udcff"])
def test_a_name_that_cannot_sign_in_is_refused(name: str) -> None:
    """Empty, blank, with a control character, over 256 bytes, or no text at all."""
    with pytest.raises(UsageError):
        parse(name)


def test_a_name_has_another_case_if_it_has_letters() -> None:
    """OPENNARU is not opennaru; Hangul has no cases."""
    assert "OPENNARU" == other_case("opennaru")
    assert "opennaru" == other_case("OPENNARU")
    assert other_case("홍길동") is None

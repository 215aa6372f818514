"""The end user's name, and the header it travels in."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.errors import UsageError
from scenarios.enduser import header_form, parse_name, similar_names


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
        parse_name(name)


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("opennaru", ["OPENNARU", "opennaru2", "Opennaru"]),
        ("OPENNARU", ["opennaru", "OPENNARU2", "oPENNARU"]),
        ("Opennaru", ["OPENNARU", "Opennaru2", "opennaru"]),
        ("a", ["A", "a2"]),
        ("홍길동", ["홍길동2"]),
        ("7", ["72"]),
        ("x" * 256, ["X" * 256, "X" + "x" * 255]),
    ],
)
def test_names_alike_are_others(name: str, others: list[str]) -> None:
    """As far as a name has a case, and there is room for one character more; each once."""
    assert others == similar_names(name)

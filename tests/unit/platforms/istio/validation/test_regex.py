"""A regular expression is refused as Istio's webhook refuses it; the sample of `tests/parity/regex` has many more."""

from __future__ import annotations

import pytest

from platforms.istio.validation import regex


@pytest.mark.parametrize(
    "expression",
    ["", ".*", "/reviews/[1-9]+", "(?i)abc", "(?<user>a)(?P<user>b)", r"\p{Greek}\pL", r"\Q\C{1001}\E", r"[\]{1001}]", "a{1000}", r"\pL{1000}", "한글+"],
)  # fmt: skip
def test_what_go_reads_is_no_mistake(expression: str) -> None:
    """Also what only looks like a mistake, because it is quoted or in a class."""
    assert regex.complaint(expression, "uri") == ""
    assert not regex.unreadable(expression)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("(", "missing closing ): `(`"),
        ("[a-z", "missing closing ]: `[a-z`"),
        ("a|*", "missing argument to repetition operator: `*`"),
        ("a++", "invalid nested repetition operator: `++`"),
        ("(?!a)", "invalid or unsupported Perl syntax: `(?!`"),
        ("(?<=a)b", "invalid named capture: `(?<=a)b`"),
        ("(?<!a>b)", "invalid named capture: `(?<!a>`"),
        (r"(a)\1", r"invalid escape sequence: `\1`"),
        (r"a\x{", r"invalid escape sequence: `\x{`"),
        ("a{1001}?", "invalid repeat count: `{1001}`"),
        ("(a{1000}){1000}", "invalid repeat count: `{1000}`"),
        ("a\\", "trailing backslash at end of expression: ``"),
        # RE2 takes the next three.
        (r"\C", r"invalid escape sequence: `\C`"),
        ("(?P<이름>a)", "invalid named capture: `(?P<이름>`"),
        ("a{99999999999}", "invalid repeat count: `{99999999999}`"),
    ],
)
def test_the_rest_is_refused_in_gos_words(expression: str, reason: str) -> None:
    """The words are those of Istio's webhook."""
    expected = (
        f'"uri": error parsing regexp: {reason}; '
        "Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)"
    )

    assert expected == regex.complaint(expression, "uri")


@pytest.mark.parametrize("expression", [r"\p{Letter}", r"\p{Nope}", r"\Pz", r"\x{100}", "(?:abc){999}" * 20])
def test_what_envoy_cannot_read(expression: str) -> None:
    """An expression that RE2 does not know, that no byte can match, or that makes a program too large."""
    assert regex.complaint(expression, "uri") == ""
    assert regex.unreadable(expression)


def test_a_regex_has_an_end() -> None:
    """An expression of more than 1024 bytes is too long."""
    assert regex.complaint("a" * 1025, "uri") == '"uri": regex is too large, max length allowed is 1024'

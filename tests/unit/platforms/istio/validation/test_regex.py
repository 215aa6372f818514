"""An expression is refused exactly when RE2 would not compile it."""

from __future__ import annotations

import pytest

from platforms.istio.validation import regex


@pytest.mark.parametrize(
    "expression",
    [
        "",
        ".*",
        "open.*ru",
        "/reviews/[1-9]+",
        "(?i)abc",
        "a(?i)+b",
        "(?i:a|b)*?",
        "(?P<user>[^/]+)",
        "(?<user>a)",
        r"\d+\.\w{2,3}",
        "[[:alpha:]-]",
        "[]a]",
        "[^]]",
        r"\p{Greek}\pL",
        r"\x41\x{10FFFF}",
        r"\Qa*b\E+",
        "a{,3}",
        "a{1000}",
        "(|a)*",
        "한글+",
    ],
)
def test_re2_expressions_pass(expression: str) -> None:
    """What RE2 compiles is no mistake."""
    assert regex.complaint(expression, "uri") == ""


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("(", "missing closing ): `(`"),
        ("a)", "unexpected ): `a)`"),
        ("[a-z", "missing closing ]: `[a-z`"),
        ("*", "missing argument to repetition operator: `*`"),
        ("a|*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a++", "invalid nested repetition operator: `++`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?!a)", "invalid or unsupported Perl syntax: `(?!`"),
        (r"(a)\8", r"invalid escape sequence: `\8`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        ("a\\", "trailing backslash at end of expression: ``"),
    ],
)
def test_others_are_refused_in_gos_words(expression: str, reason: str) -> None:
    """What RE2 does not know is refused as Istio's webhook refuses it."""
    expected = (
        f'"uri": error parsing regexp: {reason}; '
        "Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)"
    )

    assert expected == regex.complaint(expression, "uri")


def test_a_regex_has_an_end() -> None:
    """An expression of more than 1024 bytes is too long."""
    assert regex.complaint("a" * 1025, "uri") == '"uri": regex is too large, max length allowed is 1024'

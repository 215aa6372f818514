"""Values with their wildcards, as Envoy's matchers."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.envoy.authorization import matchers


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ("a", {"exact": "a"}),
        ("a*", {"prefix": "a"}),
        ("*a", {"suffix": "a"}),
        ("*", {"safeRegex": {"regex": ".+"}}),
        ("*a*", {"suffix": "a*"}),
        ("a*b", {"exact": "a*b"}),
    ],
)
def test_text(value: str, match: dict[str, Any]) -> None:
    """One wildcard, before or behind; any other is a star."""
    assert match == matchers.text(value)


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ("cluster.local/ns/a/sa/b", {"exact": "spiffe://cluster.local/ns/a/sa/b"}),
        ("cluster.local/ns/a/*", {"prefix": "spiffe://cluster.local/ns/a/"}),
        ("*/ns/a/sa/b.c", {"safeRegex": {"regex": r"spiffe://.*/ns/a/sa/b\.c"}}),
        ("*", {"safeRegex": {"regex": ".+"}}),
    ],
)
def test_principal(value: str, match: dict[str, Any]) -> None:
    """The scheme goes before it."""
    assert match == matchers.principal(value)


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ("a", {"stringMatch": {"exact": "a"}}),
        ("*", {"presentMatch": True}),
        ("**", {"stringMatch": {"suffix": "*"}}),
    ],
)
def test_header(value: str, match: dict[str, Any]) -> None:
    """A wildcard alone asks only that it is there."""
    assert {"name": "x", **match} == matchers.header("x", value)


def test_header_in_any_case() -> None:
    """As hosts are compared."""
    assert {"prefix": "A", "ignoreCase": True} == matchers.header(":authority", "A*", ignore_case=True)["stringMatch"]
    assert {"name": ":authority", "presentMatch": True} == matchers.header(":authority", "*", ignore_case=True)


def test_path() -> None:
    """A path that holds a template is read as one, stars beside it too."""
    template = matchers.path("/{*}/x/{**}")["uriTemplate"]["typedConfig"]["pathTemplate"]

    assert template == "/*/x/**"
    assert {"urlPath": {"path": {"suffix": "/{x}"}}} == matchers.path("*/{x}")


@pytest.mark.parametrize(
    ("value", "address", "bits"),
    [
        ("10.0.0.1", "10.0.0.1", 32),
        ("10.1.2.3/8", "10.1.2.3", 8),
        ("1.0.0.0/0", "1.0.0.0", 0),
        ("::1", "::1", 128),
        ("FE80::0:1/64", "fe80::1", 64),
        ("fe80::1%eth0", "fe80::1", 128),
    ],
)
def test_addresses(value: str, address: str, bits: int) -> None:
    """One address is a range of one; a zone is nothing that Envoy knows."""
    assert {"addressPrefix": address, "prefixLen": bits} == matchers.addresses(value)


def test_quoted() -> None:
    """Only what has a meaning in an expression."""
    assert r"a\.b\+c\*d-e f\[g\]\\" == matchers.quoted("a.b+c*d-e f[g]\\")

"""Host names mean what they mean to istiod."""

from __future__ import annotations

import pytest

from platforms.istio import hosts

REVIEWS = "reviews.bookinfo.svc.cluster.local"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("reviews", REVIEWS),
        (REVIEWS, REVIEWS),
        ("reviews.bookinfo", "reviews.bookinfo"),
        ("*", "*"),
        ("::1", "::1"),
    ],
)
def test_a_short_name_belongs_to_the_namespace_of_its_object(said: str, meant: str) -> None:
    """Only a name without a dot is completed."""
    assert meant == hosts.fqdn(said, "bookinfo")


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("a.example", "a.example", True),
        ("*.example", "a.example", True),
        ("*.example", "example", False),
        ("*", "*.example", True),
        ("*.example", "*", False),
        ("a.example", "*.example", False),
    ],
)
def test_a_wildcard_covers_what_ends_like_it(pattern: str, host: str, *, expected: bool) -> None:
    """A name covers itself, a wildcard everything with its ending."""
    assert expected == hosts.matches(pattern, host)


def test_the_narrower_of_two_hosts_is_what_they_have_in_common() -> None:
    """A gateway's host and a VirtualService's meet in the narrower one."""
    assert ("a.example", "*.b.example") == hosts.intersection(("*.example",), ("a.example", "*.b.example", "other"))


def test_the_closest_wildcard_decides() -> None:
    """The name itself goes before a longer wildcard, and that before a shorter."""
    by_host = {"*": 1, "*.svc.cluster.local": 2, REVIEWS: 3}

    assert [3, 2, 1, None] == [
        hosts.most_specific(REVIEWS, by_host),
        hosts.most_specific("x.svc.cluster.local", by_host),
        hosts.most_specific("a.example", by_host),
        hosts.most_specific("a.example", {REVIEWS: 3}),
    ]

"""Which Bookinfo the contract is checked on: ours, started alone, or the one at the URLs given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

VERSIONS = ("v1", "v2", "v3")
STAR_COLOURS = {"v2": "black", "v3": "red"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where each part of a Bookinfo answers; None for what the target does not offer."""

    gateway: str | None = None
    productpage: str | None = None
    details: str | None = None
    ratings: str | None = None
    reviews: Mapping[str, str] = field(default_factory=dict)
    """By version."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """A productpage for each version of reviews that it calls and no other."""

    @property
    def front(self) -> str | None:
        """Where a browser starts."""
        return self.gateway or self.productpage

    @property
    def one_of_each(self) -> dict[str, str]:
        """The services that can be reached by themselves, reviews as v1."""
        services = {"productpage": self.productpage, "details": self.details, "ratings": self.ratings}
        services["reviews"] = self.reviews.get("v1")
        return {name: url for name, url in services.items() if url}


def add_options(parser: pytest.Parser) -> None:
    """Offer the options that say where the parts are."""
    group = parser.getgroup("bookinfo", "the Bookinfo of the HTTP contract; without any of these: ours, started alone")
    group.addoption("--bookinfo-gateway", metavar="URL", help="the ingress gateway")
    group.addoption("--platform", metavar="NAME", help="the demo that is up on this platform: its gateway and its mesh")
    for name in ("productpage", "details", "ratings", *(f"reviews-{version}" for version in VERSIONS)):
        group.addoption(f"--{name}", metavar="URL", help=f"{name} itself")
    group.addoption(
        "--command",
        metavar="SERVICE=COMMAND",
        action="append",
        help="start this service by this command, not from services/; {port} stands for its port (may be repeated)",
    )
    group.addoption("--istio-samples", metavar="DIR", help="a copy of Istio's samples/bookinfo, for C61")


def from_options(config: pytest.Config) -> Target | None:
    """The target at the URLs given, or None where there are none."""

    def url(name: str) -> str | None:
        given = config.getoption(f"--{name}", default=None)
        return given.rstrip("/") if given else None

    reviews = {version: found for version in VERSIONS if (found := url(f"reviews-{version}"))}
    target = Target(
        gateway=url("bookinfo-gateway"),
        productpage=url("productpage"),
        details=url("details"),
        ratings=url("ratings"),
        reviews=reviews,
    )
    return None if target == Target() else target

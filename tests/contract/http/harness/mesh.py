"""The seam to a mesh: Istio YAML in, rules in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from platforms.bookinfo import baseline, parse
from platforms.boundary import Platform, State
from platforms.istio.resources import ResourceSet

TIMEOUT = 60.0
"""Seconds for all proxies to serve a rule; an error, not a wait, when they do not."""


class Mesh(Protocol):
    """What the mesh lines of the contract need."""

    def apply(self, text: str = "", *, stopped: Collection[str] = ()) -> AbstractContextManager[None]:
        """These Istio objects over the baseline, and these workloads stopped, in force until the block ends."""

    def apply_policies(self, text: str) -> AbstractContextManager[None]:
        """These Istio objects over the baseline without its own policies, accepted until the block ends.

        A proxy answers a request that comes over an open connection by the policies it had when that was opened.
        """


class PlatformMesh:
    """The mesh of a demo that is up."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @contextmanager
    def apply(self, text: str = "", *, stopped: Collection[str] = ()) -> Iterator[None]:
        with self._laid_over(baseline(), text, frozenset(stopped)):
            yield

    @contextmanager
    def apply_policies(self, text: str) -> Iterator[None]:
        kept = (one for one in baseline() if not one.api_version.startswith("security.istio.io/"))
        with self._laid_over(ResourceSet(tuple(kept)), text):
            yield

    @contextmanager
    def _laid_over(self, base: ResourceSet, text: str, stopped: frozenset[str] = frozenset()) -> Iterator[None]:
        over = ResourceSet(tuple(parse(text, source="the contract")))
        try:
            self._enforce(State(base.overlaid(over), stopped))
            yield
        finally:
            self._enforce(State(baseline()))

    def _enforce(self, state: State) -> None:
        self._platform.apply(state)
        self._platform.wait_until_converged(state, timeout=TIMEOUT)


def reviews_to(*weights: tuple[str, int]) -> str:
    """A VirtualService that spreads reviews over versions by weight."""
    routes = "".join(
        f"        - {{destination: {{host: reviews, subset: {version}}}, weight: {weight}}}\n"
        for version, weight in weights
    )
    return _virtual_service("reviews", f"    - route:\n{routes}")


def reviews_for(end_user: str, version: str, *, others: str) -> str:
    """A VirtualService that sends one end user to one version of reviews, and the others to another."""
    return _virtual_service(
        "reviews",
        f"""\
    - match: [{{headers: {{end-user: {{exact: {end_user}}}}}}}]
      route: [{{destination: {{host: reviews, subset: {version}}}}}]
    - route: [{{destination: {{host: reviews, subset: {others}}}}}]
""",
    )


def ratings_fault(fault: str, *, end_user: str) -> str:
    """A VirtualService that does this to the ratings of one end user only."""
    return _virtual_service(
        "ratings",
        f"""\
    - match: [{{headers: {{end-user: {{exact: {end_user}}}}}}}]
      fault: {fault}
      route: [{{destination: {{host: ratings, subset: v1}}}}]
    - route: [{{destination: {{host: ratings, subset: v1}}}}]
""",
    )


def all_of(*documents: str) -> str:
    """Several objects in one text."""
    return "---\n".join(documents)


def _virtual_service(host: str, http: str) -> str:
    return f"""\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: {host}, namespace: bookinfo}}
spec:
  hosts: [{host}]
  http:
{http}"""

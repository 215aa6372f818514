"""Ratings that fail for one end user: by a stub behind our own services, or by a fault rule in a mesh."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from tests.contract.http.harness import mesh as meshes
from tests.contract.http.harness import stubs

END_USER = "jason"
"""Whom the faults meet."""


class FaultyRatings(Protocol):
    """A Bookinfo whose ratings can be made to fail for END_USER alone; the blocks give the front's URL."""

    def aborted(self, version: str, status: int) -> AbstractContextManager[str]:
        """Ratings answer with this status; everybody sees this version of reviews."""

    def delayed(self, version: str, seconds: float) -> AbstractContextManager[str]:
        """Ratings answer this much later; everybody sees this version of reviews."""


class StubbedRatings:
    """Our own productpage and reviews before a stub of ratings."""

    def __init__(self, stub: stubs.Stub, front_of: Callable[[str], str]) -> None:
        self._stub = stub
        self._front_of = front_of

    def aborted(self, version: str, status: int) -> AbstractContextManager[str]:
        return self._faulty(version, stubs.failing(status))

    def delayed(self, version: str, seconds: float) -> AbstractContextManager[str]:
        return self._faulty(version, lambda request: stubs.Answer(stubs.ratings(request).document, delay=seconds))

    @contextmanager
    def _faulty(self, version: str, fault: stubs.Behaviour) -> Iterator[str]:
        def only_for_the_end_user(request: stubs.Received) -> stubs.Answer:
            return (fault if request.headers.get("end-user") == END_USER else stubs.ratings)(request)

        front = self._front_of(version)
        with self._stub.behaving(only_for_the_end_user):
            yield front


class MeshRatings:
    """A mesh that obeys a fault rule."""

    def __init__(self, mesh: meshes.Mesh, gateway: str) -> None:
        self._mesh = mesh
        self._gateway = gateway

    def aborted(self, version: str, status: int) -> AbstractContextManager[str]:
        return self._faulty(version, f"{{abort: {{httpStatus: {status}, percentage: {{value: 100}}}}}}")

    def delayed(self, version: str, seconds: float) -> AbstractContextManager[str]:
        return self._faulty(version, f"{{delay: {{fixedDelay: {seconds}s, percentage: {{value: 100}}}}}}")

    @contextmanager
    def _faulty(self, version: str, fault: str) -> Iterator[str]:
        rules = meshes.all_of(
            meshes.reviews_to((version, 100)),
            meshes.ratings_fault(fault, end_user=END_USER),
        )
        with self._mesh.apply(rules):
            yield self._gateway

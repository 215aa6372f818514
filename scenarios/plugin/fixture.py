"""The fixture `mesh`, as pytest finds it; what it needs is loaded when a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from scenarios.plugin.mesh import StubMesh


@pytest.fixture(scope="session")
def _mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubMesh]:
    """One mesh for each process of tests, which comes up when it is first needed."""
    from scenarios.plugin.mesh import StubMesh  # noqa: PLC0415  # nobody waits for it who has no mesh

    mesh = StubMesh(tmp_path_factory.mktemp("mesh"))
    yield mesh
    mesh.close()


@pytest.fixture
def mesh(_mesh: StubMesh) -> Iterator[StubMesh]:
    """A mesh without services and rules, to be given those of the test."""
    yield _mesh
    _mesh.reset()

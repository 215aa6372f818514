"""The fixture `mesh`, as pytest finds it.

Every run of pytest loads this module: so it brings nothing along but itself, and the rest comes when a test asks for a mesh.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from scenarios.plugin.mesh import StubMesh

_SITE = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def _mesh(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StubMesh]:
    """One mesh for each process of tests, which comes up when it is first needed."""
    try:
        from scenarios.plugin.mesh import StubMesh  # noqa: PLC0415  # nobody waits for it who has no mesh
    except ImportError:
        if told := _in_their_place():
            pytest.fail(told, pytrace=False)
        raise
    mesh = StubMesh(tmp_path_factory.mktemp("mesh"), request.config.rootpath)
    yield mesh
    mesh.close()


@pytest.fixture
def mesh(_mesh: StubMesh) -> Iterator[StubMesh]:
    """A mesh without services and rules, to be given those of the test."""
    yield _mesh
    _mesh.reset()


def _in_their_place() -> str:
    """Say which package of somebody else's has the name of one of ours; empty if none has."""
    for name in ("platforms", "scenarios"):
        if (found := sys.modules.get(name)) and _SITE not in map(_parent, found.__path__):
            return (
                f"the fixture mesh needs bookinfo-proof's package {name}, and {next(iter(found.__path__), name)} is in its place: "
                "give that another name, or keep it out of sys.path, as `pytest --import-mode=importlib` does with tests"
            )
    return ""


def _parent(folder: str) -> Path:
    return Path(folder).resolve().parent

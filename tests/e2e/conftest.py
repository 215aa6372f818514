"""Demos of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.demo import Demo, demo_up


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that is up, shared by a module."""
    with demo_up(tmp_path_factory.mktemp("run")) as demo:
        yield demo


@pytest.fixture
def down(tmp_path: Path) -> Iterator[Demo]:
    """A demo that is not up."""
    demo = Demo(tmp_path)
    yield demo
    demo.run("down")

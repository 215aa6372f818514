"""A demo of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.demo import Demo


@pytest.fixture
def down(tmp_path: Path) -> Iterator[Demo]:
    """A demo that is not up."""
    demo = Demo(tmp_path)
    yield demo
    demo.run("down")

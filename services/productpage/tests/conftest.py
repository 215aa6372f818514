"""Productpage in a test: the real application in front of real HTTP backends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent))

from flask.testing import FlaskClient  # noqa: E402  # the two paths come first
from productpage.app import create_app  # noqa: E402  # the two paths come first
from productpage.settings import Address, Settings  # noqa: E402  # the two paths come first
from stub import Backend, Peer, Productpage, Step  # noqa: E402  # the two paths come first


@pytest.fixture
def backend() -> Iterator[Backend]:
    backend = Backend()
    yield backend
    backend.stop()


@pytest.fixture
def productpage(backend: Backend) -> Iterator[Productpage]:
    """Make a browser of productpage, with settings to choose; the backends are the stub."""
    made = []

    def make(**settings: Any) -> FlaskClient:
        everything = {"backends": dict.fromkeys(("details", "reviews", "ratings"), backend.address), **settings}
        app = create_app(Settings(**everything))
        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        app.extensions["backends"].close()


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    """Make a backend that does with its connections what a script says."""
    made: list[Peer] = []

    def make(*connections: list[Step]) -> Peer:
        made.append(Peer(*connections))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@pytest.fixture
def browser(productpage: Productpage) -> FlaskClient:
    return productpage()


@pytest.fixture
def refused() -> Address:
    """Where nobody listens."""
    return Address("127.0.0.1", 1)

"""The HTTP contract again, with every call going through real Envoys."""

from __future__ import annotations

import pytest

from tests.e2e.demo import Demo

SECONDS = 400


@pytest.mark.exhaustive
def test_the_contract_holds_behind_the_mesh(demo: Demo) -> None:
    """What the services promise alone, the gateway's visitors get too, and faults, weights and users are obeyed."""
    suite = ("pytest", "tests/contract/http", "--platform", "local", "-q", "-p", "no:cacheprovider")
    done = demo.typed(*suite, seconds=SECONDS)

    assert 0 == done.returncode, done.stdout

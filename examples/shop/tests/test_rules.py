"""What the rules of the shop must do, whoever changes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SHOP = Path(__file__).resolve().parent.parent


@pytest.fixture
def shop(mesh: Any) -> Any:
    mesh.apply(SHOP / "services.yaml", SHOP / "rules")
    return mesh


def test_canary(shop: Any) -> None:
    """Two of ten calls of orders meet v2."""
    shop.expect("orders", shares={"v1": 80, "v2": 20})


def test_testers(shop: Any) -> None:
    """A tester meets v2 alone."""
    shop.expect("orders", headers={"x-tester": "yes"}, shares={"v2": 100})


def test_a_hung_payment_is_given_up(shop: Any) -> None:
    """A payment that does not answer is an error after a second, and nobody waits longer."""
    shop.answer("payments", "v1", delay=5)
    shop.expect("payments", path="/charge", status=504, within="2s", requests=20)

"""A demo has as many instances of each workload as a state asks for, or as usual."""

from __future__ import annotations

import pytest

from platforms.boundary import Replicas
from platforms.errors import UsageError
from platforms.local.deployments.deployment import DEPLOYMENTS
from platforms.local.deployments.scaled import scaled
from platforms.local.deployments.wanted import deployments


def test_scaled() -> None:
    """A workload that is scaled has what is asked for, be it less than usual; all others stay as they are."""
    usual = deployments(["reviews-v1=3"], ())
    found = scaled(usual, (Replicas("ratings-v1", 3), Replicas("reviews-v1", 1)))
    names = [name for one in found for name in one.instances]

    assert {"ratings-v1", "ratings-v1-2", "ratings-v1-3", "reviews-v1"} <= set(names)
    assert 8 == len(names)


def test_as_usual() -> None:
    """Without a wish, what `up` was asked for is there."""
    assert DEPLOYMENTS == scaled(DEPLOYMENTS, ())


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Replicas("ratings-v9", 2), "ratings-v9: no such workload; there are details-v1, "),
        (Replicas("ratings-v1", 0), "ratings-v1=0: a workload has one instance or more"),
        (
            Replicas("ratings-v1", 196),
            "ratings-v1=196: a workload has one instance or more, and all together at most 200",
        ),
        (Replicas("ratings-v1", 2, under_load=True), "platform local has no autoscaler"),
    ],
)
def test_what_cannot_be(wish: Replicas, told: str) -> None:
    """It is refused in one line."""
    with pytest.raises(UsageError) as raised:
        scaled(DEPLOYMENTS, (wish,))

    assert told in str(raised.value)

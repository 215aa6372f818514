"""Rules as people write them are accepted, and what is made of them is something that Envoy takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from platforms.bookinfo import BOOKINFO, NAMESPACE, baseline
from platforms.envoy.translate import Snapshot, translate
from platforms.istio.resources import Resource, ResourceSet
from tests.golden.validation import complaint, topology
from tests.properties.rules import DESTINATION_RULES, VIRTUAL_SERVICES


# Always the same examples, and no shrinking: each asks Envoy anew, and its complaint says enough.
@pytest.mark.exhaustive
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(st.tuples(VIRTUAL_SERVICES, DESTINATION_RULES), min_size=20, max_size=40))
def test_envoy_takes_every_rule_that_makes_sense(
    tmp_path_factory: pytest.TempPathFactory, rules: list[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    """Matches, weights, faults, time-outs, retries, redirects, rewrites, headers and policies, in any mixture."""
    snapshots = [_translated(number, *pair) for number, pair in enumerate(rules)]

    assert complaint(snapshots, tmp_path_factory.mktemp("envoy")) == ""


def _translated(number: int, virtual_service: dict[str, Any], destination_rule: dict[str, Any]) -> Snapshot:
    rules = ResourceSet(
        (
            Resource("networking.istio.io/v1", "VirtualService", "reviews", virtual_service, NAMESPACE),
            Resource("networking.istio.io/v1", "DestinationRule", "reviews", destination_rule, NAMESPACE),
        )
    )
    return translate(baseline().overlaid(rules), BOOKINFO, topology(number))

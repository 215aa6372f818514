"""mTLS and authorization lead no request anywhere else, and the local mesh does not look as if it enforced them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platforms.bookinfo import BOOKINFO, ISTIO, NAMESPACE, baseline, load
from platforms.envoy.translate import routing, translate
from platforms.errors import Unsupported
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.security import KINDS, without_any
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import FILE

OWN = ResourceSet(
    tuple(Resource("security.istio.io/v1", kind, "own", {}, NAMESPACE, source=FILE) for kind in sorted(KINDS))
)


def test_the_baselines_own_policies_change_nothing() -> None:
    """The baseline is translated as if its policies were not there."""
    assert translate(without_any(baseline()), BOOKINFO, topology()) == translate(baseline(), BOOKINFO, topology())


def test_a_policy_of_the_baseline_that_was_changed_is_refused() -> None:
    """A policy of one's own over one of the baseline's is to be in force."""
    (first, *_) = baseline().of_kind("AuthorizationPolicy")
    own = ResourceSet(
        (replace(first, spec={**first.spec, "action": "DENY", "rules": [{}]}, source=FILE, is_baselines=False),)
    )
    with pytest.raises(Unsupported) as raised:
        translate(baseline().overlaid(own), BOOKINFO, topology())

    assert f"{FILE}: {first.kind} {first.name}: kind {first.kind} is not supported" == str(raised.value)


def test_a_policy_that_says_what_the_baselines_says_is_none_of_ones_own() -> None:
    """Whoever applies the baseline's own file, or a copy of it, gets what the baseline is."""
    again = load(ISTIO / "baseline" / "security.yaml")

    assert not any(one.is_baselines for one in again)
    assert translate(baseline(), BOOKINFO, topology()) == translate(baseline().overlaid(again), BOOKINFO, topology())


def test_routing_does_not_depend_on_policies() -> None:
    """A mesh that enforces policies routes by the same rules with any of them."""
    assert routing(baseline(), BOOKINFO) == routing(baseline().overlaid(OWN), BOOKINFO)

"""What the translation does not support is an error of the platform that was asked, in its words."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.errors import Unsupported, Untranslated
from platforms.istio.resources import ResourceSet
from platforms.kubernetes.snapshot import verifiable_routing
from platforms.local.snapshot import snapshot
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import FILE, rule

TCP = "{hosts: [reviews], tcp: [{route: [{destination: {host: reviews}}]}]}"
RULES = baseline().overlaid(ResourceSet((rule("VirtualService", "reviews", TCP),)))


def test_local() -> None:
    """Platform local names itself."""
    with pytest.raises(Unsupported) as raised:
        snapshot(RULES, BOOKINFO, topology())

    assert f"{FILE}: VirtualService reviews: spec.tcp: not supported on platform local" == str(raised.value)
    assert not isinstance(raised.value, Untranslated)


def test_kubernetes() -> None:
    """On a cluster Istio would take it, so the reason is another."""
    with pytest.raises(Unsupported) as raised:
        verifiable_routing(RULES)

    expected = "spec.tcp: not supported here: nobody could tell whether the proxies serve it"
    assert f"{FILE}: VirtualService reviews: {expected}" == str(raised.value)
    assert not isinstance(raised.value, Untranslated)

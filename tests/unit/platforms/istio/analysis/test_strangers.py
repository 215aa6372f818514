"""Principals that are nobody's are told with the one that is meant."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.istio.analysis.hints import hints
from platforms.istio.resources import ResourceSet
from tests.unit.platforms.istio.rules import FILE, access

MINE = "cluster.local/ns/bookinfo/sa/bookinfo-productpage"
TUTORIALS = "cluster.local/ns/default/sa/bookinfo-productpage"


def said(rule: str) -> list[str]:
    return list(hints(ResourceSet((access(f"{{rules: [{{}}, {rule}]}}"),)), BOOKINFO))


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("{from: [{source: {principals: ['%s']}}]}", "from[0].source.principals"),
        (
            "{from: [{source: {ipBlocks: [10.0.0.1]}}, {source: {notPrincipals: ['%s']}}]}",
            "from[1].source.notPrincipals",
        ),
        ("{when: [{key: source.principal, values: ['%s']}]}", "when[0]"),
        ("{when: [{key: source.principal, notValues: ['%s']}]}", "when[0]"),
    ],
)
def test_a_principal_of_another_namespace(rule: str, place: str) -> None:
    """Wherever it stands."""
    where = f"{FILE}: AuthorizationPolicy x: spec.rules[1].{place}"

    assert [f"{where}: {TUTORIALS} is nobody here: bookinfo-productpage is {MINE}"] == said(rule % TUTORIALS)
    assert [f"{where}: spiffe://{MINE} is nobody: a principal is written without spiffe://"] == said(
        rule % f"spiffe://{MINE}"
    )
    assert [] == said(rule % MINE)


@pytest.mark.parametrize(
    "principal", ["*", "*/sa/bookinfo-productpage", "cluster.local/ns/default/sa/curl", "cluster.local/ns/*"]
)
def test_a_principal_that_may_be_somebody(principal: str) -> None:
    """A wildcard, and one whose like nobody here is."""
    assert [] == said(f"{{from: [{{source: {{principals: ['{principal}']}}}}]}}")

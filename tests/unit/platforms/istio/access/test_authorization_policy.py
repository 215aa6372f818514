"""Which AuthorizationPolicies a proxy obeys."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.istio.access.authorization_policy import AuthorizationPolicy, authorization_policy, obeyed
from tests.unit.platforms.istio.rules import access


@pytest.mark.parametrize(
    ("namespace", "selector", "obeying"),
    [
        ("bookinfo", {}, {"details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3"}),
        ("bookinfo", {"app": "reviews"}, {"reviews-v1", "reviews-v2", "reviews-v3"}),
        ("bookinfo", {"app": "reviews", "version": "v2"}, {"reviews-v2"}),
        ("bookinfo", {"app": "reviews", "tier": "back"}, set()),
        ("bookinfo", {"istio": "ingressgateway"}, set()),
        ("istio-system", {"istio": "ingressgateway"}, {"ingressgateway"}),
        ("istio-system", {"app": "details"}, {"details-v1"}),
        ("istio-system", {}, {proxy.name for proxy in BOOKINFO.proxies}),
        ("default", {}, set()),
    ],
)
def test_whom_a_policy_is_about(namespace: str, selector: dict[str, str], obeying: set[str]) -> None:
    """The workloads of its namespace that have all of its labels; of any namespace, if it stands in the root's."""
    policy = authorization_policy(access({"selector": {"matchLabels": selector}}, namespace=namespace))

    assert obeying == {proxy.name for proxy in BOOKINFO.proxies if obeyed([policy], proxy)}


@pytest.mark.parametrize("spec", [{}, {"selector": {}}, {"selector": {"matchLabels": {}}}])
def test_what_is_not_said(spec: dict[str, Any]) -> None:
    """A policy without an action allows, and without a selector is about all."""
    assert AuthorizationPolicy("x", "bookinfo", "ALLOW", {}, (), is_dry_run=False) == authorization_policy(access(spec))


@pytest.mark.parametrize(
    ("annotation", "tried"), [("true", True), ("T", True), ("1", True), ("false", False), (None, False)]
)
def test_what_is_only_tried(annotation: str | None, *, tried: bool) -> None:
    """As Go reads the annotation."""
    assert tried == authorization_policy(access({}, dry_run=annotation)).is_dry_run

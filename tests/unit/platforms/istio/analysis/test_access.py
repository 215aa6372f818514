"""Policies that do more, or less, than they seem to."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.istio.analysis import access as remarks
from platforms.istio.analysis.analyze import analyze
from platforms.istio.resources import ResourceSet
from tests.unit.platforms.istio.rules import access

ALL_PORTS = remarks._ALL_PORTS
NOBODY = "No matching workloads for this resource with the following labels: "
NO_LABELS = "workload selector specified without labels"


def said(spec: str | dict[str, Any]) -> list[str]:
    found = list(remarks.of_authorization_policy(access(spec)))
    assert all((one.code, one.level) == ("IST0133", "Warning") for one in found)
    return [one.message.removeprefix("Schema validation warning: ") for one in found]


@pytest.mark.parametrize("spec", ["{selector: {}}", "{selector: {matchLabels: {}}}"])
def test_a_selector_that_selects_everything(spec: str) -> None:
    """Of both kinds that have one."""
    (peers,) = remarks.of_peer_authentication(access(spec, kind="PeerAuthentication"))

    assert [NO_LABELS] == said(spec)
    assert f"Schema validation warning: {NO_LABELS}" == peers.message


@pytest.mark.parametrize(
    ("rule", "warned"),
    [
        ("{to: [{operation: {methods: [GET]}}]}", True),
        ("{to: [{operation: {methods: [GET]}}, {operation: {paths: [/a], ports: ['80']}}]}", False),
        ("{from: [{source: {requestPrincipals: ['*']}}]}", True),
        ("{from: [{source: {requestPrincipals: ['*'], namespaces: []}}]}", True),
        ("{from: [{source: {requestPrincipals: ['*'], namespaces: [a]}}]}", False),
        ("{from: [{source: {namespaces: [a]}}], to: [{operation: {methods: [GET]}}]}", True),
        ("{}", False),
        ("{when: [{key: 'request.headers[a]', values: [x]}]}", False),
    ],
)
def test_a_deny_of_what_only_http_has(rule: str, *, warned: bool) -> None:
    """TCP has none of it, and Istio denies it whole; an ALLOW is not warned of."""
    assert [ALL_PORTS] * warned == said(f"{{action: DENY, rules: [{rule}]}}")
    assert [] == said(f"{{rules: [{rule}]}}")


def test_nothing_to_say() -> None:
    """Of a policy that says what it is about."""
    assert [] == said("{selector: {matchLabels: {app: details}}, rules: [{}]}")


@pytest.mark.parametrize(
    ("spec", "namespace", "labels"),
    [
        ("{selector: {matchLabels: {version: v9, app: reviews}}}", "bookinfo", "app=reviews,version=v9"),
        ("{selector: {matchLabels: {istio: ingressgateway}}}", "bookinfo", "istio=ingressgateway"),
        ({}, "default", ""),
    ],
)
def test_a_policy_about_nobody(spec: str | dict[str, Any], namespace: str, labels: str) -> None:
    """A label that is mistyped, or another namespace."""
    (one,) = remarks.unmatched(access(spec, namespace=namespace), BOOKINFO)

    assert ("IST0127", f"{NOBODY}{labels}") == (one.code, one.message)


def test_a_policy_about_somebody() -> None:
    """By labels, or by its namespace; the root's is about every namespace."""
    for namespace, selector in (
        ("bookinfo", {}),
        ("istio-system", {"app": "details"}),
        ("bookinfo", {"app": "details"}),
    ):
        assert [] == list(
            remarks.unmatched(access({"selector": {"matchLabels": selector}}, namespace=namespace), BOOKINFO)
        )


def test_a_namespace_that_is_none() -> None:
    """With a star at one end, in any case, and those of Kubernetes itself."""
    names = "[bookinfo, Default, '*', 'book*', '*-system', kube-system, 'shop*', nowhere]"
    found = remarks.unmatched(access(f"{{rules: [{{from: [{{source: {{notNamespaces: {names}}}}}]}}]}}"), BOOKINFO)

    assert [f'Referenced namespace not found: "{name}"' for name in ("shop*", "nowhere")] == [
        one.message for one in found
    ]


def test_both_are_among_all_remarks() -> None:
    """And the baseline's own policies are about somebody."""
    found = analyze(baseline().overlaid(ResourceSet((access("{selector: {matchLabels: {app: detials}}}"),))), BOOKINFO)

    assert [f"{NOBODY}app=detials"] == [one.message for one in found]

"""Policies that do more, or less, than they seem to."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.istio.analysis import access as remarks
from tests.unit.platforms.istio.rules import access

ALL_PORTS = remarks._ALL_PORTS
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

"""Rules as Envoy's policies: one of the permissions and one of the principals, all of each and none of what is excluded."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.envoy.authorization import rules
from platforms.istio.access.authorization_policy import AuthorizationPolicy

ANY = {"any": True}
GET, POST = ({"header": {"name": ":method", "stringMatch": {"exact": method}}} for method in ("GET", "POST"))
PORT = {"destinationPort": 80}
MINE = {"header": {"name": "a", "stringMatch": {"exact": "x"}}}
NOBODY = "{when: [{key: 'request.headersX[a]', values: [x]}, {key: 'request.headers[a]', values: [x]}]}"


def translated(rule: str, action: str = "ALLOW") -> dict[str, Any] | None:
    policy = AuthorizationPolicy("x", "bookinfo", action, {}, (), is_dry_run=False)
    return rules.translated(yaml.safe_load(rule), policy)


def peer(address: str) -> dict[str, Any]:
    return {"directRemoteIp": {"addressPrefix": address, "prefixLen": 32}}


def test_an_empty_rule() -> None:
    """Everybody may do everything."""
    empty = {"permissions": [{"andRules": {"rules": [ANY]}}], "principals": [{"andIds": {"ids": [ANY]}}]}

    assert empty == translated("{}")
    assert empty == translated("{from: [], to: [], when: []}")


def test_any_of_the_values_and_none_of_the_others() -> None:
    """All fields of one operation at once."""
    made = translated("{to: [{operation: {ports: ['80'], methods: [GET, POST], notMethods: [POST]}}]}")

    assert made is not None
    assert [
        {
            "andRules": {
                "rules": [
                    {"orRules": {"rules": [GET, POST]}},
                    {"notRule": {"orRules": {"rules": [POST]}}},
                    {"orRules": {"rules": [PORT]}},
                ]
            }
        }
    ] == made["permissions"]
    assert [{"andIds": {"ids": [ANY]}}] == made["principals"]


def test_one_of_several_sources() -> None:
    """Each with all conditions about who asks; those about what is asked for go to the operations."""
    made = translated(
        "{from: [{source: {ipBlocks: [10.0.0.1]}}, {source: {notIpBlocks: [10.0.0.2]}}],"
        " when: [{key: 'request.headers[a]', values: [x]}, {key: destination.port, notValues: ['80']}]}"
    )

    assert made == {
        "permissions": [{"andRules": {"rules": [{"notRule": {"orRules": {"rules": [PORT]}}}]}}],
        "principals": [
            {"andIds": {"ids": [{"orIds": {"ids": [peer("10.0.0.1")]}}, {"orIds": {"ids": [MINE]}}]}},
            {"andIds": {"ids": [{"notId": {"orIds": {"ids": [peer("10.0.0.2")]}}}, {"orIds": {"ids": [MINE]}}]}},
        ],
    }


def test_nothing_to_compare_with_in_an_allow() -> None:
    """The rule allows nobody: it is left out."""
    assert translated(NOBODY) is None


@pytest.mark.parametrize("action", ["DENY", "AUDIT"])
def test_nothing_to_compare_with_in_another(action: str) -> None:
    """The condition is left out, and the rule is about more requests."""
    made = translated(NOBODY, action)

    assert made is not None
    assert [{"andIds": {"ids": [{"orIds": {"ids": [MINE]}}]}}] == made["principals"]

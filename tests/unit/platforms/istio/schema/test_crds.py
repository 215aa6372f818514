"""The data about Istio's CRDs, as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cel
import pytest

from platforms.istio.schema import check, crds
from platforms.istio.schema.crds import Schema
from platforms.istio.schema.keywords import EXPRESSIONS, KEYWORDS

IGNORED = {"nullable", "x-kubernetes-map-type", "default", "x-kubernetes-list-map-keys"}
"""A null is nothing everywhere, a map is applied in parts or whole, and the others are read along with their schema."""
READ_FORMATS = {"byte", "int32", "duration", "double"}


def schemas(schema: Any) -> Iterator[Schema]:
    """A schema and all within."""
    yield schema
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for one in (*filter(None, inner), *schema.get("allOf", ()), *schema.get("oneOf", ())):
        yield from schemas(one)


ALL = [one for spec in crds.specs().values() for one in schemas(spec)]


def test_the_kinds() -> None:
    """Those that are translated, and those that are about security, have a schema each, of a good size."""
    kinds = {
        "AuthorizationPolicy",
        "DestinationRule",
        "Gateway",
        "HTTPRoute",
        "KubernetesGateway",
        "PeerAuthentication",
        "RequestAuthentication",
        "ServiceEntry",
        "VirtualService",
    }

    assert kinds == crds.specs().keys()
    assert 1000 < len(ALL)


def test_no_keyword_is_overlooked() -> None:
    """A newer Istio that says more than is checked here is noticed."""
    assert set() == {keyword for one in ALL for keyword in one} - KEYWORDS.keys() - IGNORED
    assert READ_FORMATS == {one["format"] for one in ALL if "format" in one}


def test_every_rule_is_known() -> None:
    """Those of Istio stand in Python, of which none is kept that no CRD has; those of the Gateway API can be read."""
    rules = {
        kind: {rule["rule"] for one in schemas(spec) for rule in one.get(crds.RULES, ())}
        for kind, spec in crds.specs().items()
    }
    of_gateway_api = rules.pop("HTTPRoute") | rules.pop("KubernetesGateway")

    assert EXPRESSIONS.keys() == set().union(*rules.values())
    assert 60 < len(of_gateway_api)
    assert all(cel.compile(rule) for rule in of_gateway_api)


def test_every_keyword_has_words() -> None:
    """Whatever is wrong with an object can be told."""
    silent = {"properties", "items", "additionalProperties", "anyOf", "not"}  # what is wrong is told of what is inside

    assert KEYWORDS.keys() - silent <= check._WORDS.keys()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("trafficPolicy.loadBalancer.consistentHash.httpCookie", "ttl"),
        ("trafficPolicy.connectionPool.tcp", "idleTimeout"),
        ("trafficPolicy.retryBudget", "budgetInterval"),
    ],
)
def test_durations_that_no_rule_looks_at(path: str, field: str) -> None:
    """They are read by Istio alone, while their neighbours of the same name are not touched."""
    schema = crds.specs()["DestinationRule"]
    for name in path.split("."):
        schema = schema["properties"][name]

    assert {"type": "string", "format": "duration"} == schema["properties"][field]


def test_other_fields_of_these_names_stay() -> None:
    """The idle time of HTTP has a rule of its own."""
    pool = crds.specs()["DestinationRule"]["properties"]["trafficPolicy"]["properties"]["connectionPool"]

    assert "format" not in pool["properties"]["http"]["properties"]["idleTimeout"]


def test_versions() -> None:
    """Of every kind that Istio has; of others none."""
    assert {"v1", "v1beta1", "v1alpha3"} == set(crds.versions("networking.istio.io", "ServiceEntry"))
    assert ["v1alpha3"] == list(crds.versions("networking.istio.io", "EnvoyFilter"))
    assert () == crds.versions("apps", "Deployment")

"""The shape of an object is checked as an API server checks it."""

from __future__ import annotations

from typing import Any

import pytest

from platforms.istio.schema import check
from platforms.istio.schema.check import Problem, Stage

LABELS = "spec.workloadSelector.matchLabels"
RULE = "must be a valid duration greater than 1ms"
NOT_A_DURATION = "type conversion error from 'string' to 'google.protobuf.Duration' evaluating rule"
HASH = "spec.trafficPolicy.loadBalancer.consistentHash"


def found(kind: str, spec: Any) -> list[Problem]:
    return check.problems({"spec": spec}, kind)


def destination(**spec: Any) -> list[Problem]:
    return found("DestinationRule", {"host": "reviews", **spec})


def route(**http: Any) -> list[Problem]:
    return found("VirtualService", {"http": [http]})


def server(**tls: Any) -> list[Problem]:
    port = {"number": 443, "protocol": "HTTPS", "name": "https"}
    return found("Gateway", {"servers": [{"port": port, "hosts": ["*"], "tls": tls}]})


@pytest.mark.parametrize(
    ("problems", "told"),
    [
        (found("VirtualService", {"http": 1.5}), 'spec.http: Invalid value: "number": spec.http in body must be of type array: "number"'),
        (route(timeout=[]), 'spec.http[0].timeout: Invalid value: "array": spec.http[0].timeout in body must be of type string: "array"'),
        (found("VirtualService", {"hosts": [None]}), 'spec.hosts[0]: Invalid value: "null": spec.hosts[0] in body must be of type string: "null"'),
        (found("DestinationRule", {}), "spec.host: Required value"),
        (
            destination(trafficPolicy={"loadBalancer": {"simple": "FAST"}}),
            'spec.trafficPolicy.loadBalancer.simple: Unsupported value: "FAST": supported values: "UNSPECIFIED", "LEAST_CONN", "RANDOM", "PASSTHROUGH", "ROUND_ROBIN", "LEAST_REQUEST"',
        ),
        (route(mirrorPercent=-1), "spec.http[0].mirrorPercent: Invalid value: -1: spec.http[0].mirrorPercent in body should be greater than or equal to 0"),
        (route(mirrorPercent=2**32), "spec.http[0].mirrorPercent: Invalid value: 4294967296: spec.http[0].mirrorPercent in body should be less than or equal to 4294967295"),
        (server(credentialNames=[]), "spec.servers[0].tls.credentialNames: Invalid value: 0: spec.servers[0].tls.credentialNames in body should have at least 1 items"),
        (server(credentialNames=["a", "b", "c"]), "spec.servers[0].tls.credentialNames: Too many: 3: must have at most 2 items"),
        (destination(workloadSelector={"matchLabels": {"a": "b" * 64}}), f"{LABELS}.a: Too long: may not be more than 63 bytes"),
        (destination(workloadSelector={"matchLabels": {f"a{n}": "b" for n in range(4097)}}), f"{LABELS}: Too many: 4097: must have at most 4096 items"),
        (
            route(directResponse={"status": 200, "body": {"bytes": "?"}}),
            'spec.http[0].directResponse.body.bytes: Invalid value: "?": spec.http[0].directResponse.body.bytes in body must be of type byte: "?"',
        ),
    ],
)  # fmt: skip
def test_what_the_schema_has_against_it(problems: list[Problem], told: str) -> None:
    """In the words of the API server."""
    assert [(told, Stage.SCHEMA)] == [(str(one), one.stage) for one in problems]


def test_alternatives() -> None:
    """Fields that exclude one another; where there are two such groups it is said of all of them too."""
    one_of = "must validate one and only one schema (oneOf). Found 2 valid alternatives"
    both = {"simple": "RANDOM", "consistentHash": {"useSourceIp": True, "httpHeaderName": "x"}}

    assert [
        f'<nil>: Invalid value: "": "spec.trafficPolicy.loadBalancer" {one_of}',
        f'<nil>: Invalid value: "": "{HASH}" {one_of}',
        f'<nil>: Invalid value: "": "{HASH}" must validate all the schemas (allOf)',
    ] == [str(one) for one in destination(trafficPolicy={"loadBalancer": both})]


@pytest.mark.parametrize(
    ("problems", "told"),
    [
        (route(timeout="1us"), f'spec.http[0].timeout: Invalid value: "string": {RULE}'),
        (
            route(timeout="soon"),
            f'spec.http[0].timeout: Invalid value: "string": {NOT_A_DURATION}: {RULE}',
        ),
        (destination(workloadSelector={"matchLabels": {"": "b"}}), f'{LABELS}: Invalid value: "object": key must not be empty'),
        (destination(workloadSelector={"matchLabels": {"*": "b"}}), f'{LABELS}: Invalid value: "object": wildcard not allowed in label key match'),
        (destination(workloadSelector={"matchLabels": {"a": "*"}}), f'{LABELS}[a]: Invalid value: "string": wildcard not allowed in label value match'),
        (
            server(credentialName="a", credentialNames=["b"]),
            'spec.servers[0].tls: Invalid value: "object": only one of credentialName or credentialNames can be set',
        ),
    ],
)  # fmt: skip
def test_rules(problems: list[Problem], told: str) -> None:
    """Rules that the schema cannot say by itself come after those that it can."""
    assert [(told, Stage.RULE)] == [(str(one), one.stage) for one in problems]


@pytest.mark.parametrize(
    ("problems", "told"),
    [
        (route(retries={"attempts": 2**31}), "json: cannot unmarshal number 2147483648 into Go value of type int32"),
        (destination(trafficPolicy={"retryBudget": {"budgetInterval": "5"}}), 'bad Duration: time: missing unit in duration "5"'),
    ],
)  # fmt: skip
def test_what_istio_cannot_read(problems: list[Problem], told: str) -> None:
    """The webhook reads an object before it looks at it."""
    assert [(f"error decoding configuration: {told}", Stage.WEBHOOK)] == [(one.message, one.stage) for one in problems]


def test_unknown_fields() -> None:
    """At any depth, given as null or not; not among free names, nor in an object that nobody looks into."""
    spec = {"hots": None, "http": [{"match": [{"headers": {"x": {"exakt": "a"}}}]}]}

    assert ["spec.hots", "spec.http[0].match[0].headers.x.exakt", "sepc"] == list(
        check.unknown({"spec": spec, "status": {"anything": 1}, "sepc": {}}, "VirtualService")
    )
    assert [] == list(check.unknown({"spec": {"anything": 1}}, "Sidecar"))


def test_null_is_nothing() -> None:
    """Also where the field is required."""
    assert [] == route(timeout=None, route=[{"destination": {"host": "a", "port": None}}])
    assert ["spec.host: Required value"] == [str(one) for one in found("DestinationRule", {"host": None})]

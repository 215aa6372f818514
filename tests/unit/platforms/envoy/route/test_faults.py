"""Faults and CORS policies of a route as settings of Envoy's filters."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from platforms.envoy.route.faults import CORS, FAULT, per_route, percent


def without_type(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a filter; those of another type would be refused by Envoy."""
    kind = {FAULT: "fault.v3.HTTPFault", CORS: "cors.v3.CorsPolicy"}
    ((name, made),) = settings.items()

    assert f"type.googleapis.com/envoy.extensions.filters.http.{kind[name]}" == made.pop("@type")

    return dict(made)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ({"value": 100}, {"denominator": "MILLION", "numerator": 1_000_000}),
        ({"value": 0.00019}, {"denominator": "MILLION", "numerator": 1}),
        ({"value": 0}, {"denominator": "MILLION"}),
        ({}, {"denominator": "MILLION"}),
    ],
)
def test_a_percentage_is_a_fraction_of_a_million(share: dict[str, float], expected: dict[str, Any]) -> None:
    """It is cut as istiod cuts it, and 0 is left out of JSON."""
    assert expected == percent(share)


ALL = {"denominator": "MILLION", "numerator": 1_000_000}


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            "{delay: {fixedDelay: 7s, percentage: {value: 100}}}",
            {"delay": {"fixedDelay": "7s", "percentage": ALL}},
        ),
        ("{delay: {fixedDelay: 7s, percent: 50}}", {"delay": {"fixedDelay": "7s", "percentage": {"numerator": 50}}}),
        ("{delay: {fixedDelay: 7s}}", {"delay": {"fixedDelay": "7s", "percentage": {}}}),
        ("{delay: {percentage: {value: 100}}}", {}),
        ("{abort: {httpStatus: 500, percentage: {value: 100}}}", {"abort": {"httpStatus": 500, "percentage": ALL}}),
        ("{abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}}", {"abort": {"grpcStatus": 14, "percentage": ALL}}),
        ("{abort: {httpStatus: 500}}", {"abort": {"httpStatus": 500}}),
        ("{abort: {percentage: {value: 100}}}", {}),
    ],
)  # fmt: skip
def test_fault(fault: str, expected: dict[str, Any]) -> None:
    """A delay without a length and an abort without a status do nothing; without a share nothing is delayed."""
    assert expected == without_type(per_route({"fault": yaml.safe_load(fault)}))


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("{}", {}),
        ("{allowOrigins: [{exact: a}, {regex: b+}]}", {"allowOriginStringMatch": [{"exact": "a"}, {"safeRegex": {"regex": "b+"}}]}),
        ("{allowOrigin: [a]}", {"allowOriginStringMatch": [{"exact": "a"}]}),
        ("{allowMethods: [GET, POST]}", {"allowMethods": "GET,POST"}),
        ("{allowHeaders: [x, y]}", {"allowHeaders": "x,y"}),
        ("{exposeHeaders: [x]}", {"exposeHeaders": "x"}),
        ("{allowCredentials: false}", {"allowCredentials": False}),
        ("{maxAge: 1m30s}", {"maxAge": "90"}),
        ("{unmatchedPreflights: IGNORE}", {"forwardNotMatchingPreflights": False}),
    ],
)  # fmt: skip
def test_cors(policy: str, expected: dict[str, Any]) -> None:
    """Each field in Envoy's words; preflights that match nothing go on unless they are to be ignored."""
    always = {"filterEnabled": {"defaultValue": {"numerator": 100}}, "forwardNotMatchingPreflights": True}

    assert always | expected == without_type(per_route({"corsPolicy": yaml.safe_load(policy)}))


def test_a_route_that_asks_for_nothing() -> None:
    """No filter has settings for it."""
    assert {} == per_route({"route": []})

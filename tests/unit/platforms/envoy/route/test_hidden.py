"""Routes that can never act, because another VirtualService takes their requests first."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.route.hidden import notes
from platforms.istio.overlay import lay_over
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.rules import page


def told(*rules: Resource) -> list[str]:
    """The notes on rules laid over the baseline."""
    return list(notes(lay_over(baseline(), ResourceSet(rules), BOOKINFO).resources, BOOKINFO))


@pytest.mark.parametrize(
    ("match", "hidden"),
    [
        ("{uri: {exact: /productpage}}", ["/productpage"]),
        ("{uri: {exact: /productpage}, headers: {x: {exact: y}}}", ["/productpage"]),
        ("{uri: {prefix: /static/img}}", ["/static/img*"]),
        ("{uri: {regex: /productpage}}", []),
        ("{uri: {prefix: /product}}", []),
        ("{uri: {exact: /productpage}, ignoreUriCase: true}", []),
        ("{uri: {exact: /elsewhere}}", []),
    ],
)
def test_a_route_that_an_older_one_hides_is_told(match: str, hidden: list[str]) -> None:
    """At a gateway the baseline's routes come first, so one for the same requests never acts."""
    mine = page("mine", f"[{{match: [{match}], directResponse: {{status: 503}}}}]")

    assert [
        f"VirtualService mine: its route for {path} never acts on host * of the gateway: "
        "VirtualService bookinfo comes first and takes these requests"
        for path in hidden
    ] == told(mine)


def test_what_takes_every_request_hides_only_its_like() -> None:
    """It comes last, whoever says it."""
    everything = [page(name, "[{directResponse: {status: 503}}]") for name in ("a", "b")]
    some = page("some", "[{match: [{uri: {prefix: /some}}], directResponse: {status: 200}}]")

    assert [
        "VirtualService b: its route for /* never acts on host * of the gateway: VirtualService a comes first and takes these requests"
    ] == told(*everything, some)


def test_a_rule_that_hides_a_route_of_its_own_is_not_told() -> None:
    """Two routes of one VirtualService for the same requests are its own affair."""
    twice = "{match: [{uri: {exact: /a}}], directResponse: {status: 503}}"

    assert [] == told(page("mine", f"[{twice}, {twice}]"))

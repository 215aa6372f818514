"""The comparison with istiod finds what differs, each in its class, and nothing where nothing does."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.envoy.config_dump import shown
from platforms.envoy.translate import translate
from platforms.istio.resources import Resource, ResourceSet
from tests.parity.comparison import BASE, Class, differences
from tests.parity.differential import Tally
from tests.parity.mesh import instance
from tests.parity.oracle import ordered
from tests.parity.recordings import PROXIES, TOPOLOGY
from tests.unit.platforms.istio.rules import reviews, rule

GOOD = reviews("[{route: [{destination: {host: reviews, subset: v1}}]}]")
WRONG = reviews("[{timeout: 0s, retries: {attempts: x}}]")
UNHEARD_OF = rule("VirtualService", "t", "{hosts: [reviews], tcp: [{route: [{destination: {host: reviews}}]}]}")
SECURED = rule(
    "Gateway",
    "door",
    "{selector: {istio: ingressgateway}, servers: [{hosts: [a.example.com], "
    "port: {number: 443, name: https, protocol: HTTPS}, tls: {mode: SIMPLE, credentialName: shop}}]}",
)
DEPRECATED = rule("DestinationRule", "r", "{host: reviews, trafficPolicy: {outlierDetection: {consecutiveErrors: 1}}}")
DEPRECATION = (
    "outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead"
)
REASON = 'spec.http[0].retries.attempts: Invalid value: "string": spec.http[0].retries.attempts in body must be of type integer: "string"'


RATINGS = "outbound|9080||ratings.bookinfo.svc.cluster.local"


def laid(*several: Resource) -> ResourceSet:
    return BASE.overlaid(ResourceSet(several))


def answered(one: Resource) -> dict[str, Any]:
    """Ours, as if it were istiod's answer."""
    proxies = translate(laid(one), BOOKINFO, TOPOLOGY).proxies
    return {
        "accepted": True,
        "served": {
            name: ordered(shown(proxies[name].routes.values(), proxies[name].clusters, BOOKINFO)) for name in PROXIES
        },
    }


def altered(one: Resource, part: str) -> dict[str, Any]:
    """The same without one route or cluster of one proxy."""
    answer = answered(one)
    answer["served"]["reviews-v2"][part].popitem()
    return answer


def at_the_door(one: Resource, **tls: str) -> dict[str, Any]:
    """The same, with a server that ends TLS."""
    answer = answered(one)
    answer["served"]["ingressgateway"]["doors"] = {
        "https.443.https.door.bookinfo": {
            "names": ["a.example.com"],
            "certificate": "kubernetes://shop",
            "minimum": "",
            "maximum": "",
            **tls,
        }
    }
    return answer


def balanced(one: Resource, **weights: int) -> dict[str, Any]:
    """The same, with what a cluster of productpage's balances over."""
    answer = answered(one)
    behind = {name.replace("_", "-"): weight for name, weight in weights.items()}
    answer["served"]["productpage-v1"]["behind"] = {RATINGS: behind}
    return answer


def refused(message: str) -> dict[str, Any]:
    return {"accepted": False, "message": message}


def warned(*messages: str) -> dict[str, Any]:
    return {"accepted": True, "served": {}, "proxies": {}, "warnings": list(messages)}


PLANTED: list[tuple[Resource, dict[str, Any], Class]] = [
    (GOOD, refused("no such thing"), "taken by ours alone"),
    (WRONG, answered(GOOD), "refused by ours alone"),
    (GOOD, altered(GOOD, "routes"), "served otherwise"),
    (GOOD, altered(GOOD, "clusters"), "served otherwise"),
    (SECURED, at_the_door(SECURED, minimum="TLSv1_3"), "served otherwise"),
    (SECURED, at_the_door(SECURED, certificate="kubernetes://other"), "served otherwise"),
    (GOOD, balanced(GOOD), "served otherwise"),
    (GOOD, balanced(GOOD, ratings_v1=1, ratings_v2=1), "served otherwise"),
    (UNHEARD_OF, refused("TCP route is required"), "unsupported where istiod refuses"),
    (WRONG, refused("2 errors occurred:\n\t* attempts cannot be negative\n"), "refused in other words"),
    (WRONG, refused(f"VirtualService/reviews/bookinfo: [{REASON}, spec.x: Required value]"), "refused in other words"),
    (GOOD, warned("this is old"), "warned of in other words"),
    (DEPRECATED, warned(), "warned of in other words"),
]


@pytest.mark.parametrize(("one", "answer", "expected"), PLANTED)
def test_a_planted_difference_is_found(one: Resource, answer: dict[str, Any], expected: Class) -> None:
    """One that was put there, alone, and in its class."""
    assert [expected] == [found.of for found in differences(laid(one), answer)]


def test_every_class_is_planted() -> None:
    """A class that nobody finds would hide what it is for."""
    assert set(get_args(Class)) == {of for _, _, of in PLANTED}


@pytest.mark.parametrize(
    ("one", "answer"),
    [
        (GOOD, answered(GOOD)),
        (SECURED, at_the_door(SECURED)),
        (GOOD, balanced(GOOD, ratings_v1=1)),
        (WRONG, refused(f"VirtualService/reviews/bookinfo: {REASON}")),
        (UNHEARD_OF, {"accepted": True, "served": {}}),
        (DEPRECATED, warned(DEPRECATION)),
    ],
)
def test_agreement_is_no_difference(one: Resource, answer: dict[str, Any]) -> None:
    """The same answer, the same reasons or the same warnings."""
    assert [] == list(differences(laid(one), answer))


def test_every_instance_counts_the_same() -> None:
    """A cluster of several is balanced over by all of them, none of them more than another."""
    asked = laid(GOOD, instance("ratings-v1", 2))

    assert [] == list(differences(asked, balanced(GOOD, ratings_v1=1, ratings_v1_2=1)))
    assert ["served otherwise"] == [one.of for one in differences(asked, balanced(GOOD, ratings_v1=1))]
    assert ["served otherwise"] == [one.of for one in differences(asked, balanced(GOOD, ratings_v1=1, ratings_v1_2=2))]


def test_the_summary_counts_classes(capsys: pytest.CaptureFixture[str]) -> None:
    """The gravest first, and no more questions printed of a class than asked for."""
    tally = Tally(show=1)
    for answer in (refused("one"), refused("two"), altered(GOOD, "routes")):
        tally.add([GOOD], laid(GOOD), answer)

    lines = tally.summary().splitlines()

    assert ["taken by ours alone, 2 times", "served otherwise, 1 times"] == lines[:2]
    assert "3 differ" in lines[-1]
    printed = capsys.readouterr().out
    assert "taken by ours alone: one" in printed
    assert "taken by ours alone: two" not in printed
    assert "served otherwise: reviews-v2: routes" in printed

"""The effects of rules on each other, as istiod decides them."""

from __future__ import annotations

import pytest

from platforms.bookinfo import parse
from platforms.istio.resources import Resource
from tests.unit.platforms.istio.rules import REVIEWS, cluster, clusters_called, page, reviews, rule, served

GATEWAY = "http.8080 *:8080"
ON_V1 = "[{route: [{destination: {host: reviews, subset: v1}}]}]"
ON_V2 = "[{route: [{destination: {host: reviews, subset: v2}}]}]"
FULL = "reviews.bookinfo.svc.cluster.local"


def test_of_two_rules_for_one_host_the_first_by_name_is_obeyed() -> None:
    """Objects of the same age are ordered by their names."""
    assert [cluster("v1")] == clusters_called(
        "productpage-v1", REVIEWS, reviews(ON_V2, name="b"), reviews(ON_V1, name="a")
    )


@pytest.mark.parametrize("weight", ["", ", weight: 100"])
def test_a_route_to_its_own_host_is_a_rule_as_any_other(weight: str) -> None:
    """Of two VirtualServices for a host the first acts, also if it names no subset and no weight."""
    plain = reviews(f"[{{route: [{{destination: {{host: reviews}}{weight}}}]}}]", name="a")

    assert [cluster("")] == clusters_called("productpage-v1", REVIEWS, plain, reviews(ON_V2, name="b"))


def test_a_rule_of_another_name_is_stronger_than_the_baselines_even_split() -> None:
    """The baseline's steps aside for it, whatever its name."""
    assert [cluster("v2")] == clusters_called("productpage-v1", REVIEWS, reviews(ON_V2, name="zzz"))


def test_a_rule_for_every_service_is_stronger_than_the_baselines_even_split() -> None:
    """So it does for a wildcard that covers its host."""
    every = rule("VirtualService", "every", "{hosts: ['*.bookinfo.svc.cluster.local'], http: " + ON_V2 + "}")

    assert [cluster("v2")] == clusters_called("productpage-v1", REVIEWS, every)


@pytest.mark.parametrize("name", ["a-maintenance", "maintenance"])
def test_at_a_gateway_the_older_comes_first(name: str) -> None:
    """The baseline is older than any rule of one's own, whatever its name."""
    mine = page(name, "[{match: [{uri: {exact: /productpage}}], route: [{destination: {host: details}}]}]")

    assert ["productpage"] * 6 + ["details"] == [
        cluster.split("|")[3].split(".")[0] for cluster in clusters_called("ingressgateway", GATEWAY, mine)
    ]


def test_an_age_that_is_given_orders_objects() -> None:
    """An object that was exported from a cluster says how old it is; one that does not is new."""
    text = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: %s%s}\nspec: {hosts: [reviews], http: %s}"
    given = ", creationTimestamp: '2026-01-0%dT00:00:00Z'"

    def called(first: str, second: str) -> list[str]:
        objects = [
            *parse(text % ("a", first, ON_V1), source="a.yaml"),
            *parse(text % ("b", second, ON_V2), source="b.yaml"),
        ]
        return clusters_called("productpage-v1", REVIEWS, *objects)

    assert [cluster("v1")] == called("", "") == called(given % 1, given % 1) == called(given % 1, "")
    assert [cluster("v2")] == called(given % 2, given % 1) == called("", given % 2)
    assert [cluster("v1")] == called(", creationTimestamp: null", "")


def _ruled(*rules: Resource, caller: str = "productpage-v1") -> set[str]:
    """The subsets of reviews that a proxy knows."""
    names = served(caller, *rules)["clusters"]
    return {name.split("|")[2] for name in names if name.endswith(f"|{FULL}")} - {""}


def _canary(spec: str, *, host: str = "reviews", name: str = "canary", namespace: str = "bookinfo") -> Resource:
    subsets = "subsets: [{name: canary, labels: {version: v3}}]"
    return rule("DestinationRule", name, f"{{host: '{host}', {spec} {subsets}}}", namespace=namespace)


def test_destination_rules_exported_otherwise_are_not_put_together() -> None:
    """The youngest that a caller sees acts alone, also one that says in so many words what holds without."""
    assert {"v1", "v2", "v3", "canary"} == _ruled(_canary(""))
    assert {"canary"} == _ruled(_canary("exportTo: ['*'],"))
    assert {"canary"} == _ruled(_canary("exportTo: [.],"))
    assert {"v1", "v2", "v3"} == _ruled(_canary("exportTo: [.],"), caller="ingressgateway")
    assert {"v1", "v2", "v3"} == _ruled(_canary("exportTo: [elsewhere],"))


def test_a_destination_rule_of_the_root_namespace_is_the_last_choice() -> None:
    """But for a private one there, which is the gateway's first."""
    public = _canary("", host=FULL, namespace="istio-system")
    private = _canary("exportTo: [.],", host=FULL, namespace="istio-system")

    assert {"v1", "v2", "v3"} == _ruled(public)
    assert {"v1", "v2", "v3"} == _ruled(public, caller="ingressgateway")
    assert {"v1", "v2", "v3"} == _ruled(private)
    assert {"canary"} == _ruled(private, caller="ingressgateway")


def test_a_closer_rule_hides_a_wider_one_even_from_those_who_may_not_see_it() -> None:
    """The host is chosen first, and then it is asked to whom its rule is exported."""
    narrow = rule(
        "DestinationRule", "reviews", "{host: reviews, exportTo: [bookinfo, elsewhere], subsets: [{name: own}]}"
    )
    wide = _canary("exportTo: ['*'],", host="*.bookinfo.svc.cluster.local")

    assert {"own"} == _ruled(narrow, wide)
    assert set() == _ruled(narrow, wide, caller="ingressgateway")


def test_a_host_that_is_no_service_has_no_rule() -> None:
    """Even where a wildcard covers it: it has no hash, for instance."""
    every = rule(
        "DestinationRule",
        "every",
        "{host: '*.local', trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true}}}}",
    )
    nowhere = "reviews.default.svc.cluster.local"
    http = f"[{{route: [{{destination: {{host: {nowhere}}}}}]}}]"

    assert "hashPolicy" not in served("productpage-v1", every, reviews(http))["routes"][REVIEWS]["routes"][0]["route"]


def test_a_name_with_a_dot_is_one_in_full() -> None:
    """`reviews.bookinfo` is no Service, so a DestinationRule for it acts on nothing."""
    assert {"v1", "v2", "v3"} == _ruled(_canary("", host="reviews.bookinfo"))


def test_a_rule_for_the_gateway_does_not_concern_a_sidecar() -> None:
    """Without `mesh` among its gateways a VirtualService is the gateway's alone."""
    one = page("page", ON_V1, hosts=f"[{FULL}]")

    assert [cluster("")] == clusters_called("productpage-v1", REVIEWS, one)
    assert [cluster("v1")] == clusters_called("ingressgateway", f"http.8080 {FULL}:8080", one)


def test_a_rule_of_another_namespace_is_seen_unless_it_is_private() -> None:
    """`exportTo: [.]` keeps a VirtualService to its own namespace."""
    http = f"[{{route: [{{destination: {{host: {FULL}, subset: v3}}}}]}}]"
    public = rule("VirtualService", "x", f"{{hosts: [{FULL}], http: {http}}}", namespace="default")
    private = rule("VirtualService", "x", f"{{hosts: [{FULL}], exportTo: [.], http: {http}}}", namespace="default")

    assert [cluster("v3")] == clusters_called("productpage-v1", REVIEWS, public)
    assert [cluster("")] == clusters_called("productpage-v1", REVIEWS, private)


def test_a_short_host_in_another_namespace_is_another_host() -> None:
    """`reviews` of an object in `default` is not Bookinfo's."""
    elsewhere = rule("VirtualService", "x", f"{{hosts: [reviews], http: {ON_V2}}}", namespace="default")

    assert [cluster("")] == clusters_called("productpage-v1", REVIEWS, elsewhere)


def test_a_wildcard_gives_way_to_a_name() -> None:
    """A VirtualService for every Service leaves alone the one that has its own."""
    every = rule("VirtualService", "a", "{hosts: ['*.bookinfo.svc.cluster.local'], http: " + ON_V2 + "}")

    assert [cluster("v1")] == clusters_called("productpage-v1", REVIEWS, every, reviews(ON_V1))
    assert [cluster("v2")] == clusters_called(
        "productpage-v1", "9080 ratings.bookinfo.svc.cluster.local:9080", every, reviews(ON_V1)
    )


def test_destination_rules_for_one_host_are_put_together() -> None:
    """The subsets of both are there, the policy is the first one's."""
    one = rule("DestinationRule", "a", "{host: details, trafficPolicy: {loadBalancer: {simple: RANDOM}}}")
    other = rule(
        "DestinationRule",
        "b",
        "{host: details, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}, subsets: [{name: all}]}",
    )
    host = "details.bookinfo.svc.cluster.local"

    clusters = served("productpage-v1", one, other)["clusters"]

    assert {"RANDOM"} == {clusters[cluster(subset, host)]["lbPolicy"] for subset in ("", "v1", "all")}


def test_a_private_destination_rule_does_not_concern_the_gateway() -> None:
    """The gateway stands in another namespace."""
    private = rule(
        "DestinationRule", "ratings", "{host: ratings, exportTo: [.], subsets: [{name: only, labels: {version: v1}}]}"
    )
    only = cluster("only", "ratings.bookinfo.svc.cluster.local")

    assert only in served("productpage-v1", private)["clusters"]
    assert only not in served("ingressgateway", private)["clusters"]


@pytest.mark.parametrize(("name", "subset"), [("a", "v1"), ("z", "v2")])
def test_a_host_with_a_capital_leaves_its_service_to_a_wildcard(name: str, subset: str) -> None:
    """For Istio it names no Service when wildcards are sorted, and so it is the first of the two that acts."""
    capital = rule("VirtualService", "m", f"{{hosts: [Reviews], http: {ON_V2}}}")
    wildcard = rule("VirtualService", name, f"{{hosts: ['*.svc.cluster.local'], http: {ON_V1}}}")
    removed = reviews(ON_V1, more="gateways: [nowhere],")

    assert [cluster(subset)] == clusters_called("productpage-v1", REVIEWS, capital, wildcard, removed)

"""The effects of rules on each other, as istiod decides them."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO, baseline, parse
from platforms.envoy.route.hidden import notes
from platforms.envoy.translate import endpoints, translate
from platforms.istio.overlay import lay_over
from platforms.istio.resources import Resource, ResourceSet
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import REVIEWS, clusters_called, reviews, rule, served

GATEWAY = "http.8080 *:8080"
ON_V1 = "[{route: [{destination: {host: reviews, subset: v1}}]}]"
ON_V2 = "[{route: [{destination: {host: reviews, subset: v2}}]}]"
FULL = "reviews.bookinfo.svc.cluster.local"


def _cluster(subset: str, host: str = FULL) -> str:
    return f"outbound|9080|{subset}|{host}"


def _page(name: str, http: str, hosts: str = "['*']") -> Resource:
    return rule("VirtualService", name, f"{{hosts: {hosts}, gateways: [bookinfo-gateway], http: {http}}}")


def test_of_two_rules_for_one_host_the_first_by_name_is_obeyed() -> None:
    """Objects of the same age are ordered by their names."""
    assert [_cluster("v1")] == clusters_called(
        "productpage-v1", REVIEWS, reviews(ON_V2, name="b"), reviews(ON_V1, name="a")
    )


@pytest.mark.parametrize("weight", ["", ", weight: 100"])
def test_a_route_to_its_own_host_is_a_rule_as_any_other(weight: str) -> None:
    """Of two VirtualServices for a host the first acts, also if it names no subset and no weight."""
    plain = reviews(f"[{{route: [{{destination: {{host: reviews}}{weight}}}]}}]", name="a")

    assert [_cluster("")] == clusters_called("productpage-v1", REVIEWS, plain, reviews(ON_V2, name="b"))


def test_a_rule_of_another_name_is_stronger_than_the_baselines_even_split() -> None:
    """The baseline's steps aside for it, whatever its name."""
    assert [_cluster("v2")] == clusters_called("productpage-v1", REVIEWS, reviews(ON_V2, name="zzz"))


def test_a_rule_for_every_service_is_stronger_than_the_baselines_even_split() -> None:
    """So it does for a wildcard that covers its host."""
    every = rule("VirtualService", "every", "{hosts: ['*.bookinfo.svc.cluster.local'], http: " + ON_V2 + "}")

    assert [_cluster("v2")] == clusters_called("productpage-v1", REVIEWS, every)


@pytest.mark.parametrize("name", ["a-maintenance", "maintenance"])
def test_at_a_gateway_the_older_comes_first(name: str) -> None:
    """The baseline is older than any rule of one's own, whatever its name."""
    mine = _page(name, "[{match: [{uri: {exact: /productpage}}], route: [{destination: {host: details}}]}]")

    assert ["productpage"] * 6 + ["details"] == [
        cluster.split("|")[3].split(".")[0] for cluster in clusters_called("ingressgateway", GATEWAY, mine)
    ]


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
    mine = _page("mine", f"[{{match: [{match}], directResponse: {{status: 503}}}}]")

    assert [
        f"VirtualService mine: its route for {path} never acts on host * of the gateway: "
        "VirtualService bookinfo comes first and takes these requests"
        for path in hidden
    ] == list(notes(lay_over(baseline(), ResourceSet((mine,)), BOOKINFO).resources, BOOKINFO))


def test_what_takes_every_request_hides_only_its_like() -> None:
    """It comes last, whoever says it."""
    everything = [_page(name, "[{directResponse: {status: 503}}]") for name in ("a", "b")]
    some = _page("some", "[{match: [{uri: {prefix: /some}}], directResponse: {status: 200}}]")

    assert [
        "VirtualService b: its route for /* never acts on host * of the gateway: VirtualService a comes first and takes these requests"
    ] == list(notes(lay_over(baseline(), ResourceSet((*everything, some)), BOOKINFO).resources, BOOKINFO))


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

    assert [_cluster("v1")] == called("", "") == called(given % 1, given % 1) == called(given % 1, "")
    assert [_cluster("v2")] == called(given % 2, given % 1) == called("", given % 2)
    assert [_cluster("v1")] == called(", creationTimestamp: null", "")


def test_hosts_of_a_gateway_are_compared_as_written() -> None:
    """Then the virtual host is in lower case, and requests find it in any case."""
    gateway = "{selector: {istio: ingressgateway}, servers: [{port: {number: 8080, name: http, protocol: HTTP}, hosts: [%s]}]}"
    shop = rule(
        "VirtualService",
        "shop",
        "{hosts: [Shop.Example.com], gateways: [shop], http: [{directResponse: {status: 200}}]}",
    )

    def hosts(written: str) -> list[str]:
        served_hosts = served("ingressgateway", rule("Gateway", "shop", gateway % written), shop)["routes"]
        return [name for name in served_hosts if "shop" in name.lower()]

    assert ["http.8080 shop.example.com:8080"] == hosts("Shop.Example.com")
    assert [] == hosts("shop.example.com")


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


def test_a_rule_that_concerns_only_others_leaves_a_caller_its_default() -> None:
    """A VirtualService none of whose matches can hold for a caller is none for it."""
    only = reviews("[{match: [{sourceLabels: {app: ratings}}], route: [{destination: {host: reviews, subset: v1}}]}]")

    assert [_cluster("")] == clusters_called("productpage-v1", REVIEWS, only)
    assert [_cluster("v1")] == clusters_called("ratings-v1", REVIEWS, only)


def test_a_gateways_rules_for_one_host_are_put_together() -> None:
    """Each adds its routes; what takes every request comes last."""
    first = _page("a", "[{route: [{destination: {host: details}}]}]")
    last = _page("z", "[{match: [{uri: {prefix: /z}}], route: [{destination: {host: ratings}}]}]")

    called = clusters_called("ingressgateway", GATEWAY, first, last)

    assert ["details", "ratings"] == [called[-1].split("|")[3].split(".")[0], called[-2].split("|")[3].split(".")[0]]
    assert len(called) == 6 + 2


def test_a_rule_for_the_gateway_does_not_concern_a_sidecar() -> None:
    """Without `mesh` among its gateways a VirtualService is the gateway's alone."""
    page = _page("page", ON_V1, hosts=f"[{FULL}]")

    assert [_cluster("")] == clusters_called("productpage-v1", REVIEWS, page)
    assert [_cluster("v1")] == clusters_called("ingressgateway", f"http.8080 {FULL}:8080", page)


def test_a_rule_of_another_namespace_is_seen_unless_it_is_private() -> None:
    """`exportTo: [.]` keeps a VirtualService to its own namespace."""
    http = f"[{{route: [{{destination: {{host: {FULL}, subset: v3}}}}]}}]"
    public = rule("VirtualService", "x", f"{{hosts: [{FULL}], http: {http}}}", namespace="default")
    private = rule("VirtualService", "x", f"{{hosts: [{FULL}], exportTo: [.], http: {http}}}", namespace="default")

    assert [_cluster("v3")] == clusters_called("productpage-v1", REVIEWS, public)
    assert [_cluster("")] == clusters_called("productpage-v1", REVIEWS, private)


def test_a_short_host_in_another_namespace_is_another_host() -> None:
    """`reviews` of an object in `default` is not Bookinfo's."""
    elsewhere = rule("VirtualService", "x", f"{{hosts: [reviews], http: {ON_V2}}}", namespace="default")

    assert [_cluster("")] == clusters_called("productpage-v1", REVIEWS, elsewhere)


def test_a_wildcard_gives_way_to_a_name() -> None:
    """A VirtualService for every Service leaves alone the one that has its own."""
    every = rule("VirtualService", "a", "{hosts: ['*.bookinfo.svc.cluster.local'], http: " + ON_V2 + "}")

    assert [_cluster("v1")] == clusters_called("productpage-v1", REVIEWS, every, reviews(ON_V1))
    assert [_cluster("v2")] == clusters_called(
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

    assert {"RANDOM"} == {clusters[_cluster(subset, host)]["lbPolicy"] for subset in ("", "v1", "all")}


def test_a_private_destination_rule_does_not_concern_the_gateway() -> None:
    """The gateway stands in another namespace."""
    private = rule(
        "DestinationRule", "ratings", "{host: ratings, exportTo: [.], subsets: [{name: only, labels: {version: v1}}]}"
    )
    cluster = _cluster("only", "ratings.bookinfo.svc.cluster.local")

    assert cluster in served("productpage-v1", private)["clusters"]
    assert cluster not in served("ingressgateway", private)["clusters"]


def test_the_pool_of_a_destination_rule_limits_the_receiving_side_too() -> None:
    """The proxy of the called workload gets the same limits."""
    limited = rule(
        "DestinationRule", "ratings", "{host: ratings, trafficPolicy: {connectionPool: {tcp: {maxConnections: 7}}}}"
    )

    config = translate(ResourceSet((limited,)), BOOKINFO, topology()).proxies["ratings-v1"]
    inbound = next(cluster for cluster in config.clusters if cluster["name"] == "inbound|9080||")

    assert inbound["circuitBreakers"]["thresholds"][0]["maxConnections"] == 7


def test_without_a_gateway_there_is_no_door() -> None:
    """Nobody listens without a Gateway."""
    config = translate(ResourceSet(), BOOKINFO, topology()).proxies["ingressgateway"]

    assert ((), {}) == (config.listeners, config.routes)


def test_an_unknown_host_is_answered_by_the_proxy_itself() -> None:
    """A call of a host that is not in the mesh gets 502 and never leaves the machine."""
    configuration = translate(baseline(), BOOKINFO, topology()).proxies["productpage-v1"].routes["9080"]

    assert ["*"] == configuration["virtualHosts"][-1]["domains"]
    assert 502 == configuration["virtualHosts"][-1]["routes"][0]["directResponse"]["status"]


def _ports(name: str, *ready: str) -> list[int]:
    assignment = endpoints(translate(baseline(), BOOKINFO, topology()), topology(), ready)[name]
    return [
        one["endpoint"]["address"]["socketAddress"]["portValue"]
        for locality in assignment["endpoints"]
        for one in locality["lbEndpoints"]
    ]


def test_only_those_who_are_ready_stand_behind_a_cluster() -> None:
    """A cluster's endpoints are the ready workloads that its subset selects."""
    inbound = {name: ports.inbound for name, ports in topology().ports.items()}
    everyone = [workload.name for workload in BOOKINFO.workloads]

    assert [inbound["reviews-v2"]] == _ports(_cluster("v2"), *everyone)
    assert [inbound["reviews-v1"], inbound["reviews-v3"]] == _ports(
        _cluster(""), "reviews-v1", "reviews-v3", "ratings-v1"
    )
    assert [] == _ports(_cluster("v2"), "reviews-v1")


def test_what_is_hashed_is_said_closest_to_the_destination() -> None:
    """The port of a subset goes before the subset, that before the port of the rule, that before the rule."""
    balancer = "loadBalancer: {consistentHash: {httpHeaderName: %s, minimumRingSize: 5}}"
    rule_policy = balancer % "rule" + ", portLevelSettings: [{port: {number: 9080}, " + balancer % "rule-port" + "}]"
    subset_policy = (
        balancer % "subset" + ", portLevelSettings: [{port: {number: 9080}, " + balancer % "subset-port" + "}]"
    )
    hashed = rule(
        "DestinationRule",
        "reviews",
        f"{{host: reviews, trafficPolicy: {{{rule_policy}}}, subsets: [{{name: v1, trafficPolicy: {{{subset_policy}}}}}]}}",
    )
    with_port = "[{route: [{destination: {host: reviews, TO port: {number: 9080}}}]}]"
    without = "[{timeout: 1s, route: [{destination: {host: reviews TO}}]}]"

    def hashed_by(http: str) -> str:
        route = served("productpage-v1", hashed, reviews(http))["routes"][REVIEWS]["routes"][0]["route"]
        return str(route["hashPolicy"][0]["header"]["headerName"])

    assert ["subset-port", "subset", "rule-port", "rule"] == [
        hashed_by(with_port.replace("TO", "subset: v1,")),
        hashed_by(without.replace("TO", ", subset: v1")),
        hashed_by(with_port.replace("TO", "")),
        hashed_by(without.replace("TO", "")),
    ]
    cluster = served("productpage-v1", hashed)["clusters"][_cluster("")]
    assert {"minimumRingSize": "5"} == cluster["ringHashLbConfig"]


def test_a_hash_without_settings_leaves_the_warm_up() -> None:
    """The cluster keeps the settings of the balancer that it would have had, as istiod leaves them."""
    warm = "{host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: x, HASH}, warmup: {duration: 9s}}}}"

    def cluster(hashed: str) -> dict[str, object]:
        rule_ = rule("DestinationRule", "reviews", warm.replace("HASH", hashed))
        config = translate(
            lay_over(baseline(), ResourceSet((rule_,)), BOOKINFO).resources, BOOKINFO, topology()
        ).proxies["productpage-v1"]
        return next(one for one in config.clusters if one["name"] == _cluster(""))

    assert "leastRequestLbConfig" in cluster("ringHash: {}")
    assert "leastRequestLbConfig" not in cluster("ringHash: {minimumRingSize: 7}")
    assert "leastRequestLbConfig" not in cluster("")


def test_a_port_that_goes_without_saying_is_not_said() -> None:
    """A redirect to port 80 of http names no port."""
    http = "[{redirect: {authority: a.example, port: 80}}]"

    route = served("productpage-v1", reviews(http))["routes"][REVIEWS]["routes"][0]

    assert {"hostRedirect": "a.example", "pathRedirect": ""} == route["redirect"]


def test_a_hash_that_names_nothing() -> None:
    """Nothing is hashed; yet a retry towards a destination of such a rule does not look for another host."""
    balanced = rule("DestinationRule", "h", "{host: reviews, trafficPolicy: {loadBalancer: {consistentHash: {}}}}")
    to_all = reviews("[{route: [{destination: {host: reviews}}]}]")
    (route,) = served("productpage-v1", balanced, to_all)["routes"][REVIEWS]["routes"]

    assert "hashPolicy" not in route["route"]
    assert "retryHostPredicate" not in route["route"]["retryPolicy"]


@pytest.mark.parametrize(("name", "subset"), [("a", "v1"), ("z", "v2")])
def test_a_host_with_a_capital_leaves_its_service_to_a_wildcard(name: str, subset: str) -> None:
    """For Istio it names no Service when wildcards are sorted, and so it is the first of the two that acts."""
    capital = rule("VirtualService", "m", f"{{hosts: [Reviews], http: {ON_V2}}}")
    wildcard = rule("VirtualService", name, f"{{hosts: ['*.svc.cluster.local'], http: {ON_V1}}}")
    removed = reviews(ON_V1, more="gateways: [nowhere],")

    assert [_cluster(subset)] == clusters_called("productpage-v1", REVIEWS, capital, wildcard, removed)

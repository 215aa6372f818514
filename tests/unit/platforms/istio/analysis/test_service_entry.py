"""The remarks on ServiceEntries, and on rules about their hosts."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.istio.analysis.analyze import analyze
from platforms.istio.analysis.hints import hints
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.rules import reviews, rule
from tests.unit.platforms.istio.service_entries.entries import HOST, entry, static

WARNING = "Schema validation warning: "
TCP = "[{number: 1, name: a, protocol: TCP}]"
TWO = "[{number: 80, name: a, protocol: HTTP}, {number: 81, name: b, protocol: HTTP}]"


def found(*rules: Resource) -> list[tuple[str, str]]:
    """The findings about rules of one's own."""
    told = analyze(baseline().overlaid(ResourceSet(rules)), BOOKINFO)
    return [(one.code, one.message) for one in told if "istio/x.yaml" in one.resource]


def to(destination: str) -> Resource:
    return reviews(f"[{{route: [{{destination: {{host: {HOST}, {destination}}}}}]}}]", name="own")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (static(host="*own.example.com"), 'partial wildcard "*own.example.com" not allowed'),
        (
            entry("resolution: STATIC, workloadSelector: {}"),
            "service entry: workload selector specified without labels, will be applied to all services in namespace",
        ),
        (
            entry("workloadSelector: {labels: {app: a}}"),
            "workloadSelector should not be set when resolution mode is NONE",
        ),
        (static("[{network: n}]"), 'address is unset with network "n"'),
    ],
)
def test_what_the_webhook_warns_of(given: Resource, message: str) -> None:
    """It takes the object all the same."""
    assert [("IST0133", WARNING + message)] == found(given)


def test_without_resolution() -> None:
    """TCP needs an address to be known by."""
    told = dict(found(entry(ports=TCP)))

    assert {
        "IST0134": "ServiceEntry addresses are required for this protocol.",
        "IST0133": f"{WARNING}addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not enabled",
    } == told


def test_two_hosts_by_one_address() -> None:
    """Whoever calls the address by TCP may mean either."""
    given = rule(
        "ServiceEntry",
        "own",
        "{hosts: [a.com, b.com], addresses: [10.0.0.1], resolution: DNS, ports: [{number: 1, name: a, protocol: TLS}]}",
    )

    assert [
        (
            "IST0133",
            f"{WARNING}service entry can not have more than one host specified simultaneously with address and tcp port",
        )
    ] == found(given)


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ((to("port: {number: 80}"), static()), None),
        ((to("port: {number: 80}"), static(host="*.example.com")), None),
        ((to("port: {number: 80}"),), f'Referenced host not found: "{HOST}"'),
        (
            (to("port: {number: 80}"), static(more="exportTo: [.]", namespace="default")),
            f'Referenced host not found: "{HOST}"',
        ),
        ((to("port: {number: 81}"), static()), f'Referenced host:port not found: "{HOST}:81"'),
        (
            (to(""), static(ports=TWO)),
            f'This VirtualService routes to a service "{HOST}" that exposes multiple ports [80 81]. Specifying a port in the destination is required to disambiguate.',
        ),
        (
            (to("port: {number: 80}, subset: v9"), static()),
            f'Referenced host+subset in destinationrule not found: "{HOST}+v9"',
        ),
    ],
)
def test_a_route_to_such_a_host(rules: tuple[Resource, ...], message: str | None) -> None:
    """It is there once a ServiceEntry says so, on the ports that it says."""
    assert ([message] if message else []) == [told for code, told in found(*rules) if code != "IST0109"]


@pytest.mark.parametrize(("version", "codes"), [("v9", []), ("v8", ["IST0173"])])
def test_a_subset_of_its_endpoints(version: str, codes: list[str]) -> None:
    """Their labels count, of which istioctl knows nothing."""
    subset = rule("DestinationRule", "own", f"{{host: {HOST}, subsets: [{{name: a, labels: {{version: {version}}}}}]}}")

    assert codes == [code for code, _ in found(subset, static())]


@pytest.mark.parametrize(("destination", "is_told"), [("", True), ("port: {number: 80}", False)])
def test_a_port_that_goes_without_saying(destination: str, is_told: bool) -> None:  # noqa: FBT001  # the case
    """Sidecars take that on which they are called, on which this host is not."""
    told = list(hints(baseline().overlaid(ResourceSet((to(destination), static()))), BOOKINFO))

    assert is_told == any(f"host {HOST} has no port 9080" in one for one in told)

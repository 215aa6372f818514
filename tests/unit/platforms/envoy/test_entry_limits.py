"""What a mesh on loopback cannot have of a ServiceEntry is refused by its path, with the reason."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.translate import routing, translate
from platforms.errors import Untranslated
from platforms.istio.resources import Resource, ResourceSet
from tests.golden.validation import topology
from tests.unit.platforms.istio.rules import FILE, rule
from tests.unit.platforms.istio.service_entries.entries import HOST, entry, static

LOOPBACK = "a mesh on loopback calls this machine alone (127.0.0.0/8, ::1, localhost)"
PLACE = "all of this mesh is in one place"


def resources(*given: Resource) -> ResourceSet:
    return baseline().overlaid(ResourceSet(given))


@pytest.mark.parametrize(
    "given",
    [
        static("[{address: 127.8.0.1}, {address: '::1'}]"),
        static("[]"),
        entry("resolution: DNS, endpoints: [{address: localhost}, {address: own.localhost}]"),
        entry("resolution: DNS_ROUND_ROBIN", host="own.localhost"),
    ],
)
def test_this_machine(given: Resource) -> None:
    """Whatever is on loopback, by address or by a name that can be nothing else."""
    assert translate(resources(given), BOOKINFO, topology())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (static("[{address: 127.0.0.1}, {address: 10.0.0.1}]"), f"endpoints[1].address: 10.0.0.1: {LOOPBACK}"),
        (static("[{address: 'unix:///tmp/own'}]"), f"endpoints[0].address: unix:///tmp/own: {LOOPBACK}"),
        (
            entry("resolution: DNS, endpoints: [{address: own.example.com}]"),
            f"endpoints[0].address: own.example.com: {LOOPBACK}",
        ),
        (entry("resolution: DNS"), f"hosts[0]: {HOST}: {LOOPBACK}; name endpoints there"),
        (entry(), "resolution: NONE: there is no address here for a call to keep"),
        (entry("resolution: DYNAMIC_DNS", host="*.example.com"), f"resolution: DYNAMIC_DNS: {LOOPBACK}"),
        (
            entry("resolution: STATIC, workloadSelector: {labels: {app: reviews}}"),
            "workloadSelector: a Service selects the workloads of this mesh",
        ),
        (static("[{address: 127.0.0.1, network: n}]"), f"endpoints[0].network: n: {PLACE}"),
        (static("[{address: 127.0.0.1, locality: a/b}]"), f"endpoints[0].locality: a/b: {PLACE}"),
        (
            static("[{address: 127.0.0.1, labels: {istio-locality: a.b}}]"),
            f"endpoints[0].labels.istio-locality: {PLACE}",
        ),
        (
            static("[{address: 127.0.0.1, weight: 4294967295}, {address: 127.0.0.2}]"),
            "endpoints: Envoy adds their weights up in 32 bits",
        ),
        (
            static(ports="[{number: 1, name: a, protocol: HTTP}, {number: 2, name: b, protocol: TCP}]"),
            "ports[1].protocol: TCP: sidecars here take calls by HTTP alone: HTTP, HTTP2 or GRPC",
        ),
        (
            static(ports="[{number: 1, name: a}]"),
            'ports[0].protocol: "": sidecars here take calls by HTTP alone: HTTP, HTTP2 or GRPC',
        ),
    ],
)
def test_beyond_loopback(given: Resource, said: str) -> None:
    """In a cluster it is right; here it is one line."""
    assert routing(resources(given), BOOKINFO)

    with pytest.raises(Untranslated) as refusal:
        translate(resources(given), BOOKINFO, topology())

    assert f"{FILE}: ServiceEntry own: spec.{said}: not supported" == str(refusal.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            (static(host="reviews.bookinfo.svc.cluster.local"),),
            "reviews.bookinfo.svc.cluster.local: a Service has it already",
        ),
        ((static(name="a"), static(host="Reviews.example.com")), "Reviews.example.com: ServiceEntry a has it already"),
    ],
)
def test_rivals(given: tuple[Resource, ...], said: str) -> None:
    """Istio merges them in ways of its own, which nobody here translates."""
    with pytest.raises(Untranslated) as refusal:
        routing(resources(*given), BOOKINFO)

    assert f"{FILE}: ServiceEntry own: spec.hosts[0]: {said}: not supported" == str(refusal.value)


def test_a_host_in_another_case() -> None:
    """Is the same host, which one entry has once; the very same twice is once too."""
    twice = rule("ServiceEntry", "own", "{hosts: [a.com, a.com], resolution: STATIC}")

    assert routing(resources(twice), BOOKINFO)
    with pytest.raises(Untranslated, match=r"spec.hosts\[1\]: A.com: ServiceEntry own has it already"):
        routing(resources(rule("ServiceEntry", "own", "{hosts: [a.com, A.com], resolution: STATIC}")), BOOKINFO)

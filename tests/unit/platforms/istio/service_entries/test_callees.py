"""Whoever can be called: the Services, and the hosts that ServiceEntries add."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.istio.service_entries.callees import Callee, CalleePort, Destination, callees
from tests.unit.platforms.istio.service_entries.entries import HOST, entry, static


def only(found: tuple[Callee, ...]) -> Callee:
    """The last one, which is no Service's."""
    return found[-1]


def test_the_services_come_first() -> None:
    """Each on the one port of all, with the name by which a workload calls it."""
    found = callees(BOOKINFO, [static()])

    assert [*BOOKINFO.hosts, HOST] == [one.host for one in found]
    assert ("reviews.bookinfo.svc.cluster.local", "reviews.bookinfo.svc.cluster.local.", "reviews") == found[3].names(
        "bookinfo"
    )[:3]
    assert found[0].endpoints is None


def test_what_is_not_said() -> None:
    """Nobody of the mesh is there, every namespace sees it, and the caller's own address is kept."""
    found = only(callees(BOOKINFO, [entry()]))

    assert (True, True, "NONE", ()) == (
        found.is_external,
        found.is_visible("default"),
        found.resolution,
        found.endpoints,
    )


@pytest.mark.parametrize(
    ("ports", "target", "port"),
    [("", 0, 80), ("", 8000, 8000), ("ports: {http: 9000}", 8000, 9000), ("ports: {other: 9000}", 8000, 8000)],
)
def test_the_port_of_an_endpoint(ports: str, target: int, port: int) -> None:
    """Its own of that name, else the entry's, else the one that callers know."""
    found = only(callees(BOOKINFO, [static(f"[{{address: 127.0.0.1, {ports}}}]")]))

    assert [port] == [one.port(CalleePort(80, target=target)) for one in found.endpoints or ()]


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("Own.example.com", ("own.example.com", "own.example.com.")),
        ("own", ("own", "own.")),
        ("own.bookinfo.svc.cluster.local", ("own", "own.bookinfo.svc", "own.bookinfo")),
        ("own.default.svc.cluster.local", ("own.default", "own.default.svc")),
    ],
)
def test_names(host: str, names: tuple[str, ...]) -> None:
    """A name that looks like a Service's is shortened as one; an address is a name too."""
    found = only(callees(BOOKINFO, [static(host=host, more="addresses: [10.0.0.1/32, '2001:db8::1']")]))

    assert (*names, "10.0.0.1", "[2001:db8::1]") == found.names("bookinfo")[-2 - len(names) :]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [("['*']", True), ("[.]", False), ("[bookinfo]", True), ("['~']", False), ("[default, bookinfo]", True)],
)
def test_visibility(scope: str, seen: bool) -> None:  # noqa: FBT001  # the case
    """A proxy sees what is exported to its namespace."""
    found = only(callees(BOOKINFO, [static(more=f"exportTo: {scope}", namespace="default")]))

    assert seen == found.is_visible("bookinfo")


@pytest.mark.parametrize(
    ("endpoint", "takes"),
    [
        ("", False),
        ("serviceAccount: me", True),
        ("labels: {security.istio.io/tlsMode: istio}", True),
        ("serviceAccount: me, labels: {security.istio.io/tlsMode: disabled}", False),
    ],
)
def test_who_takes_mutual_tls(endpoint: str, takes: bool) -> None:  # noqa: FBT001  # the case
    """Its label says so, or else that it has an account to prove."""
    found = only(callees(BOOKINFO, [static(f"[{{address: 127.0.0.1, {endpoint}}}]")]))

    assert [takes] == [one.takes_mutual for one in found.endpoints or ()]


def test_identities() -> None:
    """Those that it names, and the accounts of whoever is behind it."""
    own = only(callees(BOOKINFO, [static("[{address: 127.0.0.1, serviceAccount: me}]", "subjectAltNames: [a]")]))
    selected = only(callees(BOOKINFO, [entry("resolution: STATIC, workloadSelector: {labels: {app: ratings}}")]))

    assert ("a", "spiffe://cluster.local/ns/bookinfo/sa/me") == own.identities
    assert ("spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings",) == selected.identities


@pytest.mark.parametrize(
    ("protocol", "is_http", "is_http2"),
    [("", True, False), ("HTTP", True, False), ("Grpc", True, True), ("TCP", False, False)],
)
def test_what_is_spoken(protocol: str, is_http: bool, is_http2: bool) -> None:  # noqa: FBT001  # the case
    """Istio looks into what it is not told; case does not matter."""
    found = only(
        callees(
            BOOKINFO,
            [entry(ports=f"[{{number: 80, name: a, protocol: '{protocol}'}}, {{number: 53, name: b, protocol: UDP}}]")],
        )
    )

    assert [(is_http, is_http2)] == [(one.is_http, one.is_http2) for one in found.ports]


def test_itself_is_looked_up() -> None:
    """Without endpoints DNS is asked for the host, unless workloads are to be selected."""
    by_name, selected = (
        only(callees(BOOKINFO, [entry(f"resolution: DNS, {more}")]))
        for more in ("", "workloadSelector: {labels: {app: x}}")
    )

    assert [HOST] == [one.address for one in by_name.endpoints or ()]
    assert () == selected.endpoints


def test_a_subset() -> None:
    """Those of the endpoints that have its labels."""
    found = only(callees(BOOKINFO, [static("[{address: 127.0.0.1, labels: {version: v9}}, {address: 127.0.0.2}]")]))
    destination = Destination(found, found.ports[0], "v9", {"version": "v9"})

    assert ["127.0.0.1"] == [one.address for one in destination.endpoints]
    assert (f"outbound|80|v9|{HOST}", f"outbound_.80_.v9_.{HOST}") == (destination.cluster, destination.sni)

"""Mutual TLS and authorization, on a real Istio: with the network open, the mesh alone keeps to the arrows of the picture."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests

from platforms.bookinfo import BOOKINFO
from platforms.istio.registry import Workload
from tests.kubernetes.deployed import DEADLINE, Bookinfo

# What a caller asks of each app: what its API offers.
API = {"details": "/details/0", "productpage": "/productpage", "ratings": "/ratings/0", "reviews": "/reviews/0"}
ARROWS = {
    "productpage": {"details", "reviews", "ratings"},
    "reviews": {"ratings"},
    "details": set[str](),
    "ratings": set[str](),
}
TAKEN, DENIED, CUT, UNREACHED = "200", "403 RBAC: access denied", "no answer", "503"

# Asks what stands on its input, a line a request, in plain HTTP/1.1: a sidecar, where there is one, makes the rest of it.
ASK = r"""
while read -r method host path; do
  answer=$(
    exec 3<>"/dev/tcp/$host/9080" &&
    printf '%s %s HTTP/1.1\r\nHost: %s:9080\r\nConnection: close\r\n\r\n' "$method" "$path" "$host" >&3 && cat <&3
  ) 2>/dev/null
  read -r _ status _ <<<"$answer"
  case $answer in
    *'RBAC: access denied') echo "$status RBAC: access denied" ;;
    *) echo "${status:-no answer}" ;;
  esac
done
"""

OPEN_NETWORK = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: everything, namespace: bookinfo}
spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}
"""

# One with a sidecar, and a service account of a name that the policies know in another namespace; one without.
STRANGERS = """\
apiVersion: v1
kind: Namespace
metadata: {name: strangers, labels: {istio-injection: enabled}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: bookinfo-productpage, namespace: strangers}
---
apiVersion: v1
kind: Pod
metadata: {name: inside, namespace: strangers}
spec:
  serviceAccountName: bookinfo-productpage
  terminationGracePeriodSeconds: 0
  containers: [{name: idle, image: IMAGE, imagePullPolicy: IfNotPresent, command: [sleep, infinity]}]
---
apiVersion: v1
kind: Pod
metadata: {name: outside, namespace: strangers, labels: {sidecar.istio.io/inject: "false"}}
spec:
  serviceAccountName: bookinfo-productpage
  terminationGracePeriodSeconds: 0
  containers: [{name: idle, image: IMAGE, imagePullPolicy: IfNotPresent, command: [sleep, infinity]}]
"""

# What no rule of ours does: the gateway asks the apps behind productpage itself.
SIDE_DOORS = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: side-doors, namespace: bookinfo}
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http:
    - {match: [{uri: {prefix: /details}}], route: [{destination: {host: details}}]}
    - {match: [{uri: {prefix: /ratings}}], route: [{destination: {host: ratings}}]}
    - {match: [{uri: {prefix: /reviews}}], route: [{destination: {host: reviews}}]}
"""


@pytest.fixture(scope="module", autouse=True)
def open_network(bookinfo: Bookinfo) -> Iterator[None]:
    """Every connection is made, until the tests are over: what is refused now, the mesh refuses."""
    bookinfo.run("kubectl", "apply", "-f", "-", stdin=OPEN_NETWORK)
    try:
        deadline = time.monotonic() + DEADLINE
        while unreached := [caller for caller in ARROWS if UNREACHED in api_answers(bookinfo, f"{caller}-v1").values()]:
            assert time.monotonic() < deadline, f"the network still keeps something from {', '.join(unreached)}"
        yield
    finally:
        bookinfo.run("kubectl", "delete", "-f", "-", stdin=OPEN_NETWORK)


@pytest.fixture(scope="module")
def strangers(bookinfo: Bookinfo) -> Iterator[None]:
    """Two pods in a namespace of their own, which may send whatever they like."""
    image = bookinfo.run(
        *("kubectl", "get", "-n", "bookinfo", "deployment/productpage-v1"),
        *("-o", "jsonpath={.spec.template.spec.containers[0].image}"),
    )
    bookinfo.run("kubectl", "apply", "-f", "-", stdin=STRANGERS.replace("IMAGE", image))
    try:
        wait = ("kubectl", "wait", "-n", "strangers", "--for=condition=Ready", f"--timeout={DEADLINE}s")
        bookinfo.run(*wait, "pod/inside", "pod/outside")
        yield
    finally:
        bookinfo.run("kubectl", "delete", "namespace", "strangers")


def ask(bookinfo: Bookinfo, namespace: str, pod: str, container: str, *asked: str) -> list[str]:
    """What a container is answered, request by request, such as `GET details /details/0`."""
    command = ("kubectl", "exec", "-i", "-n", namespace, pod, "-c", container, "--", "bash", "-c", ASK)
    return bookinfo.run(*command, stdin="".join(f"{line}\n" for line in asked)).splitlines()


def api_answers(bookinfo: Bookinfo, workload: str) -> dict[str, str]:
    """What a workload is answered when it asks the other apps."""
    app = workload.partition("-")[0]
    others = [one for one in API if one != app]
    answers = ask(bookinfo, "bookinfo", f"deployment/{workload}", app, *(f"GET {one} {API[one]}" for one in others))
    return dict(zip(others, answers, strict=True))


def strangers_answers(bookinfo: Bookinfo, pod: str) -> dict[str, str]:
    """What a stranger is answered when it asks the apps."""
    answers = ask(bookinfo, "strangers", pod, "idle", *(f"GET {one}.bookinfo {API[one]}" for one in API))
    return dict(zip(API, answers, strict=True))


@pytest.mark.parametrize("workload", BOOKINFO.workloads, ids=lambda workload: workload.name)
def test_arrows(bookinfo: Bookinfo, workload: Workload) -> None:
    """A workload is answered where the picture has an arrow, and refused where it has none."""
    answers = api_answers(bookinfo, workload.name)

    assert {app: TAKEN if app in ARROWS[workload.app] else DENIED for app in answers} == answers


def test_the_gateway_asks_productpage_only(bookinfo: Bookinfo) -> None:
    """The page comes through the gateway; the apps behind it do not, even where a route leads to them."""
    bookinfo.run("kubectl", "apply", "-f", "-", stdin=SIDE_DOORS)
    try:
        deadline = time.monotonic() + DEADLINE
        while 404 in (seen := {app: through_gateway(bookinfo, path) for app, path in API.items()}).values():
            assert time.monotonic() < deadline, f"not every side door is open: {seen}"
    finally:
        bookinfo.run("kubectl", "delete", "-f", "-", stdin=SIDE_DOORS)

    assert {app: 200 if app == "productpage" else 403 for app in API} == seen


BACK_DOOR = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: back-door, namespace: bookinfo}
spec:
  hosts: ["*"]
  gateways: [bookinfo-gateway]
  http: [{route: [{destination: {host: productpage}}]}]
"""


def test_the_gateway_asks_productpage_for_its_pages_only(bookinfo: Bookinfo) -> None:
    """Even where a route leads there, what is for the cluster stays in the cluster."""
    inside = ("/metrics", "/health", "/staticfoo", "/api/v1/productsfoo")
    bookinfo.run("kubectl", "apply", "-f", "-", stdin=BACK_DOOR)
    try:
        deadline = time.monotonic() + DEADLINE
        while 404 in (seen := {path: through_gateway(bookinfo, path) for path in inside}).values():
            assert time.monotonic() < deadline, f"the back door is not open: {seen}"
        outside = {path: through_gateway(bookinfo, path) for path in ("/productpage", "/api/v1/products")}
    finally:
        bookinfo.run("kubectl", "delete", "-f", "-", stdin=BACK_DOOR)

    assert dict.fromkeys(inside, 403) == seen
    assert dict.fromkeys(outside, 200) == outside


def through_gateway(bookinfo: Bookinfo, path: str) -> int:
    return requests.get(f"{bookinfo.url}{path}", timeout=10).status_code


@pytest.mark.parametrize(
    ("workload", "asked"),
    [
        ("productpage-v1", "POST ratings /ratings/0"),
        ("productpage-v1", "GET details /health"),
        ("productpage-v1", "DELETE reviews /reviews/0"),
        ("reviews-v3", "POST ratings /ratings/0"),
    ],
)
def test_an_arrow_carries_what_it_is_for(bookinfo: Bookinfo, workload: str, asked: str) -> None:
    """Who may ask may not ask for everything: the API is read, and nothing else."""
    app = workload.partition("-")[0]

    assert [DENIED] == ask(bookinfo, "bookinfo", f"deployment/{workload}", app, asked)


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("HEAD", 405), ("POST", 302), ("PUT", 403)])
def test_who_signs_in_may_post(bookinfo: Bookinfo, method: str, status: int) -> None:
    """The visitor's form is taken to the app, which itself judges what it is for."""
    form = {"username": "opennaru", "passwd": "x"}
    answer = requests.request(method, f"{bookinfo.url}/login", data=form, timeout=10, allow_redirects=False)

    assert status == answer.status_code


@pytest.mark.usefixtures("strangers")
def test_the_same_name_elsewhere_is_somebody_else(bookinfo: Bookinfo) -> None:
    """A service account of another namespace is not ours, whatever it is called, and is refused everywhere."""
    assert dict.fromkeys(API, DENIED) == strangers_answers(bookinfo, "inside")


@pytest.mark.usefixtures("strangers")
def test_plain_text_is_not_heard(bookinfo: Bookinfo) -> None:
    """Who has no sidecar to prove who it is gets no answer at all."""
    assert dict.fromkeys(API, CUT) == strangers_answers(bookinfo, "outside")

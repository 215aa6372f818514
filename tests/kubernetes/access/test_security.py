"""Mutual TLS and authorization, on a real Istio: with the network open, the mesh alone keeps to the arrows of the picture."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.contract.platform.access import API, ARROWS, AccessContract
from tests.kubernetes.deployed import DEADLINE, Bookinfo, OnKubernetes

UNREACHED = "503"

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


@pytest.fixture(scope="module", autouse=True)
def open_network(bookinfo: Bookinfo) -> Iterator[None]:
    """Every connection is made, until the tests are over: what is refused now, the mesh refuses."""
    bookinfo.run("kubectl", "apply", "-f", "-", stdin=OPEN_NETWORK)
    try:
        deadline = time.monotonic() + DEADLINE
        while unreached := [caller for caller in ARROWS if UNREACHED in api_answers(bookinfo, f"{caller}-v1")]:
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


def api_answers(bookinfo: Bookinfo, workload: str) -> list[str]:
    """What a workload is answered when it asks every app."""
    app = workload.partition("-")[0]
    asked = (f"GET {one} {path}" for one, path in API.items() if one != app)
    return ask(bookinfo, "bookinfo", f"deployment/{workload}", app, *asked)


class PodCallers:
    """Callers in pods: Bookinfo's own, and strangers with a sidecar and without."""

    def __init__(self, bookinfo: Bookinfo) -> None:
        self._bookinfo = bookinfo

    def as_workload(self, workload: str, *asked: str) -> list[str]:
        return ask(self._bookinfo, "bookinfo", f"deployment/{workload}", workload.partition("-")[0], *asked)

    def as_stranger(self, *asked: str) -> list[str]:
        """As a service account of another namespace, whatever it is called."""
        return ask(self._bookinfo, "strangers", "inside", "idle", *map(_from_elsewhere, asked))

    def in_plain_text(self, *asked: str) -> list[str]:
        return ask(self._bookinfo, "strangers", "outside", "idle", *map(_from_elsewhere, asked))


def _from_elsewhere(asked: str) -> str:
    method, app, path = asked.split()
    return f"{method} {app}.bookinfo {path}"


class TestKubernetesAccess(OnKubernetes, AccessContract):
    """A real istiod, and nothing between the pods but the mesh."""

    @pytest.fixture
    def callers(self, bookinfo: Bookinfo, strangers: None) -> PodCallers:  # noqa: ARG002  # they are there meanwhile
        return PodCallers(bookinfo)

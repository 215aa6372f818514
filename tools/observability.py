"""Prometheus and Kiali beside Bookinfo: bring them up, show the traffic as they see it, take them away.

`make observability` and `make observability-down`. Nothing else in the project needs them.
"""

from __future__ import annotations

import json
import shutil
import subprocess  # noqa: TID251  # it types kubectl for the presenter
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.environment import ROOT
from platforms.errors import NotReachable, PlatformError, UsageError
from platforms.kubernetes import record

NAMESPACE = "bookinfo-observability"
OVERLAY = ROOT / "manifests" / "overlays" / "observability"
ROLLOUT_SECONDS = 300
"""Long enough to pull both images over a conference's network."""

_GRAPH = "namespaces=bookinfo&graphType=workload&duration=60&edges=trafficRate,trafficDistribution"
PAGES = {
    "kiali": (20001, f"/kiali/console/graph/namespaces/?{_GRAPH}"),
    "prometheus": (9090, ""),
}

QUERY = (
    "sum by (source_workload, destination_workload, response_code) "
    '(rate(istio_requests_total{reporter="source"}[1m])) > 0'
)
"""What the callers' sidecars counted, as a rate over the last minute."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The requests of one workload to another."""

    source: str
    destination: str
    rps: float
    success: float
    """The share of answers that are no server's error."""


def edges(series: Iterable[Mapping[str, Any]]) -> list[Edge]:
    """Return what Prometheus answers to `QUERY`, as the arrows of the graph."""
    rates: defaultdict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for one in series:
        labels = one["metric"]
        arrow = labels["source_workload"], labels.get("destination_workload") or "unknown"
        rates[arrow].append((labels["response_code"], float(one["value"][1])))
    return [
        Edge(
            source,
            destination,
            total := sum(rate for _, rate in counted),
            sum(rate for code, rate in counted if code[0] in "1234") / total,
        )
        for (source, destination), counted in sorted(rates.items())
    ]


def table(arrows: list[Edge]) -> list[str]:
    """One line per arrow."""
    left = max(len(one.source) for one in arrows)
    right = max(len(one.destination) for one in arrows)
    return [
        f"  {one.source:{left}} → {one.destination:{right}}  {one.rps:7.2f} rps  {100 * one.success:5.1f} %"
        for one in arrows
    ]


def api_server(service: Mapping[str, Any], slices: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The egress rules for the API server: its Service's addresses and its own, each with its own ports.

    A rule without addresses or without ports would allow all of them.
    """
    spec = service["spec"]
    own = [
        ([address for one in told.get("endpoints") or [] for address in one["addresses"]], told.get("ports"))
        for told in slices
    ]
    ways = [
        (addresses, ports) for addresses, ports in ((spec["clusterIPs"], spec["ports"]), *own) if addresses and ports
    ]
    if len(ways) < 2:  # noqa: PLR2004  # the Service's, and at least one behind it
        raise PlatformError("the cluster does not say where its API server listens: see its EndpointSlice `kubernetes`")
    return [
        {
            "to": [{"ipBlock": {"cidr": str(ip_network(address))}} for address in addresses],
            "ports": [{"port": one["port"], "protocol": one["protocol"]} for one in ports],
        }
        for addresses, ports in ways
    ]


@dataclass(frozen=True, slots=True)
class Kubectl:
    """The Kubernetes cluster of the demo, as kubectl reaches it."""

    context: str

    def kubectl(self, *arguments: str | Path) -> str:
        command = ("kubectl", "--context", self.context, *map(str, arguments))
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise PlatformError(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    def workloads(self) -> list[str]:
        """Return the Deployments that the overlay brought up."""
        return self.kubectl("get", "deployments", "-n", NAMESPACE, "-o", "jsonpath={.items[*].metadata.name}").split()

    def wait_until_ready(self, workload: str) -> None:
        try:
            self.kubectl(
                *("rollout", "status", "-n", NAMESPACE, f"deployment/{workload}", f"--timeout={ROLLOUT_SECONDS}s")
            )
        except PlatformError as error:
            waiting = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.message}"
            told = self.kubectl("get", "pods", "-n", NAMESPACE, "-l", f"app={workload}", "-o", waiting)
            raise PlatformError(f"{workload} is not ready: {told or error}") from error

    def open_the_way_to_the_api(self) -> None:
        """Let the pods ask this cluster's API server, which the policy in the manifests cannot name."""
        named = ("service", "kubernetes"), ("endpointslices", "-l", "kubernetes.io/service-name=kubernetes")
        service, slices = (json.loads(self.kubectl("get", *what, "-n", "default", "-o", "json")) for what in named)
        # The manifest leaves the field out, so that another `kubectl apply` keeps what is put here.
        patch = [{"op": "add", "path": "/spec/egress", "value": api_server(service, slices["items"])}]
        self.kubectl(
            *("patch", "networkpolicy", "api-server", "-n", NAMESPACE, "--type", "json", "-p", json.dumps(patch))
        )

    def traffic(self) -> list[Edge]:
        """Return the traffic as Prometheus knows it now; it is asked from inside its own pod, so that no port need be open."""
        ask = ("promtool", "query", "instant", "-o", "json", "http://127.0.0.1:9090", QUERY)
        return edges(json.loads(self.kubectl("exec", "-n", NAMESPACE, "deployment/prometheus", "--", *ask)))


def up(cluster: Kubectl, overlay: Path) -> None:
    """Bring them up unless they are, and show the traffic and where to look at it."""
    cluster.kubectl("apply", "-k", overlay)
    cluster.open_the_way_to_the_api()
    workloads = cluster.workloads()
    for workload in workloads:
        cluster.wait_until_ready(workload)
    if arrows := cluster.traffic():
        print("traffic of the last minute, as Prometheus counts it", *table(arrows), sep="\n")
    else:
        print("no traffic in the last minute: load the page or run a scenario, then `make observability` again")
    print("to look yourself, leave a command running and open its page:")
    for workload in workloads:
        port, page = PAGES[workload]
        print(f"  kubectl --context {cluster.context} port-forward -n {NAMESPACE} deployment/{workload} {port}")
        print(f"    http://127.0.0.1:{port}{page}")


def down(cluster: Kubectl, overlay: Path) -> None:
    """Take them away with all they know."""
    cluster.kubectl("delete", "-k", overlay, "--ignore-not-found")
    print("Prometheus and Kiali are gone")


COMMANDS = {"up": up, "down": down}


@click.command(cls=TitledCommand, help=__doc__)
@click.argument("command", metavar="up|down", type=click.Choice(tuple(COMMANDS)))
@click.option("--context", metavar="NAME", help="of the kubeconfig (default: the one of the demo that is up)")
@click.option(
    "--overlay",
    metavar="DIR",
    type=Path,
    default=OVERLAY,
    help="your kustomization over it, for instance with other images",
)
def observability(command: str, context: str | None, overlay: Path) -> None:
    COMMANDS[command](_cluster(context), overlay)


def _cluster(context: str | None) -> Kubectl:
    if shutil.which("kubectl") is None:
        raise UsageError("kubectl is not on PATH")
    demo = record.read(record.folder())
    if context is None and demo is None:
        raise NotReachable("no demo is up on Kubernetes; `make demo-up PLATFORM=kind`, or name a cluster by --context")
    return Kubectl(context or (demo.context if demo else ""))


if __name__ == "__main__":
    sys.exit(command_line.main(observability, "python -m tools.observability"))

"""The mesh that a question is about: Bookinfo, with the Pods among its objects as further instances, or as versions of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from platforms.bookinfo import BOOKINFO, NAMESPACE
from platforms.envoy.topology import Ports, Topology
from platforms.envoy.translate import Snapshot, endpoints, translate
from platforms.istio.registry import Registry, Workload
from platforms.istio.resources import Resource, ResourceSet
from tests.parity.recordings import TOPOLOGY

POD = "Pod"


def instance(workload: str, number: int) -> Resource:
    """One more instance of a workload: its first bears the name of it, as a demo has them; the spec of this Pod is its labels."""
    app, _, version = workload.partition("-")
    name = workload if number == 1 else f"{workload}-{number}"
    return Resource("v1", POD, name, {"app": app, "version": version}, NAMESPACE)


@dataclass(frozen=True)
class Mesh:
    """What rules are about, and the rules."""

    rules: ResourceSet
    registry: Registry = BOOKINFO
    topology: Topology = TOPOLOGY

    @classmethod
    def of(cls, objects: ResourceSet) -> Mesh:
        pods = objects.of_kind(POD)
        if not pods:
            return cls(objects)
        by_name = {one.name: one for one in BOOKINFO.workloads}
        for pod in pods:
            app = pod.spec["app"]
            account = next(one.service_account for one in BOOKINFO.workloads if one.app == app)
            workload = Workload(app, pod.spec["version"], account)
            by_name.setdefault(workload.name, workload)
        further = {
            one.name: Ports(app=30000 + 4 * n, inbound=30001 + 4 * n, outbound=30002 + 4 * n)
            for n, one in enumerate(pods)
        }
        replicas = {one.name: f"{one.spec['app']}-{one.spec['version']}" for one in pods}
        return cls(
            ResourceSet(tuple(one for one in objects if one.kind != POD)),
            replace(BOOKINFO, workloads=tuple(by_name.values())),
            replace(TOPOLOGY, ports={**TOPOLOGY.ports, **further}, replicas=replicas),
        )

    @property
    def proxies(self) -> tuple[str, ...]:
        """The name of every instance's proxy, and of the gateway's."""
        return self.topology.proxies

    def translated(self) -> Snapshot:
        """Ours of the rules; raises as `translate` does."""
        return translate(self.rules, self.registry, self.topology)

    def balanced(self, snapshot: Snapshot) -> Mapping[str, Mapping[str, list[str]]]:
        """The instances behind each cluster, by its proxy's name and its own."""
        by_port = {ports.inbound: name for name, ports in self.topology.ports.items()}
        assigned = endpoints(snapshot, self.topology, self.topology.ports)
        return {
            proxy: {
                name: sorted(
                    by_port[one["endpoint"]["address"]["socketAddress"]["portValue"]]
                    for locality in assignment["endpoints"]
                    for one in locality["lbEndpoints"]
                )
                for name, assignment in assigned[config.namespace].items()
            }
            for proxy, config in snapshot.proxies.items()
        }

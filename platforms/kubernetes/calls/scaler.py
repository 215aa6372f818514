"""The pods of a workload: who may be called, and how often each was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh import autoscaler
from platforms.kubernetes.mesh.proxies import Pod, Proxies


class PodScaler:
    """Pods come and go by their Deployment, which an autoscaler may scale."""

    has_autoscaler = True

    def __init__(self, cluster: Cluster, namespace: str, proxies: Proxies, pods: Callable[[], Sequence[Pod]]) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._proxies = proxies
        self._pods = pods

    def knows_load(self) -> bool:
        return autoscaler.knows_load(self._cluster, self._namespace)

    def ready(self, workload: str) -> Mapping[str, int]:
        """Those that every proxy has among its endpoints."""
        pods = self._pods()
        by_proxy = [self._proxies.sent(pod) for pod in pods]
        return {
            pod.name: sum(sent[pod.address] for sent in by_proxy)
            for pod in pods
            if pod.proxy == workload and pod.ready and all(pod.address in sent for sent in by_proxy)
        }

    def belong(self, workload: str) -> Collection[str]:
        return {pod.name for pod in self._pods() if pod.proxy == workload}

"""Calls to the apps of a cluster's Bookinfo as somebody: as a workload, as the gateway, as an impostor, or as nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from platforms.bookinfo import BOOKINFO
from platforms.counters import Heard
from platforms.demo.foreign import foreign_pair
from platforms.errors import NotConverged, NotReachable
from platforms.istio.registry import identity
from platforms.kubernetes.calls.pods import GATEWAY, OUTSIDE, CallerPods
from platforms.kubernetes.calls.scripts import by_plain_http, by_tls, statuses
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh.proxies import Pod, Proxies
from platforms.wait import wait_while

_DRAINED_SECONDS = 120.0
"""Istio gives connections of before 45 s, unless it is told otherwise."""
_POLL_SECONDS = 0.5


class PodCallers:
    """A workload calls in its own pod, through its sidecar; the gateway's identity and strangers have pods for the block."""

    def __init__(self, cluster: Cluster, namespace: str, proxies: Proxies, pods: Callable[[], Sequence[Pod]]) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._proxies = proxies
        self._pods = pods
        self._others = CallerPods(cluster, namespace)

    def __enter__(self) -> Self:
        self._others.start()
        try:
            self._wait_for_older_connections()
        except BaseException:
            self._others.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._others.stop()

    def as_proxy(self, name: str, app: str, path: str, times: int) -> Sequence[int | None]:
        command = by_plain_http(f"{app}.{self._namespace}", path, times)
        if name == BOOKINFO.gateway.name:
            return statuses(self._others.run(GATEWAY, command))
        for pod in self._pods():
            if pod.proxy == name and pod.ready:
                return statuses(self._cluster.run(pod.name, pod.namespace, pod.app, command))
        raise NotReachable(f"no pod of {name} is ready to call")

    def as_impostor(self, name: str, app: str, path: str, times: int) -> Sequence[int | None]:
        """The right name, signed by nobody whom the mesh knows."""
        proxy = BOOKINFO.proxy(name)
        namespace = proxy.namespace if proxy.is_gateway else self._namespace
        pair = foreign_pair(identity(namespace, proxy.service_account))
        return [
            answer
            for pod in self._pods_of(app)
            for answer in statuses(self._others.run(OUTSIDE, by_tls(pod.address, path, times, pair)))
        ]

    def in_plain_text(self, app: str, path: str, times: int) -> Sequence[int | None]:
        return [
            answer
            for pod in self._pods_of(app)
            for answer in statuses(self._others.run(OUTSIDE, by_plain_http(pod.address, path, times)))
        ]

    def heard(self, app: str) -> Heard:
        """The sum over all pods of the app; raises NotReachable if a proxy of one does not answer."""
        found = [self._proxies.heard(pod) for pod in self._pods_of(app)]
        return Heard(sum(one.taken for one in found), sum(one.denied for one in found), sum(one.cut for one in found))

    def _wait_for_older_connections(self) -> None:
        """Return when no proxy judges anybody by policies of before, as it does on connections that it had then."""

        def draining() -> list[str]:
            return [pod.name for pod in self._pods() if self._proxies.draining(pod)]

        if late := wait_while(draining, _DRAINED_SECONDS, every=_POLL_SECONDS):
            raise NotConverged(
                f"after {_DRAINED_SECONDS:.0f} s, connections of before are still judged by older policies: "
                f"{', '.join(late)}"
            )

    def _pods_of(self, app: str) -> list[Pod]:
        return [pod for pod in self._pods() if pod.app == app and pod.proxy != BOOKINFO.gateway.name]

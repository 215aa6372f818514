"""A cluster's Bookinfo as a Platform: rules go to the API server, facts come from the proxies."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import Convergence, LoadGenerator, State
from platforms.counters import Calls, Counters
from platforms.demo.https_door import HttpsDoor
from platforms.envoy import culprits
from platforms.envoy.translate import Snapshot
from platforms.errors import NotApplied, NotConverged, PlatformError, Rejected, UsageError
from platforms.istio.push_context import by_age
from platforms.istio.registry import Workload
from platforms.istio.resources import SECRET, ResourceSet
from platforms.kubernetes import load_generator
from platforms.kubernetes.calls.callers import PodCallers
from platforms.kubernetes.calls.scaler import PodScaler
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.client.together import together
from platforms.kubernetes.gateway_door import GatewayDoor
from platforms.kubernetes.mesh import config_diff, deployments, objects, rules, server_secrets
from platforms.kubernetes.mesh.proxies import PROXIES, Pod, Proxies
from platforms.kubernetes.mesh.server_secrets import ServerSecrets
from platforms.kubernetes.record import KubernetesDemo, folder
from platforms.kubernetes.snapshot import verifiable_routing

_GATEWAY = BOOKINFO.gateway.name
_NAMED = 2
_POLL_SECONDS = 0.01
_LONGEST_POLL_SECONDS = 0.25
_REFUSAL_SECONDS = 2.0
"""How long after `apply` a laggard's log is looked into: istiod waits up to a second for more changes to come."""


@dataclass(slots=True)
class _Applied:
    """The state that was applied last, and what was there before."""

    state: State
    began: float
    snapshot: Snapshot
    """What the proxies should serve."""
    services: ResourceSet
    """The Services that were found in the cluster."""
    secrets: ServerSecrets
    """What the gateway should show."""
    before: rules.Change | None = None
    secrets_before: ServerSecrets = field(default_factory=ServerSecrets)


class KubernetesPlatform:
    """The Bookinfo in one namespace of a cluster with Istio."""

    name = "kubernetes"
    request_log = None  # a sidecar's log is its pod's, in a format that the mesh and not we choose

    def __init__(self, demo: KubernetesDemo) -> None:
        self._demo = demo
        self._cluster = Cluster(demo.context, folder())
        self._proxies = Proxies(self._cluster, demo.namespace)
        self._gateway = GatewayDoor(demo, self._cluster)
        self._applied: _Applied | None = None

    @property
    def key(self) -> str:
        return self._demo.key

    @property
    def demo(self) -> KubernetesDemo:
        return self._demo

    @property
    def cluster(self) -> Cluster:
        return self._cluster

    @property
    def gateway_url(self) -> str:
        return self._demo.gateway_url

    @property
    def gateway(self) -> GatewayDoor:
        return self._gateway

    @property
    def door(self) -> HttpsDoor:
        return self._gateway.on_this_machine()

    def workloads(self) -> Mapping[Workload, int]:
        return deployments.replicas(self._cluster, self._demo.namespace)

    def apply(self, state: State) -> None:
        began = time.monotonic()
        namespace = self._demo.namespace
        found = objects.inventory(self._cluster, namespace, self._gateway.namespace)
        planned = rules.with_age(state.resources, found.live)
        snapshot = verifiable_routing(planned, found.services)
        ruling = ResourceSet(tuple(one for one in state.resources if one.kind != SECRET))
        change = rules.plan(ruling, found.live, namespace)
        if not rules.is_restore(change, found.live, baseline()) and (
            rival := next(_rivals(state, found, namespace), None)
        ):
            raise NotApplied(rival)
        there = self._gateway.secrets(snapshot.terminations, found)
        secrets = server_secrets.wanted(snapshot.terminations, there, self._gateway.namespace)
        both = server_secrets.change(there, secrets).around(change)
        written = rules.with_age(state.resources, {**found.live, **rules.write(self._cluster, both)})
        self._gateway.keep(secrets)
        if by_age(written) != by_age(planned):  # what is new was not made within one second
            snapshot = verifiable_routing(written, found.services)
        deployments.scale(self._cluster, namespace, state.stopped, state.scaled)
        back = server_secrets.change(secrets, there).around(rules.inverse(change, found.live))
        self._applied = _Applied(state, began, snapshot, found.services, secrets, back, there)

    def wait_until_converged(self, state: State, *, timeout: float) -> Convergence:
        now = time.monotonic()
        applied = self._applied
        if applied is None or applied.state != state:
            found = objects.inventory(self._cluster, self._demo.namespace, self._gateway.namespace)
            snapshot = verifiable_routing(rules.with_age(state.resources, found.live), found.services)
            applied = _Applied(
                state, now, snapshot, found.services, self._gateway.secrets(snapshot.terminations, found)
            )
        expected = {name: config_diff.expected_config(one) for name, one in applied.snapshot.proxies.items()}
        agreed: set[str] = set()
        pause = 0.0
        while first := next(looking := self._laggards(applied, expected, agreed), None):
            elapsed = time.monotonic() - applied.began
            late = time.monotonic() >= now + timeout
            if elapsed >= _REFUSAL_SECONDS or late:  # before that, one laggard is as good as all
                laggards = [first, *looking]
                self._raise_rejection(applied, laggards)
                if late:
                    found = objects.inventory(self._cluster, self._demo.namespace, self._gateway.namespace)
                    raise NotConverged("; ".join((*_first_few(laggards), *_rivals(state, found, self._demo.namespace))))
            time.sleep(pause)
            pause = min(pause + _POLL_SECONDS, _LONGEST_POLL_SECONDS)
        milliseconds = (time.monotonic() - applied.began) * 1000
        return Convergence(state.resources.revision, milliseconds, proxies=len(agreed))

    def upstream_requests(self) -> Counters:
        return self._proxies.counters(self.pods())

    def under_way(self) -> int:
        return sum(self._proxies.under_way(pod) for pod in self._sidecars())

    def calls(self) -> Mapping[str, Calls]:
        sums: dict[str, Calls] = {}
        for pod in self._sidecars():
            if one := self._proxies.calls(pod):
                sums[pod.proxy] = sums[pod.proxy] + one if pod.proxy in sums else one
        return sums

    def updates(self) -> Mapping[str, Mapping[str, str]]:
        return {pod.name: self._proxies.updates(pod) for pod in self.pods()}

    def instances(self) -> Mapping[str, str]:
        return {pod.name: f"{pod.uid}, {pod.restarts} restarts" for pod in self.pods()}

    def pods(self) -> list[Pod]:
        """Every pod whose Envoy a page may pass."""
        return self._proxies.pods()

    def served(self, workload: str) -> Mapping[str, Any]:
        """The configuration that the Envoys of a workload serve now, by pod, in the form of istiod's recorded answers."""
        return {pod.name: self._proxies.served(pod) for pod in self._pods_of(workload)}

    def log(self, workload: str, lines: int) -> Iterator[str]:
        """The last lines of each pod of a workload; with `envoy-` before its name, of their Envoys."""
        of_envoy = workload == _GATEWAY or workload.startswith("envoy-")
        for pod in self._pods_of(workload.removeprefix("envoy-")):
            yield from self._cluster.log(pod.name, pod.namespace, "istio-proxy" if of_envoy else pod.app, lines=lines)

    @property
    def callers(self) -> PodCallers:
        return PodCallers(self._cluster, self._demo.namespace, self._proxies, self.pods)

    @property
    def scaler(self) -> PodScaler:
        return PodScaler(self._cluster, self._demo.namespace, self._proxies, self.pods)

    def load_generator(self, workers: int) -> LoadGenerator:
        return load_generator.traffic_job(self._demo, self._cluster, workers)

    def close(self) -> None:
        self._proxies.close()

    def _sidecars(self) -> list[Pod]:
        return [pod for pod in self.pods() if pod.proxy != _GATEWAY]

    def _pods_of(self, workload: str) -> list[Pod]:
        if workload not in PROXIES:
            raise UsageError(f"{workload}: no such workload; there are {', '.join(sorted(PROXIES))}")
        return [pod for pod in self.pods() if pod.proxy == workload]

    def _laggards(
        self, applied: _Applied, expected: Mapping[str, Any], agreed: set[str]
    ) -> Iterator[tuple[Pod | None, str]]:
        """The pods that do not serve the state yet, each with a reason; nobody's word but the proxies' own is taken.

        `expected` is each proxy's configuration. `agreed` collects the pods whose routes and clusters are right: they
        change only by a new rule.
        """
        asks: list[Callable[[], Any]] = [partial(self._unready, applied.state), self.pods]
        unready, pods = together(asks)
        yield from ((None, told) for told in unready)
        agreed &= {pod.name for pod in pods}
        ready = {pod.proxy: {one.address for one in pods if one.proxy == pod.proxy and one.ready} for pod in pods}
        selected = {
            proxy: {
                cluster: set[str]().union(*(ready.get(name, set()) for name in names))
                for cluster, names in applied.snapshot.selected_for(proxy).items()
            }
            | config_diff.expected_addresses(applied.snapshot.proxies[proxy])
            for proxy in {pod.proxy for pod in pods}
        }
        pods.sort(key=lambda pod: pod.name in agreed)
        for some in (pods[:1], pods[1:]):  # as long as one is late, nobody else is asked
            late = together(
                [partial(self._lag, pod, applied, expected[pod.proxy], selected[pod.proxy], agreed) for pod in some]
            )
            yield from ((pod, lag) for pod, lag in zip(some, late, strict=True) if lag)

    def _unready(self, state: State) -> list[str]:
        return list(deployments.unready(self._cluster, self._demo.namespace, state.stopped, state.scaled))

    def _lag(
        self, pod: Pod, applied: _Applied, expected: Any, selected: Mapping[str, set[str]], agreed: set[str]
    ) -> str:
        """Return what a pod does not serve yet, in words; nothing if it is there."""
        try:
            if pod.name not in agreed:
                stale = list(config_diff.stale_resources(expected, self._proxies.served(pod)))
                if stale:
                    return f"{pod.name} does not serve {applied.state.resources.revision} yet ({', '.join(stale[:2])})"
                agreed.add(pod.name)
            known = self._proxies.endpoints(pod)
            shown = applied.secrets.serials if pod.proxy == _GATEWAY else frozenset()
            if shown and shown - self._proxies.certificates(pod):
                return f"{pod.name} does not show yet what its Gateways' Secrets say"
        except PlatformError as error:
            return str(error)
        unseen = next((one for one, addresses in selected.items() if known.get(one, set()) != addresses), None)
        return f"{pod.name} has not seen yet which instances are ready ({unseen})" if unseen else ""

    def _raise_rejection(self, applied: _Applied, laggards: list[tuple[Pod | None, str]]) -> None:
        """Raise Rejected if one of the laggards has refused what it was sent; what was there before is put back."""
        seconds = math.ceil(time.monotonic() - applied.began) + 1
        for pod, _ in laggards:
            if pod is None:
                continue
            for reason in self._proxies.refusals(pod, seconds=seconds):
                back = ""
                if applied.before is not None:
                    rules.write(self._cluster, applied.before)
                    self._gateway.keep(applied.secrets_before)
                    back = "; the rules of before are back"
                told = culprits.blamed(
                    pod.proxy, reason, applied.state.resources, partial(verifiable_routing, services=applied.services)
                )
                raise Rejected(f"{told}{back}")


def _rivals(state: State, found: objects.Inventory, namespace: str) -> Iterator[str]:
    """Somebody else's rules for a host of the state's."""
    return rules.conflicting_rules(state.resources, found.rivals, namespace)


def _first_few(laggards: list[tuple[Pod | None, str]]) -> Iterator[str]:
    """The first few in words; the others are late for the same reason, mostly."""
    yield from (told for _, told in laggards[:_NAMED])
    if len(laggards) > _NAMED:
        yield f"and {len(laggards) - _NAMED} more"

"""The processes of a demo: every instance of its workloads, and a proxy with a certificate beside each."""

from __future__ import annotations

import asyncio
import functools
import secrets
from collections.abc import Awaitable, Callable, Collection, Iterable, KeysView, Mapping
from dataclasses import replace
from typing import Any

from platforms.envoy.topology import Topology
from platforms.istio.registry import Proxy
from platforms.local.certificates import Authority
from platforms.local.deployments.deployment import Deployment
from platforms.local.programs import envoy, workloads
from platforms.local.record import LocalDemo
from platforms.local.supervisor.child import Child, Phase, Probe


class Fleet:
    """The children of a supervisor by the names of their instances; none runs before it is started."""

    def __init__(
        self,
        demo: LocalDemo,
        runtimes: Mapping[str, str],
        authority: Authority,
        *,
        changed: Callable[[], None],
        restarting: Callable[[str], None],
    ) -> None:
        """Call `changed` when a child is ready or no longer ready, and `restarting` with a proxy whose process begins."""
        self._registry, self._logs, self._mark = demo.registry, demo.logs, demo.mark
        self._runtimes, self._authority = runtimes, authority
        self._changed, self._restarting = changed, restarting
        self._session_secret = secrets.token_hex()
        self._nodes = {name: self._node(name, demo.topology) for name in demo.topology.proxies}
        self._proxies = {name: self._proxy(name, demo.topology) for name in demo.topology.proxies}
        self._instances = {
            name: self._instance(name, one, demo.topology) for one in demo.deployments for name in one.instances
        }

    @property
    def names(self) -> KeysView[str]:
        """The instances that there are, running or not."""
        return self._instances.keys()

    @property
    def ready(self) -> set[str]:
        """The instances that can be called: as in Kubernetes, one is ready when it and its proxy are."""
        return {name for name, child in self._instances.items() if child.ready and self._proxies[name].ready}

    def start(self) -> None:
        """Start everything, each proxy with a certificate of its own."""
        for node in self._nodes.values():
            self._authority.issue(node)
        for child in self._children():
            child.start()

    def add(self, deployments: Iterable[Deployment], names: Collection[str], topology: Topology) -> None:
        """Add these instances and start their proxies; the instances themselves start by `run`."""
        for one in deployments:
            for name in (name for name in one.instances if name in names):
                self._nodes[name] = self._node(name, topology)
                self._authority.issue(self._nodes[name])
                self._proxies[name] = self._proxy(name, topology)
                self._instances[name] = self._instance(name, one, topology)
                self._proxies[name].start()

    async def remove(self, names: Collection[str], *, drained: Callable[[str], Awaitable[None]]) -> None:
        """End these instances once `drained` has returned for each, and their proxies after them."""

        async def end(name: str) -> None:
            await self._instances[name].stop(drained=functools.partial(drained, name))
            await self._proxies[name].stop()

        await asyncio.gather(*map(end, names))
        for known in (self._nodes, self._proxies, self._instances):
            for name in names:
                del known[name]

    async def run(self, stopped: Collection[str], *, drained: Callable[[], Awaitable[None]]) -> None:
        """Keep every instance running but these, which end once `drained` has returned."""
        for name in self._instances.keys() - stopped:
            self._instances[name].start()
        async with asyncio.TaskGroup() as group:
            for name in stopped:
                group.create_task(self._instances[name].stop(drained=drained))

    async def stop(self) -> None:
        """End everything, all at the same time."""
        await asyncio.gather(*(child.stop() for child in self._children()))

    async def renew_certificates(self) -> None:
        """Replace every proxy's certificate; one after the other, so that nobody waits for it."""
        for node in tuple(self._nodes.values()):
            if node.name in self._nodes:  # it may have gone meanwhile
                self._authority.issue(node)
            await asyncio.sleep(0)

    def document(self) -> dict[str, Any]:
        """Return how each child is, as `status` shows it."""
        return {
            "workloads": {name: _child_document(child) for name, child in self._instances.items()},
            "proxies": {name: _child_document(child) for name, child in self._proxies.items()},
        }

    def _children(self) -> tuple[Child, ...]:
        return (*self._instances.values(), *self._proxies.values())

    def _node(self, name: str, topology: Topology) -> Proxy:
        """The proxy of an instance: that of its workload, by a name of its own."""
        return replace(self._registry.proxy(topology.workload(name)), name=name)

    def _instance(self, name: str, deployment: Deployment, topology: Topology) -> Child:
        return Child(
            name,
            lambda: workloads.launch(name, deployment, topology, self._runtimes, session_secret=self._session_secret),
            Probe(topology.ports[name].app, "/health"),
            log_file=self._logs / f"{name}.log",
            mark=self._mark,
            changed=lambda _: self._changed(),
        )

    def _proxy(self, name: str, topology: Topology) -> Child:
        log_file = envoy.log_file(self._logs, name)
        return Child(
            log_file.stem,
            lambda: envoy.launch(name, topology, self._runtimes["envoy"]),
            Probe(topology.admin_socket(name), "/ready"),
            log_file=log_file,
            mark=self._mark,
            changed=functools.partial(self._proxy_changed, name),
        )

    def _proxy_changed(self, name: str, child: Child) -> None:
        if child.phase is Phase.STARTING:
            self._authority.replace_if_lost(self._nodes[name])
            self._restarting(name)
        self._changed()


def _child_document(child: Child) -> dict[str, Any]:
    return {
        "phase": child.phase.value,
        "pid": child.identity.pid if child.identity else None,
        "restarts": child.restarts,
        "since": child.since,
        "last_exit": child.last_exit,
        "log": str(child.log_file),
    }

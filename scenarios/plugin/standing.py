"""A mesh of stubs that is up: its processes, the rules in force, and how its stubs answer."""

from __future__ import annotations

import subprocess  # noqa: TID251  # for the type of a supervisor
from pathlib import Path

from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.counters import Counters
from platforms.errors import NotReachable
from platforms.istio.registry import Registry
from platforms.istio.resources import ResourceSet
from platforms.local import bringup
from platforms.local.platform import LocalPlatform
from platforms.local.programs import workloads
from platforms.local.stub_control import tell
from scenarios.evidence.proxy_counts import read_settled
from scenarios.plugin.declared import CLIENT, Declared

_END_SECONDS = 10.0


class StandingMesh:
    """The processes of the services that were declared, from bring-up to the end."""

    def __init__(self, run: Path, declared: Declared) -> None:
        """Bring it up, with a stub for each version and no rule; raises NotReachable or NotApplied with nothing left running."""
        self._declared = declared
        self._platform: LocalPlatform
        self._supervisor: subprocess.Popen[bytes]
        self._platform, self._supervisor = bringup.up_stubs(run, declared.services, declared.deployments)
        self._rules = ResourceSet()
        self._told: set[str] = set()
        self._is_used = False

    @property
    def registry(self) -> Registry:
        return self._platform.demo.registry

    @property
    def gateway_port(self) -> int:
        return self._platform.demo.topology.gateway_port

    @property
    def client_port(self) -> int:
        """The port of the sidecar through which the mesh's client calls."""
        return self._platform.demo.topology.ports[CLIENT.name].outbound

    def has(self, declared: Declared) -> bool:
        """Tell whether these services and versions are what runs."""
        ours = self._declared
        return ours.services == declared.services and set(ours.workloads) == set(declared.workloads)

    def require_alive(self) -> None:
        """Raise NotReachable where its supervisor has ended."""
        if self._supervisor.poll() is not None:
            raise NotReachable("the mesh has ended: its supervisor was killed; the next request brings it up anew")

    def serve(self, rules: ResourceSet) -> None:
        """Return when every proxy serves these rules, and none of what an earlier test has left."""
        if self._is_used:
            for name in sorted(self._told):
                self.answer(name, 200, 0.0)
            self._told.clear()
            self._put_in_force(ResourceSet())  # so that nobody is still kept out
            self._is_used = False
        self._put_in_force(rules)

    def answer(self, workload: str, status: int, delay: float) -> None:
        """Let a version answer so from now on."""
        tell(workloads.stub_socket(workload, self._platform.demo.topology), status, delay)
        self._told.add(workload)

    def counted(self) -> Counters:
        """The proxies' counts, once they stand still."""
        return read_settled(self._platform.upstream_requests)

    def leave(self) -> None:
        """Leave it to another test."""
        self._is_used = True

    def close(self) -> None:
        """Take it down."""
        bringup.down(self._platform.demo)
        self._platform.close()
        if self._supervisor.stdin:
            self._supervisor.stdin.close()
        self._supervisor.wait(_END_SECONDS)

    def _put_in_force(self, rules: ResourceSet) -> None:
        if rules == self._rules:
            return
        state = State(rules)
        self._platform.apply(state)
        self._rules = rules
        self._platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)

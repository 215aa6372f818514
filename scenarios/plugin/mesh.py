"""The mesh of a test process: its services are stubs, its proxies are Envoys, and its rules are whoever's."""

from __future__ import annotations

import json
import subprocess  # noqa: TID251  # for the type of a supervisor
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.errors import UsageError
from platforms.istio import hosts
from platforms.istio.analysis.analyze import analyze
from platforms.istio.reading import files
from platforms.istio.registry import INGRESS_GATEWAY, ROOT_NAMESPACE
from platforms.istio.resources import ResourceSet, collected, parse
from platforms.istio.validation.validate import validated
from platforms.local import bringup
from platforms.local.platform import LocalPlatform
from platforms.local.programs import workloads
from platforms.local.stub_control import tell
from scenarios.plugin.asking import Asker, Request, StubAnswer, ask_many
from scenarios.plugin.declared import CLIENT, NAMESPACE, PORT, Declared, declares
from scenarios.plugin.expected import expected
from scenarios.plugin.verdict import Seen

_TEXT = "the YAML of this test"
_END_SECONDS = 10.0
_LONGEST_DELAY = 60


class StubMesh:
    """A mesh that is brought up when it is first asked, and anew where other services are declared."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._declared, self._standing = Declared(), Declared()
        self._rules = ResourceSet()
        self._platform: LocalPlatform | None = None
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._told: set[str] = set()

    def service(self, name: str, versions: Iterable[str] = ("v1",), *, port: int = PORT) -> None:
        """Declare a service, and the versions of the app behind it."""
        self._declared = self._declared.with_service(name, versions, port)

    def apply(self, *given: Path | str | Mapping[str, Any]) -> tuple[str, ...]:
        """Put rules in force beside those of the test so far: files, folders, YAML texts or objects.

        Service and Deployment objects declare services and versions. Returns what `istioctl analyze` would remark.
        Raises UsageError, Rejected or Unsupported, in the words of `platforms apply`, with nothing changed.
        """
        namespace = self._declared.namespace or NAMESPACE
        found = collected(one for name, text in _texts(given) for one in parse(text, source=name, namespace=namespace))
        declared = self._declared
        for one in found:
            declared = declared.with_object(one) if declares(one) else declared
        rules = validated(ResourceSet(tuple(one for one in found if not declares(one))))
        if not declared.selectors:
            raise UsageError(
                'no service is declared yet: `mesh.service("orders", ["v1", "v2"])`, or apply a Service too'
            )
        for one in rules:
            if one.namespace not in (declared.services.namespace, ROOT_NAMESPACE):
                raise UsageError(
                    f"{one}: in namespace {one.namespace}, and a mesh has one, here {declared.services.namespace}"
                )
        platform = self._up(declared)
        wanted = self._rules.overlaid(rules)
        self._put_in_force(platform, wanted)
        self._declared, self._rules = declared, wanted
        return tuple(map(str, analyze(wanted, platform.demo.registry)))

    def answer(self, service: str, version: str, *, status: int = 200, delay: float = 0.0) -> None:
        """Let a version answer with this status, so many seconds later, until the test is over."""
        if not 200 <= status <= 599 or not 0 <= delay <= _LONGEST_DELAY:  # noqa: PLR2004  # what an answer can have
            raise UsageError(f"status {status}, delay {delay:g}: give 200 to 599, and 0 to {_LONGEST_DELAY} seconds")
        platform = self._up(self._declared)
        name = f"{service}-{version}"
        if name not in platform.demo.topology.ports or name == CLIENT.name:
            there = ", ".join(one.name for one in self._declared.workloads)
            raise UsageError(f"{name}: no such version; there are {there or 'none'}")
        tell(workloads.stub_socket(name, platform.demo.topology), status, delay)
        self._told.add(name)

    def get(
        self, target: str, *, path: str = "", headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> StubAnswer:
        """Send one request: to a service, as the mesh's client; to the URL of another host, through the gateway."""
        request, _ = self._request(target, path, headers or {}, method)
        asker = Asker(request.port)
        try:
            return asker.ask(request)
        finally:
            asker.close()

    def expect(
        self,
        target: str,
        *,
        path: str = "",
        headers: Mapping[str, str] | None = None,
        shares: Mapping[str, float] | None = None,
        status: int | Mapping[int, float] | None = None,
        never: Collection[str | int] = (),
        within: str | None = None,
        requests: int | None = None,
        margin: float = 5,
    ) -> None:
        """Hold the mesh to a claim by as many requests as it takes; raises AssertionError, with the counts, where it fails."""
        __tracebackhide__ = True
        claimed = expected(shares=shares, status=status, never=never, within=within, requests=requests, margin=margin)
        request, caller = self._request(target, path, headers or {}, "GET")
        if claimed.by_version:
            self._require_versions((*(shares or ()), *never))
        platform = self._up(self._declared)
        seen, before = Seen(claimed), platform.upstream_requests()
        ask_many(request, claimed.claim.requests, seen.observe)
        since = platform.upstream_requests().since(before).requests
        counted = {f"{hop.app}-{hop.version}": n for hop, n in since.items() if hop.caller == caller and n}
        if complaints := seen.complaints(counted):
            verdict = "" if complaints[0].startswith("INCONCLUSIVE") else "FAILS: "
            by = ", ".join(f"{name} {n:,}" for name, n in sorted(counted.items())) or "none"
            raise AssertionError(f"{target}{path}: {verdict}{'; '.join(complaints)}; calls by the proxies' count: {by}")

    def reset(self) -> None:
        """Forget the rules, the services and how they answer; what runs stays up for a test that declares the same."""
        platform = self._platform
        if platform and self._told:
            for name in sorted(self._told):
                tell(workloads.stub_socket(name, platform.demo.topology), 200, 0.0)
            self._told.clear()
        if platform and self._rules.resources:
            self._put_in_force(platform, ResourceSet())
        self._declared, self._rules = Declared(), ResourceSet()

    def close(self) -> None:
        """Take the mesh down."""
        if self._platform and self._supervisor:
            bringup.down(self._platform.demo)
            self._platform.close()
            if self._supervisor.stdin:
                self._supervisor.stdin.close()
            self._supervisor.wait(_END_SECONDS)
        self._platform = self._supervisor = None
        self._told.clear()

    def _up(self, declared: Declared) -> LocalPlatform:
        if not declared.workloads:
            raise UsageError("no version is declared yet: give `mesh.service` versions, or apply a Deployment")
        same = self._standing.services == declared.services and set(self._standing.workloads) == set(declared.workloads)
        if self._platform and same:
            return self._platform
        self.close()
        self._platform, self._supervisor = bringup.up_stubs(self._run, declared.services, declared.deployments)
        self._standing = declared
        if self._rules.resources:
            self._put_in_force(self._platform, self._rules)
        return self._platform

    def _put_in_force(self, platform: LocalPlatform, rules: ResourceSet) -> None:
        state = State(rules)
        platform.apply(state)
        platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)

    def _request(self, target: str, path: str, headers: Mapping[str, str], method: str) -> tuple[Request, str]:
        """The request, and the name of the proxy that decides where it goes."""
        demo = self._up(self._declared).demo
        parts = urlsplit(target if "://" in target else f"http://{target}")
        if parts.scheme != "http" or not parts.hostname:
            raise UsageError(f"{target!a}: neither a service nor an http URL")
        path = f"{parts.path}{f'?{parts.query}' if parts.query else ''}{path}" or "/"
        port = demo.registry.port
        if any(parts.hostname in hosts.aliases(host, address) for host, address in demo.registry.hosts.items()):
            if parts.port not in (None, port):
                raise UsageError(f"{target}: the Services of this mesh have port {port}")
            url = f"http://{parts.hostname}:{port}{path}"
            return Request(demo.topology.ports[CLIENT.name].outbound, url, headers, method), CLIENT.name
        if "://" not in target:
            raise UsageError(f"{target!a}: no such service; there are {', '.join(demo.registry.services)}")
        if not any(one.collection in ("Gateway", "KubernetesGateway") for one in self._rules):
            raise UsageError(f"{target}: no Service of the mesh, and no Gateway is applied that it could come in by")
        named = {"host": parts.netloc, **headers}
        return Request(demo.topology.gateway_port, path, named, method), INGRESS_GATEWAY.name

    def _require_versions(self, names: Iterable[str | int]) -> None:
        known = {name for one in self._declared.workloads for name in (one.version, one.name)}
        if unknown := next((one for one in names if one not in known), None):
            raise UsageError(f"{unknown}: no version of a service; there are {', '.join(sorted(known))}")


def _texts(given: Iterable[Path | str | Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    """The name and the text of all that was given; a text of several lines, or with a colon and a blank, is YAML."""
    for one in given:
        if isinstance(one, Mapping):
            yield _TEXT, json.dumps(one)
        elif isinstance(one, str) and ("\n" in one or ": " in one):
            yield _TEXT, one
        else:
            yield from files.texts([one])

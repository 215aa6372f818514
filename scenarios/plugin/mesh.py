"""The mesh of a test process: its services are stubs, its proxies are Envoys, and its rules are whoever's."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from platforms.envoy.topology import Ports, Topology
from platforms.errors import DemoError, UsageError, in_one_line
from platforms.istio.analysis.analyze import analyze
from platforms.istio.registry import ROOT_NAMESPACE, Registry
from platforms.istio.resources import ResourceSet
from platforms.local.deployments import deployment
from platforms.local.snapshot import snapshot
from platforms.loopback import LOOPBACK
from scenarios.plugin import given as objects
from scenarios.plugin import targets
from scenarios.plugin.asking import MOST_AT_ONCE, Asker, Request, StubAnswer, ask_many
from scenarios.plugin.declared import NAMESPACE, PORT, Declared
from scenarios.plugin.expected import expected
from scenarios.plugin.given import Given
from scenarios.plugin.plain import plainly
from scenarios.plugin.standing import StandingMesh
from scenarios.plugin.verdict import Seen, complaint

_STATUSES = range(200, 600)
_LONGEST_DELAY = 60

log = logging.getLogger("bookinfo-proof")


class StubMesh:
    """A mesh that is brought up by the first request, and anew by the first after other services were declared."""

    def __init__(self, run: Path, root: Path) -> None:
        """`root` is where files are looked for that are not found from the working directory."""
        self._run, self._root = run, root
        self._declared, self._rules = Declared(), ResourceSet()
        self._standing: StandingMesh | None = None

    @property
    def gateway_url(self) -> str:
        """The address of the ingress gateway, for a client of one's own."""
        return f"http://{LOOPBACK}:{self._ready().gateway_port}"

    @plainly
    def service(
        self, name: str, versions: Iterable[str] = ("v1",), *, port: int = PORT, namespace: str | None = None
    ) -> None:
        """Declare a service, and the versions of the app behind it."""
        self._declared = self._declared.with_service(name, versions, port, namespace)

    @plainly
    def apply(self, *given: Given) -> tuple[str, ...]:
        """Put rules in force beside those of the test so far: files, folders, YAML texts or objects.

        Service and Deployment objects declare services and versions. Returns what was set aside, and what `istioctl analyze` would
        remark. Raises UsageError, Rejected or Unsupported, in the words of `platforms apply`, with nothing changed.
        """
        found = objects.read(given, namespace=self._declared.namespace or NAMESPACE, root=self._root)
        declared = self._declared
        for one in found.declaring:
            declared = declared.with_object(one)
        if not declared.selectors:
            raise UsageError(
                'no service is declared yet: `mesh.service("orders", ["v1", "v2"])`, or apply a Service too'
            )
        namespace = declared.services.namespace
        for one in found.rules:
            if one.namespace not in (namespace, ROOT_NAMESPACE):
                raise UsageError(
                    f"{one}: in namespace {one.namespace}, and a mesh has one, here {namespace}; "
                    f'`mesh.service(…, namespace="{one.namespace}")`, or a Service there, gives it another'
                )
        wanted, registry = self._rules.overlaid(found.rules), _registry(declared)
        try:
            snapshot(wanted, registry, _somewhere(registry))
        except DemoError as error:
            raise found.placed(error) from error
        self._declared, self._rules = declared, wanted
        for note in found.notes:
            log.warning("%s", in_one_line(note))
        return (*found.notes, *self._remarks())

    @plainly
    def answer(self, service: str, version: str, *, status: int = 200, delay: float = 0.0) -> None:
        """Let a version answer with this status, so many seconds later, until the test is over."""
        if not (isinstance(status, int) and status in _STATUSES):
            raise UsageError(f"status {status!a}: give {_STATUSES[0]} to {_STATUSES[-1]}")
        if not (isinstance(delay, int | float) and 0 <= delay <= _LONGEST_DELAY):
            raise UsageError(f"delay {delay!a}: give 0 to {_LONGEST_DELAY} seconds, as a number")
        name = f"{service}-{version}"
        if name not in (there := [one.name for one in self._declared.workloads]):
            raise UsageError(f"{name}: no such version; there are {', '.join(there) or 'none'}")
        self._ready().answer(name, status, delay)

    @plainly
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

    @plainly
    def get_many(
        self,
        target: str,
        requests: int,
        *,
        at_once: int = 4,
        path: str = "",
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
    ) -> list[StubAnswer]:
        """Send so many requests, some at once, and return their answers in the order in which they came."""
        if requests < 1 or not 1 <= at_once <= MOST_AT_ONCE:
            raise UsageError(
                f"requests {requests}, at_once {at_once}: give 1 at least, and 1 to {MOST_AT_ONCE} at once"
            )
        request, _ = self._request(target, path, headers or {}, method)
        answers: list[StubAnswer] = []

        def observe(_number: int, answer: StubAnswer) -> bool:
            answers.append(answer)
            return False

        ask_many(request, requests, observe, at_once=at_once)
        return answers

    @plainly
    def expect(
        self,
        target: str,
        *,
        path: str = "",
        headers: Mapping[str, str] | None = None,
        shares: Mapping[str, float] | None = None,
        status: int | Mapping[int, float] | None = None,
        never: str | int | Collection[str | int] = (),
        within: str | None = None,
        requests: int | None = None,
        margin: float = 5,
    ) -> None:
        """Hold the mesh to a claim by as many requests as it takes; raises AssertionError, with the counts, where it fails."""
        __tracebackhide__ = True
        claimed = expected(shares=shares, status=status, never=never, within=within, requests=requests, margin=margin)
        if claimed.by_version:
            self._require_versions((*(shares or ()), *claimed.never))
        request, caller = self._request(target, path, headers or {}, "GET")
        mesh = self._ready()
        seen, before = Seen(claimed), mesh.counted()
        ask_many(request, claimed.claim.requests, seen.observe)
        since = mesh.counted().since(before).requests
        counted = {f"{hop.app}-{hop.version}": n for hop, n in since.items() if hop.caller == caller and n}
        if told := complaint(seen, counted):
            remarks = (f"istioctl analyze would say: {remark}" for remark in self._remarks())
            raise AssertionError("\n  ".join((f"{target}{path}: {told}".replace("\n", "\n  "), *remarks)))

    @plainly
    def reset(self) -> None:
        """Forget the rules, the services and how they answer; what runs stays up for a test that declares the same."""
        if self._standing:
            self._standing.leave()
        self._declared, self._rules = Declared(), ResourceSet()

    def close(self) -> None:
        """Take the mesh down."""
        standing, self._standing = self._standing, None
        if standing:
            standing.close()

    def _ready(self) -> StandingMesh:
        """The mesh of what was declared, with what was applied in force."""
        self._require_a_version()
        if self._standing and not self._standing.has(self._declared):
            self.close()
        if self._standing is None:
            self._standing = StandingMesh(self._run, self._declared)
        try:
            self._standing.require_alive()
        except DemoError:
            self.close()
            raise
        self._standing.serve(self._rules)
        return self._standing

    def _remarks(self) -> tuple[str, ...]:
        return tuple(map(str, analyze(self._rules, _registry(self._declared))))

    def _request(self, given: str, path: str, headers: Mapping[str, str], method: str) -> tuple[Request, str]:
        """The request, and the name of the proxy that decides where it goes."""
        self._require_a_version()
        registry = _registry(self._declared)
        one = targets.find(given, path, headers, method, registry=registry, rules=self._rules)
        mesh = self._ready()
        port = mesh.gateway_port if one.is_from_outside else mesh.client_port
        return Request(port, one.url, one.headers, one.method), one.caller

    def _require_a_version(self) -> None:
        if not self._declared.workloads:
            raise UsageError("no version is declared yet: give `mesh.service` versions, or apply a Deployment")

    def _require_versions(self, names: Iterable[str | int]) -> None:
        known = {name for one in self._declared.workloads for name in (one.version, one.name)}
        if unknown := next((one for one in names if one not in known), None):
            raise UsageError(f"{unknown}: no version of a service; there are {', '.join(sorted(known))}")


def _registry(declared: Declared) -> Registry:
    return deployment.registry(declared.deployments, declared.services)


def _somewhere(registry: Registry) -> Topology:
    """Places for the proxies, which make no difference to what is refused."""
    return Topology(Path("/"), {one.name: Ports(0, 0, 0) for one in registry.workloads}, 0)

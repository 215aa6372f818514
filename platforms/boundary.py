"""The needs of a scenario: a running Bookinfo whose routing obeys Istio resources."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from platforms.counters import Calls, Counters, Heard, Hop
from platforms.istio.registry import Workload
from platforms.istio.resources import Resource, ResourceSet, dry_run, said


@dataclass(frozen=True, slots=True)
class Replicas:
    """Another number of instances of a workload than usual."""

    workload: str
    instances: int
    under_load: bool = False
    """The platform's autoscaler brings so many once there is load for them; or else they are there whatever the load."""


@dataclass(frozen=True, slots=True)
class State:
    """All that a scenario may change, as one value."""

    resources: ResourceSet
    """The Istio objects in force."""
    stopped: frozenset[str] = frozenset()
    """Workloads with no running instance, such as {"ratings-v1"}."""
    scaled: tuple[Replicas, ...] = ()
    """Workloads with another number of instances; the others have as many as usual."""

    def document(self) -> dict[str, Any]:
        """The state as JSON has it; what equality does not look at goes along."""
        return {
            "revision": self.resources.revision,
            "resources": [
                {**one.document(), "source": one.source, "created": one.created, "is_baselines": one.is_baselines}
                for one in self.resources
            ],
            "stopped": sorted(self.stopped),
            **({"scaled": [asdict(one) for one in self.scaled]} if self.scaled else {}),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> State:
        """The state that `document` wrote."""
        resources = (
            Resource(
                api_version=one["apiVersion"],
                kind=one["kind"],
                name=one["metadata"]["name"],
                namespace=one["metadata"]["namespace"],
                spec=said(one),
                source=one["source"],
                created=one["created"],
                dry_run=dry_run(one["metadata"]),
                is_baselines=one["is_baselines"],
            )
            for one in document["resources"]
        )
        scaled = tuple(
            Replicas(str(one["workload"]), int(one["instances"]), one["under_load"] is True)
            for one in document.get("scaled", ())
        )
        return cls(ResourceSet(tuple(resources)), frozenset(document["stopped"]), scaled)


@dataclass(frozen=True, slots=True)
class Convergence:
    """Every proxy serves the revision."""

    revision: str
    milliseconds: float
    """From the moment `apply` was called to the moment the last proxy served it."""
    proxies: int
    """How many proxies were asked."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call between services that carried a mark."""

    mark: str
    """The header `tracestate` of the call, which Bookinfo's services hand on."""
    hop: Hop
    status: int
    """The HTTP status; 0 if nobody answered."""
    attempts: int = 1
    """How often the caller's proxy tried; the hop is the last it tried."""


class RequestLog(Protocol):
    """A log that a platform may keep of marked calls."""

    def mark(self) -> str:
        """Return a new value of the header `tracestate` that will be logged, and that nobody outside can guess."""

    def clear(self) -> None:
        """Forget what has been logged so far."""

    def calls(self) -> Sequence[Call]:
        """Return every marked call that has ended since; one may be logged a moment after its answer."""


class Callers(Protocol):
    """A way to call the apps as somebody, within its block; each answer is a status, or None where there was none."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def as_proxy(self, name: str, app: str, path: str, times: int) -> Sequence[int | None]:
        """Call so many times or more, as the workload or the gateway of this name."""

    def as_impostor(self, name: str, app: str, path: str, times: int) -> Sequence[int | None]:
        """Call with the identity of this proxy in a certificate that the mesh's authority has not signed."""

    def in_plain_text(self, app: str, path: str, times: int) -> Sequence[int | None]:
        """Call without a certificate."""

    def heard(self, app: str) -> Heard:
        """Return what the proxies of an app have counted so far; between two changes of policies, it only grows."""


class Scaler(Protocol):
    """A platform's way to give a workload another number of instances while its pages are asked for."""

    @property
    def has_autoscaler(self) -> bool:
        """Tell whether a `Replicas` may be `under_load`."""

    def knows_load(self) -> bool:
        """Tell whether the autoscaler is told what the instances are busy with, without which it brings nobody."""

    def ready(self, workload: str) -> Mapping[str, int]:
        """Return the instances of a workload that its callers may call, each with the calls that their proxies have sent it."""

    def belong(self, workload: str) -> Collection[str]:
        """Return the names of `instances` that are this workload's and its proxies'."""


class LoadGenerator(Protocol):
    """A duplex line channel to the program that sends the requests; it runs as long as the block, and ends with us."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, line: str) -> None:
        """Send one line; raises OSError once the program has ended."""

    def lines(self) -> Iterator[str]:
        """Return the lines that the program writes, until it ends."""

    def exit_reason(self) -> str:
        """Return the reason why the program ended."""

    @property
    def gateway_url(self) -> str | None:
        """The gateway's URL as this program reaches it; None where the platform's own URL works."""

    @property
    def log(self) -> str:
        """The place where the program logs: a file, or a command that shows the log."""


LoadGeneratorFactory = Callable[[int], LoadGenerator]
"""Makes a load generator with so many workers."""


CONVERGENCE_SECONDS = 60.0
"""The time that the proxies get to serve a state; a workload that was stopped on Kubernetes takes most of it to come back."""


class Platform(Protocol):
    """A running Bookinfo whose routing obeys Istio resources."""

    @property
    def name(self) -> str:
        """`local` or `kubernetes`."""

    def workloads(self) -> Mapping[Workload, int]:
        """The workloads of this Bookinfo, each with its usual number of instances: while nothing is stopped or scaled."""

    @property
    def gateway_url(self) -> str:
        """The ingress gateway's URL without a path, such as `http://127.0.0.1:9080`."""

    def apply(self, state: State) -> None:
        """Make the platform exactly `state`; what is not named goes.

        Raises Rejected, Unsupported or NotApplied; then what was in force still is.
        """

    def wait_until_converged(self, state: State, *, timeout: float) -> Convergence:
        """Return when every proxy serves `state`, with the time it took.

        Raises NotConverged, naming the laggards, after `timeout` seconds.
        """

    def upstream_requests(self) -> Counters:
        """The counts of the proxies so far: requests, retries and failures, per caller and per subset."""

    @property
    def request_log(self) -> RequestLog | None:
        """The log of marked calls, for a witness of every single request; None where there is no such log."""

    @property
    def callers(self) -> Callers | None:
        """A way to call the apps as any of the workloads; None where there is none."""

    @property
    def scaler(self) -> Scaler | None:
        """A way to scale a workload, as `State.scaled` asks for; None where the number of instances is fixed."""

    def under_way(self) -> int:
        """The number of calls between services that the callers' proxies have begun and not ended, those included that a fault holds back."""

    def calls(self) -> Mapping[str, Calls]:
        """The calls that each workload has made through its proxy so far, by name, also those that the proxy itself answers.

        Workloads whose proxies do not tell are left out. Where a proxy restarts, they begin anew.
        """

    def updates(self) -> Mapping[str, Mapping[str, str]]:
        """Read what each proxy was given, by name, each with a text that changes when it is given anew; who is ready is nothing given.

        A name may go without a change of rules: a listener's routes are there until it has drained.
        """

    def instances(self) -> Mapping[str, str]:
        """A text for each instance and proxy by name that changes when it is another one or was restarted."""

    @property
    def load_generator(self) -> LoadGeneratorFactory | None:
        """Makes a load generator beside the mesh, instead of one on this machine; None where there is no such place."""

    def close(self) -> None:
        """Let go of the connections; the demo goes on."""

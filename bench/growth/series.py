"""The local mesh at three sizes: of proxies, of versions of reviews, and of rules for reviews."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import local
from bench.figure import Figure
from bench.growth import plot
from bench.instruments import processor, wrk
from bench.instruments.memory import pss
from platforms.bookinfo import NAMESPACE, baseline
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.choice import Choice
from platforms.istio.resources import Resource, ResourceSet
from platforms.selection import connect

PROXIES = (7, 25, 100)
VERSIONS = (3, 10, 30)
RULES = (1, 10, 100)
CHANGES = 20
SECONDS = 5
_REPLICATED = ("details-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3")
"""What has more instances in a larger mesh: all that the page asks."""
_NOT_REPLICATED = 2
"""Proxies that stay alone: the gateway's and productpage's."""


@dataclass(frozen=True, slots=True)
class GrownMesh:
    """One size of one kind, and what was measured at it."""

    size: int
    up: float
    """Seconds."""
    started: float
    """Seconds that all processes computed until then; on a busy machine this says more."""
    memory: float
    """Megabytes of all processes."""
    pages: float
    """Pages a second."""
    rule: float
    """Milliseconds until a rule is in force, the median."""
    changed: float
    """Milliseconds that the supervisor and the proxies computed for one, the traffic meanwhile included."""
    failed: int
    """Pages that failed while rules changed."""


def measure(drawings: Path | None) -> Iterator[Figure]:
    """Measure every size of each kind, and draw each kind in a file of this folder."""
    for name, title, meshes in (
        ("proxies", "proxies", map(with_proxies, PROXIES)),
        ("versions", "versions of reviews", map(with_versions, VERSIONS)),
        ("rules", "rules for reviews", map(with_rules, RULES)),
    ):
        grown = list(meshes)
        for mesh in grown:
            yield from _figures(title, mesh)
        if drawings is not None:
            drawn = plot.draw(title, _panels(grown))
            (drawings / f"growth-{name}.svg").write_text(drawn, encoding="utf-8")


def with_proxies(size: int) -> GrownMesh:
    """Measure a mesh of so many proxies, the instances of everything behind the page in equal numbers."""
    return _measured(size, replicas(size), canary(("v1", "v2", "v3")))


def with_versions(size: int) -> GrownMesh:
    """Measure so many versions of reviews, of which a rule gives each its share."""
    versions = tuple(f"v{number}" for number in range(1, size + 1))
    further = [word for one in versions[3:] for word in ("--workload", f"reviews-{one}=reviews:{one}")]
    return _measured(size, further, canary(versions))


def with_rules(size: int) -> GrownMesh:
    """Measure the ordinary mesh under a rule with so many parts, each for a reader of its own."""
    return _measured(size, (), readers(size))


def replicas(proxies: int) -> list[str]:
    """Return the options of `up` for a mesh of so many proxies."""
    each, more = divmod(proxies - _NOT_REPLICATED, len(_REPLICATED))
    counts = (each + (position < more) for position in range(len(_REPLICATED)))
    return [word for name, n in zip(_REPLICATED, counts, strict=True) for word in ("--replicas", f"{name}={n}")]


def canary(versions: Sequence[str]) -> ResourceSet:
    """Return a rule that gives each version the same weight."""
    subsets = [{"name": version, "labels": {"version": version}} for version in versions]
    route = [{"destination": {"host": "reviews", "subset": version}, "weight": 1} for version in versions]
    return _rules({"subsets": subsets}, [{"route": route}])


def readers(number: int) -> ResourceSet:
    """Return a rule that sends so many readers to v3, each by name, and everybody else to v1."""
    named = [
        {"match": [{"headers": {"end-user": {"exact": f"reader-{one}"}}}], "route": [_to("v3")]}
        for one in range(number)
    ]
    subsets = [{"name": version, "labels": {"version": version}} for version in ("v1", "v3")]
    return _rules({"subsets": subsets}, [*named, {"route": [_to("v1")]}])


def _rules(destination: dict[str, object], http: list[dict[str, object]]) -> ResourceSet:
    version = "networking.istio.io/v1"
    specs = {
        "DestinationRule": {"host": "reviews", "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}}, **destination},
        "VirtualService": {"hosts": ["reviews"], "http": http},
    }
    return ResourceSet(
        tuple(Resource(version, kind, "reviews", spec, NAMESPACE, "bench") for kind, spec in specs.items())
    )


def _to(subset: str) -> dict[str, object]:
    return {"destination": {"host": "reviews", "subset": subset}}


def _measured(size: int, options: Sequence[str], rule: ResourceSet) -> GrownMesh:
    began = time.monotonic()
    with local.demo(*options) as page:
        local.verify(page)
        up = time.monotonic() - began
        print(f"  {size}: up after {up:.1f} s", file=sys.stderr)
        status = json.loads(local.run("platforms", "status", "--json"))
        supervisor = status["supervisor"]["pid"]
        proxies = [one["pid"] for one in status["proxies"].values()]
        everything = [supervisor, *proxies, *(one["pid"] for one in status["workloads"].values())]
        started = _computed(everything)
        wrk.run_load(page, seconds=SECONDS)  # warm: every instance has compiled what it runs
        load = wrk.run_load(page, seconds=SECONDS)
        memory = pss(everything)
        with closing(connect(Choice("local"))) as platform, wrk.paced(page) as traffic:
            milliseconds, before = [], _computed([supervisor, *proxies])
            for change in range(CHANGES):
                state = State(baseline() if change % 2 else baseline().overlaid(rule))
                platform.apply(state)
                milliseconds.append(platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS).milliseconds)
            changed = 1000 * (_computed([supervisor, *proxies]) - before) / CHANGES
    rule_ms = statistics.median(milliseconds)
    return GrownMesh(size, up, started, memory, load.per_second, rule_ms, changed, traffic.load.failed)


def _computed(processes: Sequence[int]) -> float:
    """The seconds that a demo's processes have computed: each is one by itself, and what it started counts as its own."""
    return sum(map(processor.seconds, processes))


def _figures(title: str, mesh: GrownMesh) -> Iterator[Figure]:
    where = f"{mesh.size} {title}"
    yield Figure(f"{where}: up", mesh.up, "s")
    yield Figure(f"{where}: processor time of up", mesh.started, "s")
    yield Figure(f"{where}: memory", mesh.memory, "MB")
    yield Figure(f"{where}: page", mesh.pages, "rps")
    yield Figure(f"{where}: rule in force, median of {CHANGES}", mesh.rule, "ms")
    yield Figure(f"{where}: processor time of a rule", mesh.changed, "ms")
    yield Figure(f"{where}: pages failed meanwhile", mesh.failed, "requests")


def _panels(grown: Sequence[GrownMesh]) -> tuple[plot.Panel, ...]:
    sizes = tuple(one.size for one in grown)
    return (
        plot.Panel("up", "s", sizes, tuple(one.up for one in grown)),
        plot.Panel("up, processor", "s", sizes, tuple(one.started for one in grown)),
        plot.Panel("memory", "MB", sizes, tuple(one.memory for one in grown)),
        plot.Panel("page", "a second", sizes, tuple(one.pages for one in grown)),
        plot.Panel("rule in force", "ms", sizes, tuple(one.rule for one in grown)),
        plot.Panel("a rule, processor", "ms", sizes, tuple(one.changed for one in grown)),
    )

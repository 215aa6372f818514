"""The cost of mutual TLS and of policies: a demo with them and without, in turns."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from contextlib import closing

from bench import local
from bench.figure import Figure, Target
from bench.instruments import wrk
from bench.instruments.memory import pss
from bench.services import Reference
from platforms.bookinfo import NAMESPACE, baseline
from platforms.boundary import CONVERGENCE_SECONDS, Platform, State
from platforms.choice import Choice
from platforms.istio.resources import Resource, ResourceSet
from platforms.selection import connect

PAIRS = 10
SECONDS = 3
WARM_SECONDS = 10
_SECURITY = "security.istio.io/"


def without_security() -> State:
    """Return the baseline in plain text, with everybody allowed everything."""
    plain = Resource(f"{_SECURITY}v1", "PeerAuthentication", "default", {"mtls": {"mode": "DISABLE"}}, NAMESPACE)
    return State(ResourceSet((*(one for one in baseline() if not one.api_version.startswith(_SECURITY)), plain)))


def cost(_: Reference) -> Iterator[Figure]:
    """Measure pairs of rounds; other programs on this machine affect both halves of a pair alike."""
    states = {"in plain text": without_security(), "by mutual TLS": State(baseline())}
    loads: dict[str, list[wrk.LoadResult]] = {name: [] for name in states}
    memory: dict[str, float] = {}
    with local.demo() as page, closing(connect(Choice("local"))) as platform:
        wrk.run_load(page, seconds=WARM_SECONDS)
        for pair in range(PAIRS):
            for name in sorted(states, reverse=pair % 2 == 0):
                _put(platform, states[name])
                loads[name].append(wrk.run_load(page, seconds=SECONDS))
                memory.setdefault(name, _memory())
    plain, mutual = loads.values()
    for name, met in loads.items():
        yield Figure(f"page {name}", statistics.median(one.per_second for one in met), "rps")
        yield Figure(f"page {name}, p99", statistics.median(one.p99 for one in met), "ms")
        yield Figure(f"page {name}, failed", sum(one.failed for one in met), "requests", Target(0))
        yield Figure(f"mesh {name}, memory after its first load", memory[name], "MB")
    kept = [100 * there.per_second / here.per_second for here, there in zip(plain, mutual, strict=True)]
    yield Figure(
        f"pages left by mutual TLS and policies, median of {PAIRS} pairs",
        statistics.median(kept),
        "%",
        Target(85, at_most=False),
    )


def _put(platform: Platform, state: State) -> None:
    platform.apply(state)
    platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)


def _memory() -> float:
    status = json.loads(local.run("platforms", "status", "--json"))
    children = (*status["workloads"].values(), *status["proxies"].values())
    return pss([status["supervisor"]["pid"], *(child["pid"] for child in children)])

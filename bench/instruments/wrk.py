"""Load by wrk, and its report."""

from __future__ import annotations

import re
import shutil
import signal
import statistics
import subprocess  # noqa: TID251  # wrk is the load generator: a program, not a library
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

CONNECTIONS = 16
SECONDS = 3
ROUNDS = 3
LONGEST = "600s"
PATIENCE = "10s"
"""A page takes 6 s at worst; a late one shows in the percentiles and does not count as failed."""
PACE = Path(__file__).with_name("paced.lua")
_PACED = ("--connections", "10", "--script", str(PACE))
_NONE: Mapping[str, str] = MappingProxyType({})
INSTALL = "sudo apt-get install wrk"

_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class LoadFailed(Exception):
    """wrk is missing, or could not reach the server; the message says what to do."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """The result of one round of requests."""

    requests: int
    per_second: float
    p50: float
    """Milliseconds."""
    p99: float
    failed: int
    """Answers of 400 and more, and requests without an answer."""


def parse(output: str) -> LoadResult:
    """Parse wrk's report; raises LoadFailed if the text is none."""
    requests = re.search(r"(\d+) requests in ", output)
    per_second = re.search(r"Requests/sec:\s*([\d.]+)", output)
    percentiles = dict(re.findall(r"^\s+(\d+)%\s+(\S+) *$", output, re.MULTILINE))
    if not (requests and per_second and {"50", "99"} <= set(percentiles)):
        raise LoadFailed(f"wrk gave no report: {output.strip() or 'it said nothing'}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", output)
    return LoadResult(
        requests=int(requests[1]),
        per_second=float(per_second[1]),
        p50=_milliseconds(percentiles["50"]),
        p99=_milliseconds(percentiles["99"]),
        failed=(int(refused[1]) if refused else 0) + (sum(map(int, broken.groups())) if broken else 0),
    )


def run_load(
    url: str, *, seconds: int = SECONDS, paced: bool = False, headers: Mapping[str, str] = _NONE
) -> LoadResult:
    """Request this URL for so many seconds: as fast as it is answered or, if paced, as ten browsers do."""
    load = _PACED if paced else ("--connections", f"{CONNECTIONS}")
    sent = [option for name, value in headers.items() for option in ("--header", f"{name}: {value}")]
    return parse(_start(url, *load, *sent, "--duration", f"{seconds}s").communicate()[0])


@dataclass(slots=True)
class PacedLoad:
    """The result of a paced load, available once its block has ended."""

    load: LoadResult


@contextmanager
def paced(url: str) -> Iterator[PacedLoad]:
    """Send up to a hundred requests a second over ten connections, until the block ends."""
    traffic = PacedLoad(LoadResult(requests=0, per_second=0, p50=0, p99=0, failed=0))
    process = _start(url, *_PACED, "--duration", LONGEST)
    try:
        yield traffic
    finally:
        process.send_signal(signal.SIGINT)  # wrk stops and reports
        output = process.communicate()[0]
    traffic.load = parse(output)


def _start(url: str, *options: str) -> subprocess.Popen[str]:
    program = shutil.which("wrk")
    if program is None:
        raise LoadFailed(f"wrk, the load generator, is not installed: {INSTALL}")
    command = (program, "--latency", "--threads", "1", "--timeout", PATIENCE, *options, url)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def interleaved(urls: Mapping[str, str], *, rounds: int = ROUNDS, seconds: int = SECONDS) -> dict[str, LoadResult]:
    """Return the median of several rounds for each URL, in turns, so that other programs affect all alike."""
    for url in urls.values():
        run_load(url, seconds=1)  # warm: the first requests compile, import and connect
    seen: dict[str, list[LoadResult]] = {name: [] for name in urls}
    for _ in range(rounds):
        for name, url in urls.items():
            seen[name].append(run_load(url, seconds=seconds))
    return {name: _median(loads) for name, loads in seen.items()}


def _median(loads: list[LoadResult]) -> LoadResult:
    return LoadResult(
        requests=sum(load.requests for load in loads),
        per_second=statistics.median(load.per_second for load in loads),
        p50=statistics.median(load.p50 for load in loads),
        p99=statistics.median(load.p99 for load in loads),
        failed=sum(load.failed for load in loads),
    )


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]  # wrk's own format
    return float(number) * _MILLISECONDS[unit]

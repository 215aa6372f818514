"""Start, memory and speed of the services without a mesh."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bench.figure import Figure, Target
from bench.instruments import instant, processor, wrk
from bench.instruments.memory import pss
from bench.standalone import Service, StandaloneServices
from stage.frames.stand_in import DETAILS

COMPARED = 9
"""Rounds for each of two productpages: a page takes so little that every other program on the machine shows."""
STARTS = 5
"""The number of starts of reviews, of which the median counts."""
VERSIONS = ("v1", "v2", "v3")
FASTER = Target(5, at_most=False)
SOONER = Target(0.25)
NONE = Target(0)


@dataclass(frozen=True, slots=True)
class Reference:
    """Another Bookinfo, for comparison."""

    url: str | None = None
    """The URL of its page."""
    pids: tuple[int, ...] = ()
    """Its processes; descendants count too."""
    productpage: str | None = None
    """The command of its productpage alone, with `{port}` for the port."""


@dataclass(frozen=True, slots=True)
class AllServices:
    """All six services, the page showing reviews v3."""

    details: Service
    ratings: Service
    reviews: dict[str, Service]
    productpage: Service

    @property
    def pids(self) -> list[int]:
        services = (self.details, self.ratings, *self.reviews.values(), self.productpage)
        return [service.process.pid for service in services]


@contextmanager
def all_services() -> Iterator[AllServices]:
    """Start the six services for the block."""
    with StandaloneServices() as services:
        details, ratings = services.details(), services.ratings()
        reviews = {version: services.reviews(version, ratings=ratings.url) for version in VERSIONS}
        productpage = services.productpage(details=details.url, reviews=reviews["v3"].url, ratings=ratings.url)
        services.wait_until_up(details, ratings, *reviews.values(), productpage)
        yield AllServices(details, ratings, reviews, productpage)


def reviews_start(_: Reference) -> Iterator[Figure]:
    """Measure the time from the start of the process to its first healthy answer."""
    seconds = []
    for _round in range(STARTS):
        with StandaloneServices() as services:
            begin = time.monotonic()
            services.wait_until_up(services.reviews("v1", ratings="http://127.0.0.1:1"))
            seconds.append(time.monotonic() - begin)
    yield Figure("reviews start, median", statistics.median(seconds), "s", Target(0.6))


def memory(other: Reference) -> Iterator[Figure]:
    """Measure the PSS of idle services that have served pages for some seconds."""
    with all_services() as services:
        wrk.run_load(f"{services.productpage.url}/productpage", seconds=wrk.SECONDS)
        for version, service in services.reviews.items():
            wrk.run_load(f"{service.url}/reviews/0", seconds=1)
            yield Figure(f"reviews {version} memory", pss([service.process.pid]), "MB", Target(70))
        yield Figure("productpage memory", pss([services.productpage.process.pid]), "MB", Target(80))
        theirs = pss(other.pids) if other.pids else None
        yield Figure("all six services, memory", pss(services.pids), "MB", Target(280), other=theirs)


def page(other: Reference) -> Iterator[Figure]:
    """Measure the whole page through all services; reviews v3, so that ratings are asked too."""
    with all_services() as services:
        urls = {"ours": f"{services.productpage.url}/productpage", **({"theirs": other.url} if other.url else {})}
        loads = wrk.interleaved(urls)
    yield from _compared("whole page", loads)


def productpage(other: Reference) -> Iterator[Figure]:
    """Measure productpage, and another one in turns with it, before backends that answer at once."""
    with (
        instant.backends(DETAILS, instant.REVIEWS) as (details, reviews),
        StandaloneServices() as services,
        StandaloneServices({"productpage": other.productpage} if other.productpage else {}) as others,
    ):
        service = services.productpage(details=details, reviews=reviews, ratings=details)
        services.wait_until_up(service)
        urls = {"ours": f"{service.url}/productpage"}
        if other.productpage:
            their_service = others.productpage(details=details, reviews=reviews, ratings=details)
            others.wait_until_up(their_service)
            urls["theirs"] = f"{their_service.url}/productpage"
        loads = wrk.interleaved(urls, rounds=COMPARED)
        spent = min(_seconds_per_page(service) for _ in range(wrk.ROUNDS))
    yield from _compared("productpage, instant backends", loads)
    yield Figure("productpage, instant backends, processor time of a page", 1000 * spent, "ms")


def _compared(what: str, loads: Mapping[str, wrk.LoadResult]) -> Iterator[Figure]:
    """Set the pages of ours beside those of another Bookinfo, if one was asked in turns with it."""
    ours, theirs = loads["ours"], loads.get("theirs")
    yield Figure(what, ours.per_second, "rps", other=theirs.per_second if theirs else None, ratio_target=FASTER)
    yield Figure(f"{what}, p99", ours.p99, "ms", other=theirs.p99 if theirs else None, ratio_target=SOONER)
    yield Figure(f"{what}, failed", ours.failed, "requests", NONE, other=theirs.failed if theirs else None)


def _seconds_per_page(service: Service) -> float:
    """Processor time, of which other programs on the machine can only add: the least of several rounds is nearest."""
    before = processor.seconds(service.process.pid)
    pages = wrk.run_load(f"{service.url}/productpage").requests
    return (processor.seconds(service.process.pid) - before) / pages

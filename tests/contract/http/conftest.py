"""What a Bookinfo offers to the contract; a fixture for something that this one lacks skips, and says what is missing."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import requests

from bench.standalone import StandaloneServices
from platforms.boundary import Platform
from platforms.choice import Choice
from platforms.cli.demo_options import NAMES
from platforms.loopback import LOOPBACK
from platforms.selection import connect
from tests.contract.http.harness import stubs, target
from tests.contract.http.harness.faults import FaultyRatings, MeshRatings, StubbedRatings
from tests.contract.http.harness.mesh import Mesh, PlatformMesh, reviews_to
from tests.contract.http.harness.target import VERSIONS, Target
from tests.contract.http.harness.visitor import Visitor

DRAWS = 60
"""Pages asked for until one comes from the version wanted; with three versions, one run in 10^10 sees none of it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    target.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "better: ours differs from the original on purpose; leave out for an original")


@pytest.fixture(scope="session")
def alone(request: pytest.FixtureRequest) -> Iterator[StandaloneServices]:
    """Starts services of its own; not when the target is somebody else's."""
    if _platform(request.config) or target.from_options(request.config):
        pytest.skip("the suite has not started this Bookinfo, so it cannot choose its backends")
    commands = dict(option.split("=", 1) for option in request.config.getoption("--command", default=None) or ())
    with StandaloneServices(commands) as services:
        yield services


@pytest.fixture(scope="session")
def bookinfo(request: pytest.FixtureRequest) -> Target:
    """The Bookinfo under test: the one at the URLs given, else our six processes and a productpage per version."""
    given = target.from_options(request.config)
    if _platform(request.config):
        return replace(given or Target(), gateway=request.getfixturevalue("platform").gateway_url)
    if given:
        return given
    services: StandaloneServices = request.getfixturevalue("alone")
    details, ratings = services.details(), services.ratings()
    reviews = {version: services.reviews(version, ratings=ratings.url) for version in VERSIONS}
    pages = {
        version: services.productpage(details=details.url, reviews=reviews[version].url, ratings=ratings.url)
        for version in VERSIONS
    }
    services.wait_until_up(details, ratings, *reviews.values(), *pages.values())
    return Target(
        productpage=pages["v1"].url,
        details=details.url,
        ratings=ratings.url,
        reviews={version: service.url for version, service in reviews.items()},
        pages={version: service.url for version, service in pages.items()},
    )


@pytest.fixture
def visit() -> Iterator[Callable[[str], Visitor]]:
    """A new visitor of the site at a URL."""
    with ExitStack() as visitors:
        yield lambda url: visitors.enter_context(Visitor(url))


@pytest.fixture
def front(bookinfo: Target, visit: Callable[[str], Visitor]) -> Visitor:
    """A visitor where a browser starts: at the gateway, or at productpage when there is none."""
    return visit(bookinfo.front or pytest.skip("neither a gateway nor a productpage is given"))


@pytest.fixture
def gateway(bookinfo: Target, visit: Callable[[str], Visitor]) -> Visitor:
    return visit(bookinfo.gateway or pytest.skip("no gateway: the services are alone"))


@pytest.fixture
def productpage(bookinfo: Target, visit: Callable[[str], Visitor]) -> Visitor:
    return visit(bookinfo.productpage or pytest.skip("productpage itself cannot be reached, only the gateway"))


@pytest.fixture
def details(bookinfo: Target, visit: Callable[[str], Visitor]) -> Visitor:
    return visit(bookinfo.details or pytest.skip("details itself cannot be reached"))


@pytest.fixture
def ratings(bookinfo: Target, visit: Callable[[str], Visitor]) -> Visitor:
    return visit(bookinfo.ratings or pytest.skip("ratings itself cannot be reached"))


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reviews(bookinfo: Target, visit: Callable[[str], Visitor], version: str) -> Visitor:
    """A visitor of reviews in one version."""
    return visit(bookinfo.reviews.get(version) or pytest.skip(f"reviews {version} itself cannot be reached"))


Get = Callable[[str], requests.Response]


@pytest.fixture
def shown_by(
    request: pytest.FixtureRequest, bookinfo: Target, visit: Callable[[str], Visitor]
) -> Callable[[str], AbstractContextManager[Get]]:
    """How to get paths of the front as a given version of reviews shows them, until the block ends."""
    if bookinfo.pages:
        return lambda version: nullcontext(visit(bookinfo.pages[version]).get)
    if _platform(request.config):
        return lambda version: _routed(request.getfixturevalue("mesh"), version, request.getfixturevalue("front"))
    return lambda version: nullcontext(lambda path: _drawn(request.getfixturevalue("front"), version, path))


@contextmanager
def _routed(mesh: Mesh, version: str, front: Visitor) -> Iterator[Get]:
    with mesh.apply(reviews_to((version, 100))):
        yield front.get


def _drawn(front: Visitor, version: str, path: str) -> requests.Response:
    """The first of several answers that this version has served."""
    for _ in range(DRAWS):
        if f"reviews-{version}-" in (answer := front.get(path)).text:
            return answer
    pytest.skip(f"no answer of {DRAWS} came from reviews {version}, and nothing here can choose the version")


@pytest.fixture(scope="session")
def platform(request: pytest.FixtureRequest) -> Iterator[Platform]:
    name = _platform(request.config) or pytest.skip("no mesh to give rules to: --platform names one that is up")
    with closing(connect(Choice(NAMES[name]))) as connected:
        yield connected


@pytest.fixture(scope="session")
def mesh(platform: Platform) -> Mesh:
    """A mesh that obeys Istio YAML."""
    return PlatformMesh(platform)


@pytest.fixture(scope="session")
def stubbed_ratings() -> Iterator[stubs.Stub]:
    with stubs.Stub(stubs.ratings) as stub:
        yield stub


@pytest.fixture(scope="session")
def front_before_stub(alone: StandaloneServices, stubbed_ratings: stubs.Stub) -> Callable[[str], str]:
    """Productpage, details and reviews of a version, all real, before a stub of ratings."""
    details = alone.details()

    @cache
    def front_of(version: str) -> str:
        reviews = alone.reviews(version, ratings=stubbed_ratings.url)
        page = alone.productpage(details=details.url, reviews=reviews.url, ratings=stubbed_ratings.url)
        alone.wait_until_up(details, reviews, page)
        return page.url

    return front_of


@pytest.fixture(scope="session")
def faulty_ratings(request: pytest.FixtureRequest, bookinfo: Target) -> FaultyRatings:
    """Ratings that fail for one end user: by a rule where there is a mesh, by a stub where the services are alone."""
    if _platform(request.config) and bookinfo.gateway:
        return MeshRatings(request.getfixturevalue("mesh"), bookinfo.gateway)
    return StubbedRatings(request.getfixturevalue("stubbed_ratings"), request.getfixturevalue("front_before_stub"))


@pytest.fixture(scope="session")
def stubbed_details() -> Iterator[stubs.Stub]:
    with stubs.Stub(stubs.details) as stub:
        yield stub


@pytest.fixture(scope="session")
def stubbed_reviews() -> Iterator[stubs.Stub]:
    with stubs.Stub(stubs.reviews) as stub:
        yield stub


@pytest.fixture(scope="session")
def page_before_stubs(
    alone: StandaloneServices, stubbed_details: stubs.Stub, stubbed_reviews: stubs.Stub, stubbed_ratings: stubs.Stub
) -> str:
    """The URL of a productpage whose backends are all stubs."""
    page = alone.productpage(details=stubbed_details.url, reviews=stubbed_reviews.url, ratings=stubbed_ratings.url)
    alone.wait_until_up(page)
    return page.url


@pytest.fixture
def before_stubs(page_before_stubs: str, visit: Callable[[str], Visitor]) -> Visitor:
    """A visitor of a productpage whose backends are all stubs."""
    return visit(page_before_stubs)


@pytest.fixture
def nobody() -> Iterator[str]:
    """A URL where connections are refused: the port is taken, but nobody listens."""
    with socket.socket() as held:
        held.bind((LOOPBACK, 0))
        yield f"http://{LOOPBACK}:{held.getsockname()[1]}"


@pytest.fixture(scope="session")
def istio_samples(request: pytest.FixtureRequest) -> Path:
    given = request.config.getoption("--istio-samples", default=None)
    return Path(given or pytest.skip("no copy of Istio's samples/bookinfo: --istio-samples names one"))


def _platform(config: pytest.Config) -> str | None:
    name = config.getoption("--platform", default=None)
    return str(name) if name else None

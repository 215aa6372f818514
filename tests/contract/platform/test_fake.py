"""The fake keeps the contract, so what is tested on it holds on the others."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.contract.platform.contract import PlatformContract
from tests.fakes import Defects, FakePlatform


class TestFake(PlatformContract):
    """In memory."""

    @pytest.fixture
    def platform(self) -> Iterator[FakePlatform]:
        with FakePlatform(second=0.3, defects=Defects(logs_calls=True)) as fake:
            yield fake

    @pytest.fixture
    def converges_within(self) -> float:
        return 30.0

    @pytest.fixture
    def lagging_proxy(self, platform: FakePlatform) -> contextlib.AbstractContextManager[str]:
        @contextlib.contextmanager
        def lagging() -> Iterator[str]:
            platform.defects.lagging = "reviews-v2"
            yield "reviews-v2"
            platform.defects.lagging = ""

        return lagging()


def test_chance_is_the_seeds() -> None:
    """Each end user meets the same pages in the same order under a state, whoever comes before, and others by another seed."""

    def met(*visits: str, seed: int = 1) -> dict[str, list[str | None]]:
        pages: dict[str, list[str | None]] = defaultdict(list)
        with FakePlatform(seed=seed) as platform:
            for end_user in visits:
                pages[end_user].append(platform.page(end_user))
        return dict(pages)

    assert met(*["", "opennaru"] * 20) == met(*[""] * 20, *["opennaru"] * 20)
    assert met(*[""] * 40) != met(*[""] * 40, seed=2)

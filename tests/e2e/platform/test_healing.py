"""What a killed scenario left is put right by whatever command comes next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.demo.journal import Journal
from tests.e2e.demo import Demo

WHO = "python -m scenarios.canary"


@pytest.fixture
def cut_off(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A scenario was killed while its rule was in force."""
    monkeypatch.setenv("BOOKINFO_RUN", str(demo.folder))
    rule = ISTIO / "canary.yaml"
    applied = demo.run("apply", "-f", str(rule))

    assert 0 == applied.returncode, applied.stderr

    Journal.of("local").open(who=WHO, was="the baseline", will={"canary": State(baseline().overlaid(load(rule)))})
    yield
    Journal.of("local").close()


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        *(
            pytest.param(one, marks=pytest.mark.exhaustive)
            for one in (("status", "--json"), ("reset",), ("up", "--platform", "local"))
        ),
    ],
)
@pytest.mark.usefixtures("cut_off")
def test_the_next_command_heals(demo: Demo, command: tuple[str, ...]) -> None:
    """Whatever comes after a killed scenario puts the baseline back first, and says so."""
    done = demo.run(*command)

    assert 0 == done.returncode
    assert 1 == done.stderr.count(f"`{WHO}`")
    assert "the baseline is back" in done.stderr
    assert demo.status()["baseline"]
    assert Journal.of("local").read() is None


@pytest.mark.usefixtures("cut_off")
def test_apply_heals_first(demo: Demo) -> None:
    """A rule of one's own is laid over the baseline, not over what a killed scenario left."""
    done = demo.run("apply", "-f", "istio/user_routing.yaml")

    assert 0 == done.returncode
    assert "the baseline is back" in done.stderr
    assert ["VirtualService reviews"] == demo.status()["differs"]["changed"]

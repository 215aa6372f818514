"""What proxies count beside what pages show, on the local platform: each episode holds, and its control fails."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.demo import Demo


def told(demo: Demo, *words: str) -> dict[str, Any]:
    """What a scenario says of its run."""
    ended = demo.typed(*words, "--json")
    assert ended.stdout, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize(
    "words",
    [
        ("scenarios.mirroring", "--requests", "300"),
        pytest.param(("scenarios.timeouts", "--requests", "60"), marks=pytest.mark.exhaustive),
        pytest.param(("scenarios.retries", "--requests", "200"), marks=pytest.mark.exhaustive),
    ],
)
def test_the_episode_holds(words: tuple[str, ...], demo: Demo) -> None:
    """By the pages, the time that they took, and the proxies' counts."""
    document = told(demo, *words)

    assert ([], "HOLDS", True) == (document["reasons"], document["verdict"], document["restored"])
    assert all(step["witnesses_agree"] for step in document["steps"])
    assert "HOLDS" == document["steps"][-1]["counted"]["verdict"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("scenarios.timeouts", "--no-timeout", "--requests", "40"), "black stars 40 of 40"),
        (("scenarios.retries", "--no-retries", "--requests", "200"), "anonymous: ratings unavailable"),
        (("scenarios.mirroring", "--no-mirror", "--requests", "300"), "copies to reviews v2: 0 of 300"),
    ],
)
def test_its_control_fails(words: tuple[str, ...], said: str, demo: Demo) -> None:
    """With what was met by pages, and with counts that say the same."""
    document = told(demo, *words)

    assert ("FAILS", True) == (document["verdict"], document["restored"])
    assert said in " ".join(document["reasons"])
    assert "FAILS" == document["steps"][-1]["counted"]["verdict"]

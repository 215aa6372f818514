"""What the recordings of the episodes tell beside their verdicts."""

from __future__ import annotations

import re

import pytest

from scenarios.events.event import Opened
from scenarios.events.reading import read
from scenarios.messages.catalogue import english
from stage.recordings import facts
from tools.rehearsal import file_of


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("canary", []),
        ("zero_trust", []),
        ("timeouts", [r"calls of reviews ended by their time-out: (\d+) of \1"]),
        ("retries", [r"calls of reviews rescued by a retry: \d+ of \d+"]),
        ("mirroring", [r"copies to reviews v2: \d+ of [\d,]+"]),
        ("circuit_breaking", [r".* · out after 3 bad answers, .* met it", r".* · back after .* s, .*"]),
        (
            "scale_out",
            [r".* 3 instances can be called after .* whole meanwhile", r".*ratings-v1 \d+, ratings-v1-2 \d+, .*"],
        ),
        ("rollout --break v2=errors:20%", [r"10 % v2 rolled back: v1 for everybody after \d+ ms"]),
    ],
)
def test_what_no_lane_can_show(given: str, known: list[str]) -> None:
    """In the order in which it became known; nothing where lanes and drawing have it all."""
    opened, *events = read(file_of(given))
    assert isinstance(opened, Opened)
    told = [english(fact) for event in events for fact in facts.told(event, opened)]

    assert len(known) == len(told), told
    for pattern, fact in zip(known, told, strict=True):
        assert re.fullmatch(pattern, fact), fact

"""Changes of a platform between two moments."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scenarios.evidence.changes import instance_changes, rule_updates
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message

BEFORE = {"details-v1": "pid 7", "reviews-v1": "pid 8"}
GIVEN = {"details-v1": {"9080": "at 1"}, "reviews-v1": {"9080": "at 2", "of a listener that drains": "at 2"}}


def told(changed: Sequence[Message]) -> str:
    return ", ".join(map(english, changed))


def test_the_same_instances_are_no_change() -> None:
    """In whichever order they are named."""
    assert instance_changes(BEFORE, dict(reversed(BEFORE.items()))) == ()


def test_another_instance_is_named_with_what_tells_it_apart() -> None:
    """Its name may be the same."""
    assert "reviews-v1 was replaced (pid 8; now pid 9)" == told(
        instance_changes(BEFORE, {**BEFORE, "reviews-v1": "pid 9"})
    )


def test_an_instance_that_is_gone_is_named() -> None:
    """As a pod is, whose successor has another name."""
    assert "details-v1 is gone" == told(instance_changes(BEFORE, {"reviews-v1": "pid 8", "details-v2": "pid 9"}))


def test_every_change_is_said() -> None:
    """In the order of the names."""
    assert "details-v1 is gone, reviews-v1 was replaced (pid 8; now pid 9)" == told(
        instance_changes(BEFORE, {"reviews-v1": "pid 9"})
    )


def test_more_instances_are_no_change() -> None:
    """Load may bring them, and nobody's answer is another's for it."""
    assert instance_changes(BEFORE, {**BEFORE, "productpage-v1": "pid 9"}) == ()


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (GIVEN, ""),
        ({"details-v1": {"9080": "at 1"}}, ""),
        ({**GIVEN, "reviews-v2": {"9080": "at 3"}}, ""),
        ({**GIVEN, "reviews-v1": {"9080": "at 2"}}, ""),
        ({**GIVEN, "reviews-v1": {**GIVEN["reviews-v1"], "more": "at 3"}}, ""),
        ({**GIVEN, "reviews-v1": {"9080": "at 3"}}, "another one was in force in between, on 1 proxy"),
        (
            {"details-v1": {"9080": "at 3"}, "reviews-v1": {"9080": "at 3", "of a listener that drains": "at 3"}},
            "another one was in force in between, on 2 proxies",
        ),
    ],
)
def test_a_proxy_that_was_given_another_rule_is_counted(after: dict[str, dict[str, str]], said: str) -> None:
    """A proxy that went or came meanwhile does not count, nor the routes of a listener that has drained."""
    assert said == english(rule_updates(GIVEN, after))

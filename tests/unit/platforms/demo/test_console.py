"""The terminal asks before a cluster is changed that is not ours."""

from __future__ import annotations

import pytest

from platforms.demo.console import confirm
from platforms.errors import Interrupted, UsageError


class Terminal:
    """Somebody who answers."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return f"{self._answer}\n"


@pytest.mark.parametrize("answer", ["y", "Yes"])
def test_a_cluster_that_is_not_ours_is_changed_when_that_is_meant(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is yes."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))

    confirm("context prod")


@pytest.mark.parametrize("answer", ["", "n", "yess"])
def test_a_cluster_that_is_not_ours_is_left_alone_otherwise(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything but yes is no."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))

    with pytest.raises(Interrupted, match="nothing had been changed"):
        confirm("context prod")


def test_nobody_is_asked_where_nobody_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script has to say --yes."""
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(UsageError, match=r"context prod: .* say --yes"):
        confirm("context prod")

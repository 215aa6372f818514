"""The lock of a demo, and what a run writes down before it begins."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.demo.journal import Journal, exclusive
from platforms.errors import Busy

CANARY = State(baseline().overlaid(load(ISTIO / "canary.yaml")))
FORK = multiprocessing.get_context("spawn")


def hold(ready: Connection) -> None:
    with exclusive("local", "python -m scenarios.canary"):
        ready.send("held")
        signal.pause()


def test_a_second_command_is_told_who_holds_the_demo() -> None:
    """The message names the command, its pid and since when."""
    with (
        exclusive("local", "python -m scenarios.canary"),
        pytest.raises(Busy, match=rf"scenarios\.canary.*pid {os.getpid()}, since 20"),
        exclusive("local", "python -m platforms reset"),
    ):
        pass


def test_a_full_disk_does_not_take_the_right_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The holder of the demo cannot be written down then, but nobody else gets it."""

    def full(_descriptor: int, _text: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("platforms.demo.journal.os.write", full)
    with (
        exclusive("local", "python -m scenarios.canary"),
        pytest.raises(Busy, match="another command is changing this demo"),
        exclusive("local", "python -m platforms reset"),
    ):
        pass


def test_the_right_ends_with_its_owner_even_if_killed() -> None:
    """After kill -9 of the holder the next command gets the demo."""
    here, there = FORK.Pipe()
    holder = FORK.Process(target=hold, args=(there,))
    holder.start()
    assert here.recv() == "held"
    with pytest.raises(Busy), exclusive("local", "another"):
        pass
    os.kill(holder.pid or 0, signal.SIGKILL)
    holder.join()

    with exclusive("local", "the next"):
        pass


def test_platforms_do_not_wait_for_each_other() -> None:
    """Two demos on two platforms are two demos."""
    with exclusive("local", "one"), exclusive("kubernetes", "other"):
        pass


def test_an_entry_says_what_will_be_in_force(run_folder: Path) -> None:
    """Written before the first change: who, what was, and every state that will be."""
    Journal.of("local").open(who="a run", was="the baseline", will={"90,10,0": CANARY})
    entry = Journal.of("local").read()

    assert entry is not None
    assert ("a run", os.getpid(), "the baseline") == (entry.who, entry.pid, entry.was)
    (will,) = entry.will
    assert ("90,10,0", CANARY.resources.revision) == (will["title"], will["revision"])
    assert CANARY == State.of(will)
    assert [run_folder / "local" / "journal.json"] == sorted((run_folder / "local").iterdir())


def test_an_unreadable_entry_is_open() -> None:
    """A run that left rubbish also left its rule."""
    journal = Journal.of("local")
    journal.path.write_text("{", encoding="utf-8")

    assert journal.read() is not None

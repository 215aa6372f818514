"""Questions asked at the same time."""

from __future__ import annotations

import signal
import threading
from functools import partial

import pytest

from platforms.errors import NotReachable
from platforms.kubernetes.client.together import together

SECONDS = 30.0


def test_all_are_asked_before_one_is_answered() -> None:
    """The answers come in the order of the questions, whoever answers first."""
    everybody = threading.Barrier(3, timeout=SECONDS)
    last_first = [threading.Event() for _ in range(4)]
    last_first[3].set()

    def ask(number: int) -> int:
        everybody.wait()
        assert last_first[number + 1].wait(SECONDS)
        last_first[number].set()
        return number

    assert [0, 1, 2] == together([partial(ask, number) for number in range(3)])


def test_an_error_is_raised_once_all_have_ended() -> None:
    """Nothing goes on behind the back of whoever handles it."""
    failed, ended = threading.Event(), []

    def fail() -> None:
        failed.set()
        raise NotReachable("nobody there")

    def end() -> None:
        assert failed.wait(SECONDS)
        ended.append("this one")

    with pytest.raises(NotReachable, match="nobody there"):
        together([fail, end])

    assert ["this one"] == ended


def test_nobody_is_waited_for_after_ctrl_c() -> None:
    """A command ends at once, although a question is still under way."""
    under_way, answered, ended = threading.Event(), threading.Event(), threading.Event()

    def interrupt() -> None:
        assert under_way.wait(SECONDS)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def ask() -> None:
        under_way.set()
        answered.wait(SECONDS)
        ended.set()

    with pytest.raises(KeyboardInterrupt):
        together([interrupt, ask])
    assert not ended.is_set()

    answered.set()
    assert ended.wait(SECONDS)


def test_no_question_and_one_need_no_thread() -> None:
    """Whatever is asked alone is asked by the caller itself."""
    assert [] == together([])
    assert [threading.current_thread()] == together([threading.current_thread])

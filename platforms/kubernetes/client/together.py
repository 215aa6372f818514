"""Questions to a cluster asked at the same time: what takes long is the way there and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


def together(asks: Sequence[Callable[[], T]]) -> list[T]:
    """The answers, in the order of the questions; once all have ended, the first error in that order is raised.

    Whoever is interrupted waits for none of them: a pool of threads would be waited for, at the end of the process too.
    """
    if len(asks) == 1:
        return [asks[0]()]
    ended: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()

    def ask(number: int) -> None:
        try:
            ended.put((number, asks[number](), None))
        except BaseException as error:  # noqa: BLE001  # raised where it was asked for
            ended.put((number, None, error))

    for number in range(len(asks)):
        Thread(target=ask, args=(number,), name=f"question {number}", daemon=True).start()
    answers = sorted((ended.get() for _ in asks), key=lambda one: one[0])
    for _, _, error in answers:
        if error is not None:
            raise error
    return [answer for _, answer, _ in answers]

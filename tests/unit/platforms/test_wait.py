"""Waiting ends with the fact or with the time, and says which by its answer."""

from __future__ import annotations

from platforms.wait import wait_until, wait_while


def test_until_it_is_true() -> None:
    """The first true answer is returned, and nobody asks again."""
    answers = iter(["", "", "there", "more"])

    assert "there" == wait_until(lambda: next(answers), 60, every=0)
    assert ["more"] == list(answers)


def test_while_it_is_true() -> None:
    """The first answer that is not true is returned."""
    answers = iter([["a", "b"], ["a"], [], ["c"]])

    assert [] == wait_while(lambda: next(answers), 60, every=0)
    assert [["c"]] == list(answers)


def test_the_time_is_over() -> None:
    """The last answer is returned; without any time, one question is asked all the same."""
    asked = []

    def ask(answer: str) -> str:
        asked.append(answer)
        return answer

    assert "" == wait_until(lambda: ask(""), 0)
    assert "late" == wait_while(lambda: ask("late"), 0)
    assert ["", "late"] == asked


def test_the_last_question_is_asked_at_the_end() -> None:
    """A long pause between two questions is cut short where the time is over before."""
    answers = iter([False, True])

    assert wait_until(lambda: next(answers), 0.01, every=3600)

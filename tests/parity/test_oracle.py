"""The oracle's program is asked as many questions as one likes, of any objects."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.parity import oracle as oracles

PROGRAM = """#!/bin/sh
echo "a line of Istio's log"
while read -r question; do echo "{\\"by\\": $$, \\"asked\\": $question}"; done
"""


def test_a_process_is_asked_so_many_questions_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one goes to a fresh process, for the memory of the first is not given back; every answer is to its question."""
    program = tmp_path / "oracle"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o700)
    for name in ("CRDS", "GATEWAY_API_CRDS"):
        monkeypatch.setattr(oracles, name, program)
    monkeypatch.setattr(oracles, "PROGRAM", program)
    monkeypatch.setattr(oracles, "QUESTIONS", 2)

    with oracles.oracle() as ask:
        answers = [ask({"number": number}) for number in range(5)]

    assert [{"number": number} for number in range(5)] == [one["asked"] for one in answers]
    first, second, third = answers[0]["by"], answers[2]["by"], answers[4]["by"]
    assert [first, first, second, second, third] == [one["by"] for one in answers]
    assert len({first, second, third}) == 3

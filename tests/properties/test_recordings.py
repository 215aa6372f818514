"""Whatever stands in a recording, either a report is drawn of it or it is refused in one line."""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenarios import canary, fault_ratings, report
from scenarios.events.reading import recordings
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform
from tests.properties.damages import put

DAMAGES = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(("1/0", "9" * 5000, 10**400, 10**15, 1e308, "1/1000000007", [], {}, [[]], "\x00", "<b>", "v9"))
)


@functools.cache
def right() -> tuple[list[dict[str, Any]], ...]:
    """Two recordings as runs leave them, line by line."""
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        FakePlatform(defects=Defects(cut_connections=0.1)) as platform,
    ):
        patch.setenv("BOOKINFO_RUN", folder)
        for command in (canary.COMMAND, fault_ratings.COMMAND):
            drive(command, ["--quiet", "--requests", "20"], platform)
        texts = [path.read_text(encoding="utf-8") for path in recordings("local")]
    return tuple([json.loads(line) for line in text.splitlines()] for text in texts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


def drawn(folder: Path, lines: list[dict[str, Any]]) -> int:
    """The exit code; more than a line, or a page beside a refusal, fails here."""
    for left in folder.iterdir():
        left.unlink()
    (folder / "recording.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    errors, out = io.StringIO(), io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(out):
        code = report.main([str(folder)])
    line = errors.getvalue()

    assert code in (0, 2)
    assert (code == 0) == (folder / "report.html").exists()
    assert line.count("\n") == len(line.splitlines()) == (1 if code else 0)
    assert len(line) < 1000
    return code


@settings(max_examples=40, deadline=None)
@given(number=st.integers(0, 1), path=st.lists(st.integers(0, 50), min_size=2, max_size=12), damage=DAMAGES)
def test_a_recording_with_damages(folder: Path, number: int, path: list[int], damage: Any) -> None:
    """One value replaced by anything."""
    lines = copy.deepcopy(right()[number])
    put(lines, path, damage)
    drawn(folder, lines)


@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, 1), order=st.lists(st.integers(0, 40), max_size=40))
@example(number=0, order=[])
def test_events_in_any_order(folder: Path, number: int, order: list[int]) -> None:
    """Some of them, or twice: nothing is made up of what does not fit together."""
    lines = right()[number]
    drawn(folder, [lines[0], *(lines[place % len(lines)] for place in order)])


def test_a_right_recording_is_drawn(folder: Path) -> None:
    """As it is."""
    assert [0, 0] == [drawn(folder, lines) for lines in right()]

"""A run is recorded while it happens, and nothing that happens to the recording happens to the run."""

from __future__ import annotations

import resource
import stat
import subprocess  # noqa: TID251  # a run that is killed
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from platforms.demo.run_folder import part
from platforms.environment import ROOT
from scenarios.events.event import Answered, Ended, Event, Locked, Noted
from scenarios.events.reading import follow, is_being_written, read, recordings
from scenarios.events.recording import KEPT, Recording
from scenarios.evidence.judgement import Verdict
from tests.unit.scenarios.events.samples import ANSWERS, eventually, of_each_kind, opened

ENDED = Ended(Verdict.HOLDS, (), 0)


def test_a_recording_holds_every_event() -> None:
    """In its order; it is for its owner alone."""
    events = of_each_kind()
    path = record(*events)

    assert read(path) == tuple(events)
    assert [path] == recordings("local")
    assert path.name.endswith("-fault_ratings.jsonl")
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)


def test_answers_share_lines_and_keep_their_order() -> None:
    """However they came: the lines are fewer, the answers the same."""
    one_by_one = [Answered(step, (answer,)) for step in (0, 1) for _ in range(50) for answer in ANSWERS]
    path = record(opened(), Locked(), *one_by_one, ENDED)
    answered = [event for event in read(path) if isinstance(event, Answered)]

    assert len(answered) < len(one_by_one)
    for step in (0, 1):
        assert 50 * ANSWERS == tuple(answer for event in answered if event.step == step for answer in event.seen)
    assert all(one.step <= other.step for one, other in pairwise(answered))


def test_a_run_that_was_refused_is_not_recorded() -> None:
    """It has changed nothing, and must not cost an older recording its place."""
    with Recording() as recording:
        recording(opened())
        recording(ENDED)

    assert recording.path is recording.error is None
    assert [] == recordings("local")


def test_the_newest_recordings_are_kept() -> None:
    """And listed, the newest first; what somebody else put there stays."""
    (part("local") / "recordings").mkdir()
    other = part("local") / "recordings" / "notes.txt"
    other.touch()
    began = opened()
    paths = [record(replace(began, at=began.at + n), Locked(), ENDED) for n in range(KEPT + 3)]

    assert list(reversed(paths[3:])) == recordings("local")
    assert other.exists()


def test_a_recording_is_followed_while_it_is_written() -> None:
    """Every event is seen as it happens; the last one ends it."""
    with Recording() as recording:
        recording(first := opened())
        recording(Locked())
        followed = follow(eventually(recording), given_up=threading.Event())
        assert first == next(followed)
        assert isinstance(next(followed), Locked)
        for event in (Answered(0, ANSWERS), ENDED):
            recording(event)
            assert event == next(followed)
        assert [] == list(followed)
        assert is_being_written(eventually(recording))

    assert not is_being_written(eventually(recording))


def test_whoever_gives_up_follows_no_more() -> None:
    """Although the run goes on."""
    given_up = threading.Event()
    with Recording() as recording:
        recording(opened())
        recording(Locked())
        followed = follow(eventually(recording), given_up=given_up)
        next(followed), next(followed)
        given_up.set()
        assert [] == list(followed)


def test_a_run_that_is_killed_leaves_what_it_had_written() -> None:
    """Whoever follows it is not left waiting."""
    with subprocess.Popen(
        [sys.executable, "-P", "-c", _KILLED], stdout=subprocess.PIPE, cwd=ROOT, text=True
    ) as process:
        assert process.stdout is not None
        path = Path(process.stdout.readline().strip())
        followed = follow(path, given_up=threading.Event())
        assert isinstance([next(followed) for _ in range(3)][-1], Answered)
        process.kill()
        assert [] == list(followed)

    assert isinstance(read(path)[-1], Answered)


_KILLED = """
import sys
sys.path.insert(0, ".")
from scenarios.events.event import Answered, Locked
from scenarios.events.recording import Recording
from tests.unit.scenarios.events.samples import ANSWERS, eventually, opened
with Recording() as recording:
    recording(opened())
    recording(Locked())
    recording(Answered(0, ANSWERS))
    print(eventually(recording), flush=True)
    sys.stdin.read()
"""


def test_a_folder_that_cannot_be_made_is_told_and_stops_nothing() -> None:
    """The listener takes every event all the same."""
    (part("local") / "recordings").touch()
    with Recording() as recording:
        for event in of_each_kind():
            recording(event)

    assert isinstance(recording.error, OSError)
    assert recording.path is None


def test_an_event_that_has_no_form_ends_the_recording_and_is_told() -> None:
    """Nobody takes it for a whole one."""
    with Recording() as recording:
        for event in (opened(), Locked(), Noted(object()), ENDED):  # type: ignore[arg-type]
            recording(event)

    assert isinstance(recording.error, TypeError)
    assert 2 == len(read(eventually(recording)))


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Neither the folder nor what an earlier writer left there leads elsewhere."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = part("local") / "recordings"
    folder.symlink_to(elsewhere)
    with Recording() as recording:
        for event in of_each_kind():
            recording(event)
    assert "not a plain file in a folder of the demo's" in str(recording.error)
    assert [] == list(elsewhere.iterdir())

    folder.unlink()
    folder.mkdir()
    (folder / ".new").symlink_to(elsewhere / "file")
    record(*of_each_kind())
    assert [] == list(elsewhere.iterdir())


def test_a_full_disk_ends_the_recording_and_nothing_else(small_files: int) -> None:
    """What was written before can be read."""
    with Recording() as recording:
        recording(opened())
        recording(Locked())
        for _ in range(100):
            recording(Answered(0, 20 * ANSWERS))
            recording(Locked())
        recording(ENDED)

    assert isinstance(recording.error, OSError)
    assert recording.path
    assert recording.path.stat().st_size <= small_files
    assert len(read(recording.path)) > 2


@pytest.fixture
def small_files() -> Iterator[int]:
    """No file of this process can grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    yield 50_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def record(*events: Event) -> Path:
    with Recording() as recording:
        for event in events:
            recording(event)
    assert recording.error is None
    assert recording.path
    return recording.path

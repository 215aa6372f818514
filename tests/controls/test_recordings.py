"""Every run leaves a recording, from which its report is drawn."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from platforms.bookinfo import baseline
from platforms.boundary import State
from platforms.demo.journal import Journal, exclusive
from scenarios import canary, fault_ratings, report, user_routing
from scenarios.events.event import Answered, Ended, Event, Failed, Judged, Kept, NotRestored, Opened, Restored
from scenarios.events.line import SCHEMA
from scenarios.events.reading import read, recordings
from scenarios.events.stream import Stream
from scenarios.messages.catalogue import english
from scenarios.registry import COMMANDS
from scenarios.run.cli import Command
from scenarios.run.run import LoadProfile, plan_steps, run
from tests.controls import drive as driving
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform

CHECKER = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def last_recording() -> tuple[Event, ...]:
    return read(recordings("local")[0])


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(command, marks=() if command is canary.COMMAND else pytest.mark.exhaustive)
        for command in COMMANDS.values()
    ],
)
@pytest.mark.parametrize("defects", [Defects(), Defects(leak=0.5, cut_connections=0.1, logs_calls=True)])
def test_a_report_is_drawn_from_the_recording_alone(command: Command, defects: Defects, tmp_path: Path) -> None:
    """Byte for byte the one that the run left; every line of the recording is as the schema says."""
    folder = tmp_path / "report"
    with FakePlatform(defects=defects) as platform:
        drive(command, ["--quiet", "--report", str(folder)], platform)
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in written:
        if name != "recording.jsonl":
            (folder / name).unlink()

    assert 0 == report.main([str(folder)])
    assert written == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert written["recording.jsonl"] == recordings("local")[0].read_bytes()
    for line in written["recording.jsonl"].splitlines():
        CHECKER.validate(json.loads(line))


def test_a_recording_tells_all_that_a_screen_shows() -> None:
    """Each answer with what it saw, the decisions, the verdict on each claim, and how the platform was left."""
    with FakePlatform(defects=Defects(leak=0.5)) as platform:
        document = drive(user_routing.COMMAND, ["--json"], platform).document
    *events, ended = last_recording()
    judged = [event for event in events if isinstance(event, Judged)]

    assert isinstance(events[0], Opened)
    assert document["requests"] == sum(len(event.seen) for event in events if isinstance(event, Answered))
    assert [claim["verdict"] for claim in document["claims"]] == [event.verdict.name for event in judged]
    assert isinstance(ended, Ended)
    assert document["reasons"] == [english(reason) for reason in ended.reasons]
    assert ("FAILS", 1) == (ended.verdict.name, ended.exit_code)
    assert any(isinstance(event, Restored) for event in events)
    assert [event.at for event in events] == sorted(event.at for event in events)


@pytest.mark.parametrize(
    ("defects", "argv", "kind"),
    [(Defects(), ["--keep"], Kept), (Defects(restore_fails=True), [], NotRestored), (Defects(), [], Restored)],
)
def test_a_recording_tells_how_the_platform_was_left(defects: Defects, argv: list[str], kind: type[Event]) -> None:
    """In the one of three ways that it was."""
    with FakePlatform(defects=defects) as platform:
        drive(canary.COMMAND, ["--quiet", "--requests", "20", *argv], platform)

    assert [kind] == [type(event) for event in last_recording() if isinstance(event, Kept | NotRestored | Restored)]


def test_a_run_without_a_verdict_ends_with_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No report can be drawn of it, which is said in one line."""
    with FakePlatform(defects=Defects(lagging="reviews-v1")) as platform:
        ended = drive(canary.COMMAND, [], platform)
    (tmp_path / "recording.jsonl").write_bytes(recordings("local")[0].read_bytes())
    failed = last_recording()[-1]

    assert isinstance(failed, Failed)
    assert (3, "NotConverged", 3) == (ended.code, failed.kind, failed.exit_code)
    assert 2 == report.main([str(tmp_path)])
    assert "came to no verdict: " in capsys.readouterr().err


def test_a_recording_that_was_cut_off_is_drawn_once_all_was_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The verdict follows from the rest; cut before that, one line says so."""
    with FakePlatform() as platform:
        drive(fault_ratings.COMMAND, ["--quiet", "--requests", "20"], platform)
    lines = recordings("local")[0].read_bytes().splitlines(keepends=True)
    over = next(number for number, line in enumerate(lines) if b'"event":"over"' in line)
    for cut in range(1, len(lines)):
        (tmp_path / "recording.jsonl").write_bytes(b"".join(lines[:cut]))
        assert (0 if cut > over else 2) == report.main([str(tmp_path)])
        if cut <= over:
            assert "was cut off before it came to its verdict" in capsys.readouterr().err
        else:
            (tmp_path / "report.json").unlink()


def test_a_run_that_is_refused_leaves_no_recording() -> None:
    """Another command has the demo."""
    with FakePlatform() as platform, exclusive("local", "another"):
        assert 3 == drive(canary.COMMAND, [], platform).code

    assert [] == recordings("local")


@pytest.mark.exhaustive
def test_a_full_disk_ends_no_run(small_files: int) -> None:
    """The verdict comes, the baseline is back, and it is said that the recording is not complete."""
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--requests", "2000"], platform)
        assert State(baseline()) == platform.in_force

    assert 0 == ended.code
    assert "the recording of this run is not complete: " in ended.out
    assert recordings("local")[0].stat().st_size <= small_files
    assert isinstance(last_recording()[0], Opened)
    assert Journal.of("local").read() is None


def test_a_folder_of_recordings_that_is_none_ends_no_run(run_folder: Path) -> None:
    """It is said, and no more."""
    (run_folder / "local").mkdir(mode=0o700, parents=True)
    (run_folder / "local" / "recordings").touch()
    with FakePlatform() as platform:
        ended = drive(canary.COMMAND, ["--requests", "20"], platform)

    assert "the recording of this run is not complete: " in ended.out


def test_a_listener_that_fails_leaves_no_canary_behind() -> None:
    """Whichever event it fails at: the run goes on, the baseline comes back, and the others hear everything."""
    scenario = canary.COMMAND.build(Fraction(5, 100), keep=False, weights="90,10,0")
    claims = plan_steps(scenario, LoadProfile(requests=5))
    kinds: list[type[Event]] = []
    while True:
        stream = Stream(failing := FailingAt(len(kinds)), heard := Heard())
        with FakePlatform() as platform:
            run(
                scenario,
                claims,
                lambda p=platform: p,
                rate=None,
                keep=False,
                command="x",
                stream=stream,
                source=driving.source,
            )  # type: ignore[misc]
            assert State(baseline()) == platform.in_force
        assert stream.past == heard.events
        if not failing.failed:
            break
        assert [str(failing.number)] == [str(error) for error in stream.failures]
        kinds.append(type(stream.past[failing.number]))

    assert {Opened, Restored, Ended} < set(kinds)


class FailingAt:
    """A listener that fails at one event, and hears nothing after it."""

    def __init__(self, number: int) -> None:
        self.number, self.heard, self.failed = number, 0, False

    def __call__(self, _: Event) -> None:
        assert not self.failed
        if self.heard == self.number:
            self.failed = True
            raise RuntimeError(str(self.number))
        self.heard += 1


class Heard:
    """A listener that keeps what it heard."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)


@pytest.fixture
def small_files() -> Iterator[int]:
    """No file of this process can grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, hard))
    yield 60_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

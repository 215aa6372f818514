"""Who may call whom, as a command, on a platform in memory that obeys the policies in force."""

from __future__ import annotations

import json
import os
import signal
from functools import cached_property
from pathlib import Path

import pytest

from platforms.bookinfo import ISTIO, baseline, load
from platforms.boundary import State
from platforms.demo.journal import Entry, Journal
from scenarios.events.reading import recordings
from scenarios.messages.catalogue import english
from scenarios.messages.message import Message
from scenarios.reporting.document import read, retold
from scenarios.zero_trust.command import main
from tests.fakes import Defects, FakeCallers, FakePlatform

BASELINE = State(baseline())


@pytest.fixture(autouse=True)
def _run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKINFO_RUN", str(tmp_path))


def ended(platform: FakePlatform, *arguments: str) -> int:
    code = main(arguments, to=lambda _: platform)
    assert platform.in_force == BASELINE
    assert Journal.of(platform.key).read() is None
    return code


def test_the_baseline_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """Every pair is in the matrix, and the verdict counts them."""
    with FakePlatform() as platform:
        assert 0 == ended(platform, "--lang", "en")

    out = capsys.readouterr().out
    assert "HOLDS · 7 arrows were answered, 21 other pairs got 403, 8 trials" in out
    assert "✗" not in out


def test_without_policies_it_fails_and_names_what_opened(capsys: pytest.CaptureFixture[str]) -> None:
    """The policies alone are taken out, and are back afterwards."""
    with FakePlatform() as platform:
        assert 1 == ended(platform, "--open", "--quiet", "--lang", "en")

        kinds = {one.kind for one in platform.applied[0].resources}
    out = capsys.readouterr().out
    assert "AuthorizationPolicy" not in kinds
    assert "PeerAuthentication" in kinds
    assert 1 == len(out.splitlines())
    assert "FAILS · 21 arrows opened: gateway → details," in out
    assert "reviews-v3 → reviews · baseline restored" in out


def test_one_arrow_too_many_fails(capsys: pytest.CaptureFixture[str]) -> None:
    with FakePlatform(defects=Defects(open_to=frozenset({"reviews-v1"}))) as platform:
        assert 1 == ended(platform, "-q", "--lang", "en")

    assert "3 arrows opened: reviews-v1 → productpage, reviews-v1 → details, reviews-v1 → reviews" in (
        capsys.readouterr().out
    )


def test_right_answers_with_other_counts_are_inconclusive(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody else may have called: then it is not known what our calls were counted as."""
    with FakePlatform(defects=Defects(miscounts=True)) as platform:
        assert 4 == ended(platform, "-q", "--lang", "en")

    assert "details-v1 → ratings (3 calls: 1 let through, 3 refused, 0 closed)" in capsys.readouterr().out


def test_rules_that_give_way_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    """It is the baseline that is tried, and that is there afterwards."""
    with FakePlatform() as platform:
        state = State(baseline().overlaid(load(ISTIO / "canary.yaml")))
        platform.apply(state)
        platform.wait_until_converged(state, timeout=30.0)

        assert 0 == ended(platform, "--lang", "en")

        assert [BASELINE, BASELINE] == platform.applied[1:]
    assert english(Message("run.other_rule")) in capsys.readouterr().out


class _Watched(FakeCallers):
    """Remembers what the journal says while somebody calls, and is stopped by Ctrl-C then."""

    def __init__(self, platform: FakePlatform) -> None:
        super().__init__(platform)
        self.entry: Entry | None = None

    def as_proxy(self, name: str, app: str, path: str, times: int) -> list[int | None]:
        self.entry = Journal.of("local").read()
        os.kill(os.getpid(), signal.SIGINT)
        return super().as_proxy(name, app, path, times)


class _WatchedPlatform(FakePlatform):
    @cached_property
    def callers(self) -> _Watched:
        return _Watched(self)


def test_ctrl_c_restores_the_baseline(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is judged then; and whoever is killed instead has left in the journal what was in force."""
    with _WatchedPlatform() as platform:
        assert 130 == ended(platform, "--open", "--lang", "en")

        entry = platform.callers.entry
        assert entry
        assert ["without policies"] == [state["title"] for state in entry.will]
        assert [platform.applied[0]] == [State.of(state) for state in entry.will]
    told = capsys.readouterr()
    assert "opened" not in told.out
    assert "zero_trust: stopped by Ctrl-C; the baseline is back" in told.err


def test_a_baseline_that_does_not_come_back_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Beside the verdict, and by the exit code."""
    with FakePlatform(defects=Defects(restore_fails=True)) as platform:
        assert 3 == main(("--open", "--lang", "en"), to=lambda _: platform)

    told = capsys.readouterr()
    assert "the baseline is NOT back" in told.out
    assert "python -m platforms reset" in told.err


def test_a_platform_without_callers_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with FakePlatform(defects=Defects(cannot_call=True)) as platform:
        assert 2 == ended(platform, "--lang", "en")

    told = capsys.readouterr()
    assert "" == told.out
    assert 1 == len(told.err.splitlines())
    assert "zero_trust: not on platform local yet" in told.err


def test_in_korean(capsys: pytest.CaptureFixture[str]) -> None:
    with FakePlatform() as platform:
        assert 0 == ended(platform, "--lang", "ko")

    assert "성립 · 화살표 7개는 응답을 받았고" in capsys.readouterr().out


def test_a_document_for_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing else on stdout."""
    with FakePlatform() as platform:
        assert 1 == ended(platform, "--open", "--json", "--lang", "ko")

    found = json.loads(capsys.readouterr().out)
    assert ("trial", "FAILS", True) == (found["kind"], found["verdict"], found["restored"])
    assert 21 == sum(pair["opened"] for pair in found["pairs"])


def test_a_report_with_its_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is told where it is, and tells the same as the recording that is left in the run folder."""
    with FakePlatform() as platform:
        assert 0 == ended(platform, "--report", str(tmp_path / "report"), "--lang", "en")

    assert f"report: {tmp_path}/report/report.html (and report.json, junit.xml," in capsys.readouterr().out
    (recorded,) = recordings("local")
    assert read(tmp_path / "report" / "report.json") == retold(recorded)


def test_a_report_that_cannot_be_written_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is touched."""
    (tmp_path / "file").write_text("")

    assert 2 == main(("--report", str(tmp_path / "file"), "--lang", "en"), to=lambda _: pytest.fail("connected"))
    assert 1 == len(capsys.readouterr().err.splitlines())

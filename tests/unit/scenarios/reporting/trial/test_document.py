"""The document of a trial: what its schema says, from its events and from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from platforms.errors import UsageError
from scenarios.events.event import Over
from scenarios.events.line import encode
from scenarios.evidence.pair import Pair
from scenarios.reporting.document import read, retold
from scenarios.reporting.files import write
from scenarios.reporting.trial.document import SCHEMA, document, is_trial
from scenarios.reporting.trial.model import Trial
from tests.unit.scenarios.reporting.trial.trials import CLOSED, DOUBTED, OPENED, RIGHT, events, trial

ENDS: list[tuple[tuple[Pair, ...], str, int]] = [
    (RIGHT, "HOLDS", 0),
    ((*RIGHT, OPENED, CLOSED, DOUBTED), "FAILS", 1),
    ((*RIGHT, DOUBTED), "INCONCLUSIVE", 4),
]


def valid(found: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).is_valid(found))


@pytest.mark.parametrize(("pairs", "verdict", "code"), ENDS, ids=[verdict for _, verdict, _ in ENDS])
def test_what_a_script_reads(pairs: tuple[Pair, ...], verdict: str, code: int) -> None:
    found = document(trial(*pairs))

    assert valid(found)
    assert is_trial(found)
    assert (verdict, code) == (found["verdict"], found["exit_code"])
    assert (found["held"] is None) == bool(found["reasons"]) == bool(code)
    assert len(pairs) == len(found["pairs"])
    assert 2 * len(pairs) == found["requests"]


def test_a_pair_in_words_and_figures() -> None:
    """What came is told beside what should have come, and what the callee's proxies counted."""
    pair = document(trial(*RIGHT, CLOSED))["pairs"][-1]

    assert ("reviews-v2", "reviews", "ratings", False, "closed") == tuple(
        pair[name] for name in ("caller", "from", "app", "opened", "drawn")
    )
    assert ("answered", ["HTTP 503", "answered"], [503, 200]) == (pair["expected"], pair["got"], pair["answers"])
    assert {"taken": 2, "denied": 0, "cut": 0} == pair["heard"]


def test_a_report_is_read_and_drawn_again(tmp_path: Path) -> None:
    """From its file and from its recording alone, to the same bytes."""
    recorded = events(*RIGHT, OPENED)
    recording = tmp_path / "recording.jsonl"
    recording.write_text("".join(f"{encode(event)}\n" for event in recorded), encoding="utf-8")
    found = document(Trial.of(recorded))
    write(found, tmp_path)

    assert found == read(tmp_path / "report.json") == retold(recording)
    assert {"1-policies-of-the-baseline.yaml", "junit.xml", "recording.jsonl", "report.html", "report.json"} == {
        path.name for path in tmp_path.iterdir()
    }


@pytest.mark.parametrize(
    ("change", "why"),
    [({"schema_version": 2}, "schema_version 2; a report that can be drawn again has 1"), ({"pairs": []}, "pairs")],
)
def test_another_form_is_refused(change: dict[str, Any], why: str, tmp_path: Path) -> None:
    """In one line that names the file."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps({**document(trial(*RIGHT)), **change}), encoding="utf-8")

    with pytest.raises(UsageError, match=why):
        read(path)


def test_a_trial_that_was_cut_off_has_no_report() -> None:
    with pytest.raises(UsageError, match="cut off"):
        Trial.of(event for event in events(*RIGHT) if not isinstance(event, Over))

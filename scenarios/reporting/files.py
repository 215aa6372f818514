"""The report as files: for a script, for a CI system, for a person, and the YAML that was in force."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platforms.errors import UsageError
from scenarios.messages.errors import words
from scenarios.messages.language import Language
from scenarios.messages.message import Message
from scenarios.reporting.junit import junit
from scenarios.reporting.page import page
from scenarios.reporting.trial.document import is_trial
from scenarios.reporting.trial.junit import trial_junit
from scenarios.reporting.trial.page import trial_page

DOCUMENT = "report.json"
RECORDING = "recording.jsonl"
_PAGE = "report.html"
_JUNIT = "junit.xml"
_LONGEST = 100
"""Characters of a step's title in the name of its file."""


def prepare(given: str) -> Path:
    """The folder, if the report can be written there: known before anything is changed; raises UsageError otherwise."""
    if not given:
        raise UsageError(words(Message("error.no_folder_given")))
    folder = Path(given)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(words(Message("error.no_folder", folder=str(folder), why=why))) from error


def write(
    written: Mapping[str, Any], folder: Path, language: Language = Language.ENGLISH, *, recording: Path | None = None
) -> Message:
    """Write all files of a report into the folder, its page opening in this language; returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)  # again: a run takes long enough for somebody to tidy up
    (folder / DOCUMENT).write_text(_in_few_lines(written), encoding="utf-8")
    others = [DOCUMENT, *(path.name for path in draw(written, folder, language) if path.name != _PAGE)]
    if recording:
        shutil.copyfile(recording, folder / RECORDING)
        others.append(RECORDING)
    return Message("run.report", page=str(folder / _PAGE), others=others)


def draw(written: Mapping[str, Any], folder: Path, language: Language = Language.ENGLISH) -> list[Path]:
    """Write what follows from the document: the page, JUnit's file and the YAML of every step."""
    texts = _of_trial(written, language) if is_trial(written) else _of_run(written, language)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _of_run(written: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {
        _PAGE: page(written, language),
        _JUNIT: junit(written),
        **{yaml_name(number, step["title"]): step["yaml"] for number, step in enumerate(written["steps"], start=1)},
    }


def _of_trial(written: Mapping[str, Any], language: Language) -> dict[str, str]:
    return {
        _PAGE: trial_page(written, language),
        _JUNIT: trial_junit(written),
        yaml_name(1, written["title"]): written["yaml"],
    }


def _in_few_lines(written: Mapping[str, Any]) -> str:
    """JSON to be read by people too: a list of numbers takes one line."""
    text = json.dumps(written, ensure_ascii=False, indent=1)
    # No string of JSON holds a line break, so such a list stands in none.
    return re.sub(r"\[\n[\d,\s]+\]", lambda found: re.sub(r"\s+", " ", found.group()), text) + "\n"


def yaml_name(number: int, title: str) -> str:
    """The name of the file with the YAML of a step: `2-90-10-0.yaml`."""
    return f"{number}-{re.sub(r'[^a-z0-9]+', '-', title.lower())[:_LONGEST].strip('-') or 'step'}.yaml"

"""What a run says, in English and in Korean."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from rich.cells import cell_len

from scenarios import canary, fault_ratings, user_routing
from scenarios.messages.language import Language
from scenarios.reporting.page import page
from scenarios.reporting.table import rows
from scenarios.reporting.terminal import Screen, Verbosity
from scenarios.reporting.texts import with_messages
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """As the three scenarios leave them, with a leak."""
    with pytest.MonkeyPatch.context() as patch, FakePlatform(defects=Defects(leak=0.2)) as platform:
        patch.setenv("BOOKINFO_RUN", str(tmp_path_factory.mktemp("run")))
        yield [
            drive(command, ["--json", "--requests", "60"], platform).document
            for command in (fault_ratings.COMMAND, user_routing.COMMAND, canary.COMMAND)
        ]


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("language", Language)
def test_a_table_stands_in_columns_however_wide_its_letters_are(
    documents: list[dict[str, Any]], columns: int, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hangul takes two cells: every mark stands below the others, and nothing leaves the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    for document in documents:
        terminal = Terminal()

        Screen(Verbosity.NORMAL, language, out=terminal).result(document)
        lines = re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()
        marks = {cell_len(line.rstrip()) for line in lines if line.rstrip().endswith(("✓", "✗", "?"))}

        assert all(cell_len(line) <= columns for line in lines)
        assert len(marks) == 1
        assert not any(line.strip() in ("", "v1", "v3", "ms") for line in lines[1:])  # of names that are cut to pieces


def test_the_terminal_and_the_page_show_the_same_figures(documents: list[dict[str, Any]]) -> None:
    """They are drawn from one document, and each kind of figure is written in one way."""
    for document in documents:
        shown = re.sub(r"<[^>]*>", "", page(document)).replace(" + ", "+")
        for row in rows(with_messages(document)):
            if row.seen:
                assert all(figure in shown for figure in (row.asked, row.seen, row.interval, row.allowed, row.client))
                assert row.proxies in shown


def test_what_is_said_in_korean_is_korean(documents: list[dict[str, Any]]) -> None:
    """The verdict, the table's head and how it is known; names and units stay."""
    for document in documents:
        file = io.StringIO()

        Screen(Verbosity.VERBOSE, Language.KOREAN, out=file).result(document)
        left = re.sub(
            r"opennaru2?|somebody|(?i:opennaru)|local|Wald|Clopper-Pearson|v[123]|ms|p[0-9]+|%p|N/A|[0-9a-f]{7}",
            "",
            file.getvalue(),
        )

        assert re.search("(불?성립|판정 불가) · ", file.getvalue())
        assert [] == re.findall("[A-Za-z]+", left)


@pytest.mark.parametrize("language", Language)
def test_a_page_opens_in_the_language_of_its_run(documents: list[dict[str, Any]], language: Language) -> None:
    """And has the other one a click away."""
    drawn = page(documents[0], language)

    assert f'<html lang="{language.value}">' in drawn
    assert {Language.ENGLISH: ["english"], Language.KOREAN: ["korean"]}[language] == re.findall(
        r'name="language" id="(\w+)" checked', drawn
    )

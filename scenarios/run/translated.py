"""Command lines whose help is told in the language that was asked for, from the catalogues."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

import click
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text as Line

from platforms.cli.command_line import TitledCommand
from scenarios.messages.catalogue import message_or, render
from scenarios.messages.language import Language, of_command, of_environment
from scenarios.messages.message import Message, Text

_WIDEST = 80
_TITLES = {"Options": "options", "Common options": "common_options", "Which demo": "which_demo"}
"""The sections of a help, by what click's commands call them."""


def language_of(arguments: Sequence[str]) -> Language:
    """Return the language of a command: its own `--lang`, else that of the locale."""
    return of_command(arguments) or of_environment(os.environ)


def language_option(**how: Any) -> click.Option:
    """Offer `--lang`, which `language_of` has read before: help and errors need it first."""
    kind = how.pop("cls", click.Option)
    option: click.Option = kind(
        ["--lang"], type=click.Choice([one.value for one in Language]), expose_value=False, **how
    )
    return option


class TranslatedCommand(TitledCommand):
    """A command whose help is in the catalogues, under `command_NAME`, `PARAMETER`, and `NAME_PARAMETER` where it has its own."""

    def __init__(
        self,
        name: str,
        *,
        language: Language,
        summary: Text | None = None,
        lists: Sequence[tuple[str, Sequence[tuple[str, Text]]]] = (),
        epilogue: Sequence[Text] = (),
        **how: Any,
    ) -> None:
        """Make it with `lists` below its options, each under a title of the catalogues; `summary` is the first sentence."""
        super().__init__(name, **how)
        self._language = language
        self._summary = summary or Message(f"help.command_{name}")
        self._lists = lists
        self._epilogue = epilogue
        self.options_metavar = self._in_words(Message("help.metavar"))

    def get_help(self, ctx: click.Context) -> str:
        formatter = _Formatter(max_width=_WIDEST)
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        prefix = f"{self._in_words(Message('help.usage'))} "
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self._in_words(self._summary))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(ctx):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(ctx)):
                title = getattr(parameter, "title", "Options")
                sections.setdefault(title, []).append((record[0], self._help_of(parameter)))
        options = [(_TITLES[title], records) for title, records in sections.items()]
        others = [(title, [(name, self._in_words(text)) for name, text in of]) for title, of in self._lists]
        for title, records in (*options, *others):
            with formatter.section(self._in_words(Message(f"help.{title}"))):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        for text in self._epilogue:
            formatter.write_paragraph()
            formatter.write_text(self._in_words(text))

    def _help_of(self, parameter: click.Parameter) -> str:
        name = "help" if "--help" in parameter.opts else parameter.name
        return self._in_words(message_or(f"help.{self.name}_{name}", Message(f"help.{name}")))

    def _in_words(self, text: Text) -> str:
        return render(text, self._language)


class _Formatter(click.HelpFormatter):
    """Folds lines by the cells that they take in a terminal: a Korean letter takes two."""

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        for line in text.split("\n"):
            self.write("".join(f"{indent}{part}\n" for part in _folded(line, self.width - self.current_indent)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        named = list(rows)
        first = min(max(cell_len(name) for name, _ in named), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, text in named:
            lines = _folded(text, max(10, self.width - self.current_indent - first))
            if cell_len(name) > first - col_spacing:
                self.write(f"{indent}{name}\n")
                name = ""  # noqa: PLW2901  # it stands on a line of its own
            for number, line in enumerate(lines):
                self.write(f"{indent}{'' if number else name:{first}}{line}\n")


def _folded(text: str, width: int) -> list[str]:
    lines = Line(text).wrap(Console(), width) if text else [Line()]
    return [line.plain.rstrip() for line in lines]

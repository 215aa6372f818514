"""Command lines of click, as this project's read: options by subject, plain numbers, what is wrong in one line."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

import click

from platforms.demo.typed import as_typed
from platforms.errors import DemoError, Interrupted, UsageError, in_one_line
from platforms.istio import durations


def run(command: click.Command, program: str, arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; raises UsageError for arguments that make no sense.

    click's own `main` would end the process, and answer Ctrl-C and a closed pipe in its way.
    """
    program = as_typed(program)
    try:
        with command.make_context(program, list(arguments), help_option_names=["-h", "--help"]) as context:
            return int(command.invoke(context) or 0)
    except click.exceptions.Exit as asked:  # by --help
        return asked.exit_code
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else program
        raise UsageError(f"{complaint(error)} `{path} --help` shows what is possible") from None


def complaint(error: click.UsageError) -> str:
    """Return click's words for what makes no sense, as the first half of a line of ours."""
    told = " ".join(error.format_message().split()).rstrip(".")
    return f"{told[:1].lower()}{told[1:]}{'' if told.endswith('?') else ';'}"


def main(command: click.Command, program: str, arguments: Sequence[str] | None = None) -> int:
    """Run a command as the whole of a program; an error is one line on stderr, in the program's name."""
    name = as_typed(program).rpartition(" ")[2].rpartition(".")[2]
    try:
        return run(command, program, sys.argv[1:] if arguments is None else arguments)
    except DemoError as error:
        print(f"{name}: {in_one_line(as_typed(str(error)))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return Interrupted.exit_code


def log_to_stderr(verbosity: int) -> None:
    """Log the calls to the demo: once for orders and the API server's answers, twice for every question to a proxy too."""
    if verbosity < 1:
        return
    import logging  # noqa: PLC0415  # rarely asked for

    logging.basicConfig(
        level=logging.INFO if verbosity == 1 else logging.DEBUG,
        format="%(asctime)s.%(msecs)03d %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
    logging.getLogger("kubernetes.client.rest").setLevel(logging.INFO)  # or every object is printed


class TitledOption(click.Option):
    """An option that stands under a title of its own in the help."""

    def __init__(self, *names: Any, title: str = "Options", **how: Any) -> None:
        super().__init__(*names, **how)
        self.title = title


class TitledCommand(click.Command):
    """A command whose help lists its options by title."""

    def get_help_option(self, context: click.Context) -> click.Option | None:
        return _help_option(super().get_help_option(context))

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for parameter in self.get_params(context):
            if isinstance(parameter, click.Option) and (record := parameter.get_help_record(context)):
                sections.setdefault(getattr(parameter, "title", "Options"), []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        self.epilog = as_typed(self.epilog) if self.epilog else None
        super().format_epilog(context, formatter)


class OrderedGroup(click.Group):
    """Commands in the order in which they are written down."""

    command_class = TitledCommand

    def get_help_option(self, context: click.Context) -> click.Option | None:
        return _help_option(super().get_help_option(context))

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(self.commands)


def _help_option(option: click.Option | None) -> click.Option | None:
    """Say what it does as the other options do."""
    if option:
        option.help = "show this help"
    return option


class _Limited(click.ParamType[Any]):
    """A value within limits; anything else is answered with what is wanted, and an example."""

    described: str

    def __init__(self, least: Any, most: Any, *, example: str) -> None:
        self._least, self._most, self._example = least, most, example

    def read(self, text: str) -> Any:
        """Return the value of a text; None for a text that is none."""
        raise NotImplementedError

    def limits(self) -> str:
        """Return the limits in words."""
        raise NotImplementedError

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        found = self.read(str(value))
        if found is None or not self._least <= found <= self._most:
            option = f"{parameter.opts[0]} " if parameter else ""
            wanted = f"{self.described} {self.limits()}"
            self.fail(f"{value!a}: give {wanted}, as in {option}{self._example}", parameter, context)
        return found


class _Number(_Limited):
    """A number within limits, in plain digits: nothing else that Python would also take for one."""

    digits: re.Pattern[str]
    exactly: type[int | Fraction]

    def read(self, text: str) -> int | Fraction | None:
        return self.exactly(text) if self.digits.fullmatch(text) else None

    def limits(self) -> str:
        return f"from {float(self._least):g} to {float(self._most):,.0f}"


class WholeNumber(_Number):
    """A whole number, as an int."""

    name, described, exactly = "integer", "a whole number", int
    digits = re.compile(r"[0-9]{1,12}", re.ASCII)


class Time(_Limited):
    """A time within limits, in the words of Istio and of Go, as a timedelta."""

    name, described = "time", "a time"

    def read(self, text: str) -> timedelta | None:
        nanoseconds = durations.nanoseconds(text)
        return None if nanoseconds is None else timedelta(microseconds=nanoseconds / 1000)

    def limits(self) -> str:
        return f"from {self._least.total_seconds():g} s to {self._most.days} days"


class DecimalNumber(_Number):
    """A number with a fraction or none, as exactly that number."""

    name, described, exactly = "number", "a number", Fraction
    digits = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?", re.ASCII)

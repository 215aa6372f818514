"""The group of commands that `python -m platforms` is, and what its commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from platforms.cli.command_line import OrderedGroup, log_to_stderr

PROGRAM = "python -m platforms"

json_option = click.option("--json", "as_json", is_flag=True, help="one JSON document for a script")


@click.group(
    cls=OrderedGroup,
    no_args_is_help=False,
    epilog="Exit codes: 0 done, 1 `check` refuses an object, 2 wrong usage, 3 the platform could not do it, 130 interrupted.",
)
def platforms() -> None:
    """Bring the demo up and down, look at it, and put Istio objects of your own in force."""


def command(example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a function a command of the group, whose help ends with this example."""

    def registered(function: Callable[..., Any]) -> click.Command:
        made = platforms.command(epilog=f"example: {PROGRAM} {example}")(function)
        made.params.append(_verbose())
        return made

    return registered


def _verbose() -> click.Option:
    return click.Option(
        ["-v", "--verbose"],
        count=True,
        expose_value=False,
        callback=lambda _context, _option, times: log_to_stderr(times),
        help="log every call to the demo on stderr; -vv: every question to a proxy too",
    )

"""`python -m scenarios`: the list of the scenarios."""

from __future__ import annotations

import sys

import click

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from scenarios.registry import COMMANDS


@click.command(cls=TitledCommand)
def _list() -> None:
    """List the scenarios, in the order of the slides."""
    for command in COMMANDS.values():
        print(f"{command.name}\n  {command.summary}\n  {command.usage}\n")
    print("All of them: --help shows the options.\n")
    print(
        "`python -m scenarios.controls` plants defects and sees them caught; `python -m scenarios.report DIR` lists reports."
    )


if __name__ == "__main__":
    sys.exit(command_line.main(_list, "python -m scenarios"))

"""Rules of one's own, proven, as a command."""

from __future__ import annotations

from fractions import Fraction

import click

from platforms.errors import UsageError
from scenarios.prove import proof, reading
from scenarios.run.cli import Command
from scenarios.scenario import Scenario


def _print_schema(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  # click's
    if wanted and not context.resilient_parsing:
        click.echo(reading.SCHEMA.read_text(encoding="utf-8"), nl=False)
        context.exit()


_OPTIONS = (
    click.Option(["-f", "files"], metavar="FILE", multiple=True),
    click.Option(["--schema"], is_flag=True, is_eager=True, expose_value=False, callback=_print_schema),
)


def _build(margin: Fraction, *, files: tuple[str, ...], **_: object) -> Scenario:
    if not files:
        raise UsageError(f"name files of rules and expectations, as in `{COMMAND.usage}`")
    return proof.scenario(files, margin)


COMMAND = Command(
    name=proof.NAME,
    title="rules of your own, proven",
    example="-f rules/ -f expect.yaml",
    options=_OPTIONS,
    build=_build,
    fit=proof.fitted,
)

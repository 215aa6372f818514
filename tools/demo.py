"""The whole show: bring the demo up, play and prove the episodes, leave their reports, clean up.

It runs the same commands that a presenter types, one after the other, and ends with the worst of their exit codes.
A demo that was up before stays up.
"""

from __future__ import annotations

import subprocess  # noqa: TID251  # it types commands for the presenter
import sys
from pathlib import Path

import click

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.cli.demo_options import NAMES
from platforms.environment import ROOT
from scenarios.registry import EPISODES


@click.command(cls=TitledCommand, help=__doc__)
@click.option("--platform", metavar="NAME", type=click.Choice(tuple(NAMES)), default="local", help="default: local")
@click.option("--report", metavar="DIR", type=Path, default=ROOT / "reports", help="of the reports; default: reports")
def demo(platform: str, report: Path) -> int:
    where = ("--platform", platform)
    was_up = run("platforms", "url", *where, quiet=True) == 0
    try:
        if code := 0 if was_up else run("platforms", "up", *where):
            return code
        codes = {}
        for number, command in enumerate(EPISODES, start=1):
            name = command.name
            print(f"\n── Episode {number}: {command.title} ──  python -m scenarios.{name}", flush=True)
            codes[name] = run(f"scenarios.{name}", *where, "--report", str(report / name))
    finally:
        if not was_up:
            run("platforms", "down", *where)
    print(f"\ndemo: {_summary(codes)}; reports in {_shown(report)}/")
    return max(codes.values())


def run(module: str, *arguments: str, quiet: bool = False) -> int:
    output = subprocess.DEVNULL if quiet else None
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            # Ctrl-C reached the child as well: let it put the baseline back before anything is taken down.
            process.wait()
            raise


def _summary(codes: dict[str, int]) -> str:
    failed = [f"{episode} (exit {code})" for episode, code in codes.items() if code]
    return f"not proven: {', '.join(failed)}" if failed else "all three episodes hold"


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


if __name__ == "__main__":
    sys.exit(command_line.main(demo, "python -m tools.demo"))

"""The command that stands for all others of the project.

`bookinfo up` is `python -m platforms up`, `bookinfo canary` is `python -m scenarios.canary`, `bookinfo stage` is `python -m stage`.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping, Sequence

from platforms.environment import VERSION
from platforms.errors import UsageError

_HELP = ("-h", "--help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the first word names with the words behind it; returns its exit code."""
    first, *words = [*(sys.argv[1:] if arguments is None else arguments)] or _HELP
    if first == "--version":
        print(f"bookinfo-proof {VERSION}")
        return 0
    if first in _HELP:
        return _list()
    if first in demo_commands():
        from platforms.__main__ import main as platforms

        signal.signal(signal.SIGTERM, signal.default_int_handler)  # as `python -m platforms` does
        return platforms([first, *words])
    if play := shows().get(first):
        return play(words)
    print(f"bookinfo: {first!a}: no such command; `bookinfo --help` lists them", file=sys.stderr)
    return UsageError.exit_code


def demo_commands() -> Sequence[str]:
    """Return the names of the commands about the demo and its rules."""
    from platforms.cli import demo_commands, group, rule_commands  # noqa: F401  # two register their commands

    return list(group.platforms.commands)


def shows() -> Mapping[str, Callable[[Sequence[str]], int]]:
    """Return what runs each of the other commands, by name: the scenarios, what goes with them, and the stage."""
    from scenarios import controls, registry, report
    from scenarios.prove.command import COMMAND as PROVE
    from scenarios.run.cli import Command
    from scenarios.run.cli import main as play
    from scenarios.zero_trust.command import main as trust

    def scenario(command: Command) -> Callable[[Sequence[str]], int]:
        return lambda words: play(command, words)

    return {
        **{name: scenario(command) for name, command in registry.COMMANDS.items()},
        "zero_trust": trust,
        "prove": scenario(PROVE),
        "controls": controls.main,
        "report": report.main,
        "stage": _stage,
    }


def _stage(words: Sequence[str]) -> int:
    from platforms.cli import command_line
    from stage.__main__ import stage

    return command_line.main(stage, "python -m stage", words)


def _list() -> int:
    print("Usage: bookinfo COMMAND [ARGUMENTS]\n")
    print(f"The demo and its rules: {', '.join(demo_commands())}")
    print(f"What is shown and proven: {', '.join(shows())}\n")
    print("`bookinfo COMMAND --help` shows what each can do; `bookinfo --version` which release this is.")
    return 0

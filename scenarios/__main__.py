"""`python -m scenarios`: the list of the scenarios."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from platforms.cli import command_line
from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message
from scenarios.registry import SHOWN
from scenarios.run.translated import TranslatedCommand, language_of, language_option


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    language = language_of(arguments)
    listing = TranslatedCommand(
        "scenarios", language=language, params=[language_option()], callback=lambda: _list(language)
    )
    return command_line.main(listing, "python -m scenarios", arguments)


def _list(language: Language) -> None:
    for command in SHOWN.values():
        print(f"{command.name}\n  {render(command.summary, language)}\n  {command.usage}\n")
    print(f"{render(Message('help.all_show_options'), language)}\n")
    print(render(Message("help.more_commands"), language))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m scenarios`: the list of the scenarios."""

from __future__ import annotations

import sys

from platforms.errors import UsageError
from scenarios.registry import COMMANDS
from scenarios.run.cli import Parser


def main() -> int:
    parser = Parser(prog="python -m scenarios", description="Lists the scenarios, in the order of the slides.")
    try:
        parser.parse_args()
    except UsageError as error:
        print(f"scenarios: {error}", file=sys.stderr)
        return error.exit_code
    for command in COMMANDS.values():
        print(f"{command.name}\n  {command.summary}\n  {command.usage}\n")
    print("All of them: --help shows the options.\n")
    print(
        "`python -m scenarios.controls` plants defects and sees them caught; `python -m scenarios.report DIR` lists reports."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

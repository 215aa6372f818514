"""`python -m scenarios` lists what can be shown."""

from __future__ import annotations

import sys

from platforms.errors import UsageError
from scenarios import canary, fault_ratings, user_routing
from scenarios.run.cli import Parser

COMMANDS = (fault_ratings.COMMAND, user_routing.COMMAND, canary.COMMAND)


def main() -> int:
    parser = Parser(prog="python -m scenarios", description="Lists the scenarios, in the order of the slides.")
    try:
        parser.parse_args()
    except UsageError as error:
        print(f"scenarios: {error}", file=sys.stderr)
        return error.exit_code
    for command in COMMANDS:
        print(f"{command.name}\n  {command.summary}\n  {command.usage}\n")
    print("All of them: --help shows the options.\n")
    print(
        "`python -m scenarios.controls` plants defects and sees them caught; `python -m scenarios.report DIR` lists reports."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

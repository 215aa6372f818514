"""`python -m scenarios.timeouts`: a time-out instead of a wait."""

from __future__ import annotations

import sys

from scenarios.run.cli import main
from scenarios.timeouts.episode import COMMAND

if __name__ == "__main__":
    sys.exit(main(COMMAND))

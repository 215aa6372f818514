"""`python -m scenarios.retries`: flaky ratings, hidden by retries."""

from __future__ import annotations

import sys

from scenarios.retries.episode import COMMAND
from scenarios.run.cli import main

if __name__ == "__main__":
    sys.exit(main(COMMAND))

"""`python -m scenarios.mirroring`: copies for a version that nobody sees."""

from __future__ import annotations

import sys

from scenarios.mirroring.episode import COMMAND
from scenarios.run.cli import main

if __name__ == "__main__":
    sys.exit(main(COMMAND))

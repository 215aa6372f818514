"""`python -m scenarios.circuit_breaking`: an instance that hangs is kept out, and taken back."""

from __future__ import annotations

import sys

from scenarios.circuit_breaking.episode import COMMAND
from scenarios.run.cli import main

if __name__ == "__main__":
    sys.exit(main(COMMAND))

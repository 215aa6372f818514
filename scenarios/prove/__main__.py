"""Rules of one's own, proven: Istio objects and what is expected of them, as files.

python -m scenarios.prove -f rules/ -f expect.yaml
python -m scenarios.prove --schema
"""

from __future__ import annotations

import sys

from scenarios.prove.command import COMMAND
from scenarios.run.cli import main

if __name__ == "__main__":
    sys.exit(main(COMMAND))

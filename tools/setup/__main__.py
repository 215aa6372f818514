"""`python3 -m tools.setup` prepares the demo, `--stage` the stage too, `--dev` the tests and checks as well.

It runs under whatever `python3` is, so it says which one is needed before it imports what an older one does not understand.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # as it says
    print(f"setup: Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}", file=sys.stderr)
    sys.exit(3)

from tools.setup.command import main

if __name__ == "__main__":
    sys.exit(main())

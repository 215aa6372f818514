"""`python -m bench`: what the project promises, measured here and now."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping

import psutil
from rich.console import Console

from bench import alone, local, services, table, wrk
from bench.figure import Figure
from bench.services import Other
from platforms.errors import DemoError

Measure = Callable[[Other], Iterator[Figure]]

MEASURES: Mapping[str, Measure] = {
    "reviews-start": services.reviews_start,
    "memory": services.memory,
    "page": services.page,
    "productpage": services.productpage,
    "local-up": local.up,
    "local-memory": local.memory,
    "local-rule": local.rule,
    "local-scenarios": local.scenarios,
}


PAGE_WIDTH = 120
"""Columns where nobody's terminal says how many there are: a file, a CI log."""


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether every target that could be judged was met."""
    options = _parser().parse_args(arguments)
    other = Other(url=options.against, pids=tuple(options.against_pid))
    figures: list[Figure] = []
    try:
        for name in options.only or MEASURES:
            print(f"measuring {name}", file=sys.stderr)
            figures.extend(MEASURES[name](other))
    except (wrk.NoLoad, alone.NotUp, DemoError) as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    except psutil.NoSuchProcess as error:
        print(f"--against-pid {error.pid}: there is no such process", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([figure.document() for figure in figures], indent=2, ensure_ascii=False))
    else:
        width = None if sys.stdout.isatty() else PAGE_WIDTH
        Console(width=width).print(table.render(figures, busy=os.getloadavg()[0], processors=os.cpu_count() or 1))
    return 1 if any(figure.holds is False for figure in figures) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the services and the local platform, and print each figure beside its target.",
        epilog="example: python -m bench --only page --against http://127.0.0.1:9081/productpage",
    )
    parser.add_argument("--only", metavar="NAME", action="append", choices=MEASURES, help=", ".join(MEASURES))
    parser.add_argument("--against", metavar="URL", help="the page of another Bookinfo: the same load, in turns")
    parser.add_argument(
        "--against-pid", metavar="PID", type=int, nargs="+", default=[], help="its processes, to compare memory"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser


if __name__ == "__main__":
    sys.exit(main())

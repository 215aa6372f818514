"""`python -m bench`: what the project promises, measured here and now."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping

import psutil
from rich.console import Console

from bench import alone, calibration, kind, local, request_log, services, slow, table
from bench.figure import Figure
from bench.instruments import wrk
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
    "local-slow": slow.on_local,
    "local-log": request_log.cost,
}

ASKED_FOR: Mapping[str, Measure] = {"kind": kind.demo, "kind-slow": kind.slowed}
"""What needs more than this machine has by itself, a Docker engine: only by `--only`."""

CALIBRATION = "calibration"

PAGE_WIDTH = 120
"""Columns where nobody's terminal says how many there are: a file, a CI log."""


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether every target that could be judged was met."""
    options = _parser().parse_args(arguments)
    other = Other(url=options.against, pids=tuple(options.against_pid))
    figures: list[Figure] = []
    calibrated: list[calibration.Row] = []
    try:
        for name in options.only or (*MEASURES, CALIBRATION):
            print(f"measuring {name}", file=sys.stderr)
            if name == CALIBRATION:
                calibrated.extend(calibration.measured(options.runs))
            else:
                figures.extend({**MEASURES, **ASKED_FOR}[name](other))
    except (wrk.NoLoad, alone.NotUp, DemoError) as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    except psutil.NoSuchProcess as error:
        print(f"--against-pid {error.pid}: there is no such process", file=sys.stderr)
        return 2
    rows: list[Figure | calibration.Row] = [*figures, *calibrated]
    if options.json:
        print(json.dumps([row.document() for row in rows], indent=2, ensure_ascii=False))
    else:
        console = Console(width=None if sys.stdout.isatty() else PAGE_WIDTH)
        if figures:
            console.print(table.render(figures, busy=os.getloadavg()[0], processors=os.cpu_count() or 1))
        if calibrated:
            console.print(calibration.render(calibrated))
    return 1 if any(row.holds is False for row in rows) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure the services and the local platform, and print each figure beside its target.",
        epilog="example: python -m bench --only page --against http://127.0.0.1:9081/productpage",
    )
    names = (*MEASURES, CALIBRATION, *ASKED_FOR)
    parser.add_argument("--only", metavar="NAME", action="append", choices=names, help=", ".join(names))
    parser.add_argument(
        "--runs",
        metavar="N",
        type=_runs,
        default=calibration.RUNS,
        help="simulated right meshes in the calibration; 10000",
    )
    parser.add_argument("--against", metavar="URL", help="the page of another Bookinfo: the same load, in turns")
    parser.add_argument(
        "--against-pid", metavar="PID", type=int, nargs="+", default=[], help="its processes, to compare memory"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    return parser


def _runs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!a} is no whole number from 1, as in 1000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())

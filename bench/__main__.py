"""`python -m bench`: measures the figures that the project promises, on this machine."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping

import psutil
from rich.console import Console

from bench import calibration, kind, local, request_log, services, slow_connections, standalone, table
from bench.figure import Figure
from bench.instruments import wrk
from bench.services import Reference
from platforms.errors import DemoError

Measure = Callable[[Reference], Iterator[Figure]]

MEASURES: Mapping[str, Measure] = {
    "reviews-start": services.reviews_start,
    "memory": services.memory,
    "page": services.page,
    "productpage": services.productpage,
    "local-up": local.up,
    "local-memory": local.memory,
    "local-rule": local.rule,
    "local-scenarios": local.scenarios,
    "local-slow": slow_connections.on_local,
    "local-log": request_log.cost,
}

ASKED_FOR: Mapping[str, Measure] = {"kind": kind.demo, "kind-slow": kind.slowed}
"""Measurements that need a Docker engine and run only when named by `--only`."""

CALIBRATION = "calibration"

PAGE_WIDTH = 120
"""Columns of an output that is no terminal, such as a file or a CI log."""


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and return the exit code: 0 if every target that could be judged was met."""
    options = _parser().parse_args(arguments)
    other = Reference(url=options.against, pids=tuple(options.against_pid))
    figures: list[Figure] = []
    calibrated: list[calibration.CalibrationRow] = []
    try:
        for name in options.only or (*MEASURES, CALIBRATION):
            print(f"measuring {name}", file=sys.stderr)
            if name == CALIBRATION:
                calibrated.extend(calibration.calibrate(options.runs))
            else:
                figures.extend({**MEASURES, **ASKED_FOR}[name](other))
    except (wrk.LoadFailed, standalone.ServiceNotReady, DemoError) as error:
        print(error, file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130
    except psutil.NoSuchProcess as error:
        print(f"--against-pid {error.pid}: there is no such process", file=sys.stderr)
        return 2
    rows: list[Figure | calibration.CalibrationRow] = [*figures, *calibrated]
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
        raise argparse.ArgumentTypeError(f"{text!a}: expected a whole number from 1, as in 1000")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())

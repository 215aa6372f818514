"""`python -m bench`: measures the figures that the project promises, on this machine."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click
import psutil
from rich.console import Console

from bench import kind, local, plugin, services, slow_connections, stage, standalone, table
from bench.calibration import releases, splits
from bench.costs import mutual_tls, request_log
from bench.figure import Figure
from bench.growth import series as growth
from bench.instruments import wrk
from bench.services import Reference
from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand, WholeNumber
from platforms.errors import DemoError, UsageError

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
    "local-tls": mutual_tls.cost,
    "plugin": plugin.mesh,
}

ASKED_FOR: Mapping[str, Measure] = {"kind": kind.demo, "kind-slow": kind.slowed}
"""Measurements that need a Docker engine and run only when named by `--only`, as that of growth, which takes long."""

CALIBRATION = "calibration"
GROWTH = "growth"
STAGE = "stage"

PAGE_WIDTH = 120
"""Columns of an output that is no terminal, such as a file or a CI log."""


_NAMES = (*MEASURES, STAGE, CALIBRATION, *ASKED_FOR, GROWTH)


@click.command(
    cls=TitledCommand, epilog="example: python -m bench --only page --against http://127.0.0.1:9081/productpage"
)
@click.option("--only", metavar="NAME", multiple=True, type=click.Choice(_NAMES), help=", ".join(_NAMES))
@click.option(
    "--runs",
    metavar="N",
    type=WholeNumber(1, 1_000_000, example="1000"),
    default=splits.RUNS,
    help="simulated right meshes in the calibration; 10000",
)
@click.option(
    "--seconds",
    metavar="N",
    type=WholeNumber(5, 86_400, example="1800"),
    default=stage.SECONDS,
    help=f"how long the stage is watched; {stage.SECONDS}",
)
@click.option("--against", metavar="URL", help="the page of another Bookinfo: the same load, in turns")
@click.option(
    "--against-pid", "pids", metavar="PID", multiple=True, type=int, help="one of its processes, to compare memory"
)
@click.option(
    "--against-productpage",
    "productpage",
    metavar="COMMAND",
    help="what starts another productpage, with {port} for its port: before the same instant backends, in turns",
)
@click.option(
    "--drawings",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="of growth, a folder for its drawings",
)
@click.option("--json", "as_json", is_flag=True, help="one JSON document on stdout")
def bench(
    *,
    only: tuple[str, ...],
    runs: int,
    seconds: int,
    against: str | None,
    pids: tuple[int, ...],
    productpage: str | None,
    drawings: Path | None,
    as_json: bool,
) -> int:
    """Measure the services and the local platform, and print each figure beside its target.

    Exit codes: 0 every target that could be judged was met, 1 one was not.
    """
    other = Reference(url=against, pids=pids, productpage=productpage)
    measures: Mapping[str, Measure] = {**MEASURES, **ASKED_FOR, STAGE: functools.partial(stage.live, seconds=seconds)}
    figures: list[Figure] = []
    calibrated: list[splits.CalibrationRow] = []
    released: list[releases.ReleaseRow] = []
    try:
        for name in only or (*MEASURES, STAGE, CALIBRATION):
            print(f"measuring {name}", file=sys.stderr)
            if name == CALIBRATION:
                calibrated.extend(splits.calibrate(runs))
                released.extend(releases.calibrate(max(1, runs // releases.PART)))
            elif name == GROWTH:
                figures.extend(growth.measure(drawings))
            else:
                figures.extend(measures[name](other))
    except (wrk.LoadFailed, standalone.ServiceNotReady) as error:
        raise DemoError(str(error)) from error
    except psutil.NoSuchProcess as error:
        raise UsageError(f"--against-pid {error.pid}: there is no such process") from error
    rows: list[Figure | splits.CalibrationRow | releases.ReleaseRow] = [*figures, *calibrated, *released]
    if as_json:
        print(json.dumps([row.document() for row in rows], indent=2, ensure_ascii=False))
    else:
        console = Console(width=None if sys.stdout.isatty() else PAGE_WIDTH)
        if figures:
            console.print(table.render(figures, busy=os.getloadavg()[0], processors=os.cpu_count() or 1))
        if calibrated:
            console.print(splits.render(calibrated))
        if released:
            console.print(releases.render(released))
    return 1 if any(row.holds is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(command_line.main(bench, "python -m bench"))

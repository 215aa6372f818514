"""`make faults`: bring each fault about on a demo on kind, and record what happened.

Faults of a running demo are tried on the one that is up, or on the cluster that --context names; faults of bringing a
demo up, and the ones that spoil a cluster, on a cluster of their own, which is deleted afterwards.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache

import click

from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.cli.demo_options import demo_options
from platforms.errors import UsageError
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.selection import connect
from tests.chaos import bringup, cluster, rules, runs, table
from tests.chaos.fault import Fault, Outcome
from tests.chaos.running_demo import RunningDemo

FAULTS: tuple[Fault, ...] = (*rules.FAULTS, *runs.FAULTS, *cluster.FAULTS, *bringup.FAULTS)
NAMES = tuple(fault.name for fault in FAULTS)


@click.command(cls=TitledCommand, help=__doc__)
@click.option(
    "--only", multiple=True, type=click.Choice(NAMES), metavar="NAME", help="this fault; may be given more than once"
)
@click.option("--list", "list_only", is_flag=True, help="name the faults")
@click.option("--write", is_flag=True, help="put what happened into the table of docs/faults.md")
@click.option("--engine-stop", metavar="COMMAND", help="stops the Docker engine; without it, its node stops")
@click.option("--engine-start", metavar="COMMAND", help="starts the Docker engine again")
@demo_options
def faults(
    choice: Choice,
    only: Collection[str],
    engine_stop: str | None,
    engine_start: str | None,
    *,
    list_only: bool,
    write: bool,
) -> int:
    """Try the faults; returns 1 if a promise was broken."""
    if list_only:
        for fault in FAULTS:
            print(f"{fault.name:24} {fault.what}")
        return 0
    chosen = [fault for fault in FAULTS if not only or fault.name in only]
    tried: list[tuple[Fault, Outcome]] = []
    with ExitStack() as places:

        @cache
        def scratch_cluster() -> bringup.ScratchCluster:
            """The one for all the faults that need one."""
            return places.enter_context(bringup.scratch_cluster(engine_stop, engine_start))

        with suppress(KeyboardInterrupt):  # what was tried is told
            for fault in chosen:
                print(f"── {fault.name}: {fault.what} ({fault.how})", flush=True)
                outcome = _inject(fault, choice, scratch_cluster)
                tried.append((fault, outcome))
                print(
                    f"   exit {', '.join(map(str, outcome.codes))} after {outcome.seconds:.1f} s; left: {outcome.left}"
                )
                print(f"   {outcome.said}", *outcome.wrong, sep="\n   WRONG ", flush=True)
    print(f"\n{table.table(tried)}")
    if write:
        table.write(tried)
    return 1 if len(tried) < len(chosen) or any(outcome.wrong for _, outcome in tried) else 0


def _inject(fault: Fault, choice: Choice, scratch_cluster: Callable[[], bringup.ScratchCluster]) -> Outcome:
    """Bring a fault about, and see what came of it and how it left the mesh."""
    began = time.monotonic()
    try:
        if fault.own_cluster:
            return fault.inject(scratch_cluster())
        with _running_demo(choice) as demo:
            outcome = fault.inject(demo)
            outcome.left, off = demo.left()
            outcome.wrong += off
            if off:  # the next fault starts from the baseline
                demo.platforms("reset")
            return outcome
    except AssertionError as error:
        return Outcome(said=str(error), seconds=time.monotonic() - began, wrong=[str(error)])


@contextmanager
def _running_demo(choice: Choice) -> Iterator[RunningDemo]:
    platform = connect(choice)
    if not isinstance(platform, KubernetesPlatform):
        raise UsageError("these are faults of a demo on Kubernetes: `make demo-up PLATFORM=kind`, and --platform kind")
    try:
        yield RunningDemo(platform, choice.options)
    finally:
        platform.close()


if __name__ == "__main__":
    sys.exit(command_line.main(faults, "python -m tests.chaos"))

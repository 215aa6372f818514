"""`make faults`: bring each fault about on a demo on kind, and record what happened.

Faults of a running demo are tried on the one that is up, or on the cluster that --context names; faults of bringing a
demo up, and the ones that spoil a cluster, on a cluster of their own, which is deleted afterwards.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache

from platforms.choice import add_options, named
from platforms.errors import DemoError, UsageError
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.selection import connect
from tests.chaos import bringup, cluster, rules, runs, table
from tests.chaos.fault import Fault, Outcome
from tests.chaos.running_demo import RunningDemo

FAULTS: tuple[Fault, ...] = (*rules.FAULTS, *runs.FAULTS, *cluster.FAULTS, *bringup.FAULTS)


def main() -> int:
    """Try the faults; returns 1 if a promise was broken."""
    arguments = _arguments()
    if arguments.list:
        for fault in FAULTS:
            print(f"{fault.name:24} {fault.what}")
        return 0
    chosen = [fault for fault in FAULTS if not arguments.only or fault.name in arguments.only]
    if unknown := set(arguments.only or ()) - {fault.name for fault in FAULTS}:
        print(f"faults: --only {', '.join(sorted(unknown))}: no such fault; --list names them", file=sys.stderr)
        return UsageError.exit_code
    tried: list[tuple[Fault, Outcome]] = []
    with ExitStack() as places:

        @cache
        def scratch_cluster() -> bringup.ScratchCluster:
            """The one for all the faults that need one."""
            return places.enter_context(bringup.scratch_cluster(arguments.engine_stop, arguments.engine_start))

        try:
            for fault in chosen:
                print(f"── {fault.name}: {fault.what} ({fault.how})", flush=True)
                outcome = _inject(fault, arguments, scratch_cluster)
                tried.append((fault, outcome))
                print(
                    f"   exit {', '.join(map(str, outcome.codes))} after {outcome.seconds:.1f} s; left: {outcome.left}"
                )
                print(f"   {outcome.said}", *outcome.wrong, sep="\n   WRONG ", flush=True)
        except DemoError as error:
            print(f"faults: {error}", file=sys.stderr)
            return error.exit_code
        except KeyboardInterrupt:
            print("faults: stopped", file=sys.stderr)
    print(f"\n{table.table(tried)}")
    if arguments.write:
        table.write(tried)
    return 1 if len(tried) < len(chosen) or any(outcome.wrong for _, outcome in tried) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    add_options(parser)
    parser.add_argument("--only", action="append", metavar="NAME", help="this fault; may be given more than once")
    parser.add_argument("--list", action="store_true", help="name the faults")
    parser.add_argument("--write", action="store_true", help="put what happened into the table of docs/faults.md")
    parser.add_argument("--engine-stop", metavar="COMMAND", help="stops the Docker engine; without it, its node stops")
    parser.add_argument("--engine-start", metavar="COMMAND", help="starts the Docker engine again")
    return parser.parse_args()


def _inject(
    fault: Fault, arguments: argparse.Namespace, scratch_cluster: Callable[[], bringup.ScratchCluster]
) -> Outcome:
    """Bring a fault about, and see what came of it and how it left the mesh."""
    began = time.monotonic()
    try:
        if fault.own_cluster:
            return fault.inject(scratch_cluster())
        with _running_demo(arguments) as demo:
            outcome = fault.inject(demo)
            outcome.left, off = demo.left()
            outcome.wrong += off
            if off:  # the next fault starts from the baseline
                demo.platforms("reset")
            return outcome
    except AssertionError as error:
        return Outcome(said=str(error), seconds=time.monotonic() - began, wrong=[str(error)])


@contextmanager
def _running_demo(arguments: argparse.Namespace) -> Iterator[RunningDemo]:
    target = named(arguments)
    platform = connect(target)
    if not isinstance(platform, KubernetesPlatform):
        raise UsageError("these are faults of a demo on Kubernetes: `make demo-up PLATFORM=kind`, and --platform kind")
    given: Sequence[tuple[str, str | None]] = (
        ("--platform", arguments.platform),
        ("--context", target.context),
        ("--namespace", target.namespace),
        ("--gateway-url", target.gateway_url),
    )
    try:
        yield RunningDemo(platform, tuple(word for name, value in given if value for word in (name, value)))
    finally:
        platform.close()


if __name__ == "__main__":
    sys.exit(main())

"""What each command of `python -m platforms` does, and on which platform."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from types import ModuleType

from platforms import selection
from platforms.bookinfo import BOOKINFO, PATH
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.demo import console, journal
from platforms.demo.crash_recovery import print_restored
from platforms.envoy.route import hidden
from platforms.errors import UsageError, in_one_line
from platforms.istio import files, security
from platforms.istio.analysis.analyze import analyze
from platforms.istio.overlay import lay_over
from platforms.istio.resources import ResourceSet, baseline, load
from platforms.istio.validation.validate import validated

Options = argparse.Namespace
Command = Callable[[Options], int]


def up(options: Options) -> int:
    """Bring the demo up unless it is."""
    return int(_on(selection.platform_named(options) or _default()).up(options))


def down(options: Options) -> int:
    """Take the demo down; without a name, the one that is up."""
    return int(_on(selection.platform_named(options) or selection.which_is_up()).down(options))


def status(options: Options) -> int:
    """Show the demo."""
    return int(_of_demo(options).status(options))


def config(options: Options) -> int:
    """What a proxy serves."""
    return int(_of_demo(options).config(options))


def logs(options: Options) -> int:
    """The end of a log, and what follows."""
    return int(_of_demo(options).logs(options))


def doctor(options: Options) -> int:
    """Say what is there and what is missing."""
    return int(_on(selection.platform_named(options) or _default()).doctor(options))


def build(options: Options) -> int:
    """Compile what has to be compiled."""
    return int(_on("local").build(options))


def tools(options: Options) -> int:
    """Have the pinned tools."""
    return int(_on("kubernetes").get_tools(options))


def bundle(options: Options) -> int:
    """Have every image in one archive."""
    return int(_on("kubernetes").bundle(options))


def reset(options: Options) -> int:
    """The baseline, all of it and nothing else."""
    platform, state = selection.connect(selection.named(options)), State(baseline())
    print_restored(platform)
    with journal.exclusive(platform.key, "python -m platforms reset"):
        platform.apply(state)
        convergence = platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
        journal.Journal.of(platform.key).close()
    print(f"the baseline is {console.in_force(convergence)}")
    return 0


def url(options: Options) -> int:
    """Where the page is."""
    print(f"{selection.connect(selection.named(options)).gateway_url}{PATH}")
    return 0


def apply(options: Options) -> int:
    """Put own objects in force over the baseline."""
    own, told = _own(options.files)
    platform = selection.connect(selection.named(options))
    print_restored(platform)
    laid = lay_over(baseline(), own, BOOKINFO)
    state = State(laid.resources)
    with journal.exclusive(platform.key, f"python -m platforms apply -f {' '.join(options.files)}"):
        platform.apply(state)
        convergence = platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)
    findings = analyze(state.resources, BOOKINFO)
    notes = [*told, *laid.notes, *hidden.notes(state.resources, BOOKINFO)]
    notes += platform.caveats if any(one.kind in security.KINDS for one in own) else ()
    if options.json:
        document = {
            "revision": convergence.revision,
            "in_force_ms": round(convergence.milliseconds, 1),
            "proxies": convergence.proxies,
            "notes": notes,
            "warnings": [asdict(one) for one in findings],
        }
        print(json.dumps(document, indent=2))
        return 0
    for one in (*notes, *findings):
        print(in_one_line(str(one)))
    print(console.in_force(convergence))
    return 0


def _of_demo(options: Options) -> ModuleType:
    """The commands of the platform that the named demo is on, or of the one that is up."""
    return _on(selection.named(options).platform or selection.which_is_up())


def _on(platform: str) -> ModuleType:
    """The commands of a platform; the other one is not loaded."""
    if platform == "local":
        from platforms.local import commands as local  # noqa: PLC0415

        return local
    from platforms.kubernetes import commands as kubernetes  # noqa: PLC0415

    return kubernetes


def _default() -> str:
    """Where `up` goes when nobody says: to the platform that is up, else to kind where a Docker engine answers."""
    if running := next(selection.up(), None):
        return running
    from platforms.kubernetes.up import docker  # noqa: PLC0415  # only when nobody says where

    if docker.answers():
        return "kubernetes"
    print("no Docker engine answers: bringing up platform local, which needs none", file=sys.stderr)
    return "local"


def _own(given: list[str]) -> tuple[ResourceSet, list[str]]:
    """The objects that are given, as a cluster would take them, and what was read of each folder."""
    own = load(*given)
    if not own.resources:
        raise UsageError(f"{' '.join(given)}: no Istio object in there")
    return validated(own), [told for one in given if (told := files.told(one))]

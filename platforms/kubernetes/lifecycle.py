"""What `python -m platforms` does to have a demo on kind, or to have it no more."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from pathlib import Path

from platforms import bookinfo
from platforms.demo import console, journal
from platforms.demo.crash_recovery import print_restored
from platforms.errors import Busy, NotReachable
from platforms.istio.resources import NAMESPACE
from platforms.kubernetes import bringup, record
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.record import Demo
from platforms.kubernetes.up import kind, settings, tools
from platforms.kubernetes.up.bundle import checksum

Options = Namespace


def up(options: Options) -> int:
    """Have the demo up on a kind cluster of its own."""
    wanted = bringup.UpOptions(options.cluster or kind.CLUSTER, options.port, options.bundle and Path(options.bundle))
    demo = Demo(kind.context(wanted.cluster), NAMESPACE, "", wanted.cluster)
    began = time.monotonic()
    try:
        with (
            journal.exclusive(demo.key, "python -m platforms up"),
            console.progress("bringing Bookinfo up on kind") as say,
        ):
            demo = bringup.up(wanted, say)
    except Busy:
        # Whoever holds the lock may be a scenario on a demo that is up, or another `up` that has not finished.
        found = bringup.running()
        if found is None or not bookinfo.is_whole(found.gateway_url):
            raise
        demo = found
    platform = KubernetesPlatform(demo)
    print_restored(platform)
    platform.close()
    print(f"Bookinfo is up after {time.monotonic() - began:.1f} s: {demo.gateway_url}{bookinfo.PATH}")
    return 0


def down(_options: Options) -> int:
    """Delete the cluster that `up` made."""
    demo = record.read(record.folder())
    if demo is None:
        print("no demo is up; nothing to delete")
        return 0
    began = time.monotonic()
    with journal.exclusive(demo.key, "python -m platforms down"):
        with console.progress("taking Bookinfo down") as say:
            deleted = bringup.down(say)
        journal.Journal.of(demo.key).close()  # what it speaks of is gone
    told = f"cluster {deleted} is deleted" if deleted else "its cluster was gone already"
    print(f"Bookinfo is down after {time.monotonic() - began:.1f} s: {told}")
    return 0


def doctor(options: Options) -> int:
    """Say what is there and what is missing."""
    found = tools.examine()
    if options.json:
        print(json.dumps({"tools": [one.document() for one in found], "settings": settings.in_force()}, indent=2))
    else:
        print(console.findings(found))
        print(f"\n{settings.described()}")
    return 0 if all(one.found for one in found) else NotReachable.exit_code


def get_tools(_options: Options) -> int:
    """Download the pinned tools."""
    with console.progress("downloading kind, kubectl and istioctl") as say:
        paths = [tools.download(name, say) for name in ("kind", "kubectl", "istioctl")]
    for path in paths:
        print(path)
    return 0


def bundle(options: Options) -> int:
    """Write every image into one archive."""
    path = Path(options.file)
    with console.progress("writing the images into one archive") as say:
        contents = bringup.save(path, say)
    print(f"{path}: {len(contents.images)} images, {path.stat().st_size / 1e9:.1f} GB; `make demo-up BUNDLE={path}`")
    print(f"SHA-256 {checksum(path)}: tell it to whoever gets the archive, in another way")
    return 0

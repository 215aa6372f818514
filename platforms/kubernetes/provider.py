"""Platform kubernetes for the commands of `python -m platforms`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from platforms.choice import Choice
from platforms.demo import console, journal
from platforms.demo.crash_recovery import is_restored
from platforms.demo.doctor import Diagnosis
from platforms.demo.status import StatusReport
from platforms.demo.typed import as_typed
from platforms.errors import UsageError
from platforms.kubernetes import bringup, connection, record
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.status import status_document
from platforms.kubernetes.up import settings, tools
from platforms.kubernetes.up.bundle import checksum
from platforms.provider import UpOptions


class KubernetesProvider:
    """The demo on a kind cluster of its own, and any Bookinfo behind a context of the kubeconfig."""

    name = "kubernetes"

    def is_up(self) -> bool:
        return connection.answers()

    def up(self, options: UpOptions) -> tuple[KubernetesPlatform, str]:
        if options.certificate_lifetime:
            raise UsageError("--cert-lifetime: only with --platform local; in a cluster Istio decides it")
        if options.replicas or options.workloads:
            raise UsageError(
                "--replicas and --workload: only with --platform local; on a cluster "
                "`kubectl scale deployment reviews-v1 -n bookinfo --replicas 3` does it"
            )
        began = time.monotonic()
        with console.progress("bringing Bookinfo up on kind") as say:
            demo = bringup.up(options, say)
        told = f" (HTTPS, once a Gateway asks for it, at {demo.https})" if demo.https else ""
        return KubernetesPlatform(demo), f"Bookinfo is up after {time.monotonic() - began:.1f} s{told}"

    def down(self) -> str:
        demo = record.read(record.folder())
        if demo is None:
            return "no demo is up; nothing to delete"
        began = time.monotonic()
        with journal.exclusive(demo.key, as_typed("python -m platforms down")):
            with console.progress("taking Bookinfo down") as say:
                deleted = bringup.down(say)
            journal.Journal.of(demo.key).close()  # what it speaks of is gone
        told = f"cluster {deleted} is deleted" if deleted else "its cluster was gone already"
        return f"Bookinfo is down after {time.monotonic() - began:.1f} s: {told}"

    def connect(self, choice: Choice) -> KubernetesPlatform:
        platform = _platform(choice)
        if choice.context is not None and not choice.yes:
            demo = platform.demo
            cluster = f"context {demo.context}, cluster {platform.cluster.server}"
            console.confirm(f"{cluster}, namespace {demo.namespace}, gateway {demo.gateway_url}")
        return platform

    def status(self, choice: Choice) -> StatusReport:
        platform = _platform(choice)
        document = status_document(platform, restored=is_restored(platform))
        rows: list[tuple[str, ...]] = [("pod", "ready", "restarts", "since", "address")]
        rows += [_row(name, pod) for name, pod in document["pods"].items()]
        return StatusReport(
            document,
            document["security"],
            (rows,),
            page=f"; HTTPS at {platform.demo.https} if a Gateway asks for it, CA {platform.demo.authority}"
            if platform.demo.https
            else "",
            where=f" · context {document['context']}, namespace {document['namespace']}",
            remark=f"not ours: {', '.join(document['others'])}" if document["others"] else "",
        )

    def config(self, choice: Choice, workload: str) -> Mapping[str, Any]:
        return _platform(choice).served(workload)

    def logs(self, choice: Choice, workload: str, *, lines: int, follow: bool) -> Iterator[str]:
        platform = _platform(choice)
        if follow:
            cluster = f"--context {platform.demo.context} -n {platform.demo.namespace}"
            raise UsageError(f"--follow: on kubernetes, `kubectl logs {cluster} deployment/{workload} -f`")
        yield from platform.log(workload, lines)

    def doctor(self) -> Diagnosis:
        return Diagnosis({"tools": tools.examine()}, settings.in_force(), settings.described())


def download_tools() -> list[Path]:
    """Download the pinned kind, kubectl and istioctl, and return their paths."""
    with console.progress("downloading kind, kubectl and istioctl") as say:
        return [tools.download(name, say) for name in ("kind", "kubectl", "istioctl")]


def write_bundle(path: Path) -> list[str]:
    """Write every image into one archive, and return what to know of it."""
    with console.progress("writing the images into one archive") as say:
        contents = bringup.save(path, say)
    return [
        f"{path}: {len(contents.images)} images, {path.stat().st_size / 1e9:.1f} GB; `make demo-up BUNDLE={path}`",
        f"SHA-256 {checksum(path)}: tell it to whoever gets the archive, in another way",
    ]


def _platform(choice: Choice) -> KubernetesPlatform:
    """Return the platform behind `--context`, else the one that `up` made; to look at it needs no confirmation."""
    if choice.context is None:
        return connection.of_record()
    return connection.of_context(choice.context, choice.namespace, choice.gateway_url)


def _row(name: str, pod: Mapping[str, Any]) -> tuple[str, ...]:
    since = f"{datetime.fromisoformat(pod['since']).astimezone():%Y-%m-%d %H:%M:%S}" if pod["since"] else "-"
    return (name, "yes" if pod["ready"] else "no", str(pod["restarts"]), since, pod["address"])

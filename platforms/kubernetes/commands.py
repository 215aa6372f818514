"""What `python -m platforms` does on platform kubernetes."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import datetime

from platforms.demo import console
from platforms.demo.crash_recovery import is_restored
from platforms.errors import UsageError
from platforms.kubernetes import connection
from platforms.kubernetes.lifecycle import bundle, doctor, down, get_tools, up
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.status import status_document

__all__ = ("bundle", "config", "doctor", "down", "get_tools", "logs", "status", "up")

Options = Namespace


def status(options: Options) -> int:
    """Show the demo."""
    platform = _platform(options)
    document = status_document(platform, restored=is_restored(platform))
    if options.json:
        print(json.dumps(document, indent=2))
        return 0
    where = f" · context {document['context']}, namespace {document['namespace']}"
    rows: list[tuple[str, ...]] = [("pod", "ready", "restarts", "since", "address")]
    for name, pod in document["pods"].items():
        rows.append((name, "yes" if pod["ready"] else "no", str(pod["restarts"]), _clock(pod["since"]), pod["address"]))
    print(console.status(document | {"where": where}, document["security"], rows))
    if document["others"]:
        print(f"\nnot ours: {', '.join(document['others'])}")
    return 0


def config(options: Options) -> int:
    """What the proxies of a workload serve, by pod."""
    print(json.dumps(_platform(options).served(options.workload), indent=2))
    return 0


def logs(options: Options) -> int:
    """The end of the logs of a workload's pods."""
    platform = _platform(options)
    if options.follow:
        namespace, context = platform.demo.namespace, platform.demo.context
        raise UsageError(
            f"--follow: on kubernetes, `kubectl logs --context {context} -n {namespace} deployment/{options.workload} -f`"
        )
    for line in platform.log(options.workload, options.lines):
        print(line)
    return 0


def _clock(moment: str) -> str:
    """A moment of the API server's as a clock here shows it."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M:%S}" if moment else "-"


def _platform(options: Options) -> KubernetesPlatform:
    """The one behind `--context`, else the one that `up` made; looking at it needs no confirmation."""
    if options.context is None:
        return connection.of_record()
    return connection.of_context(options.context, options.namespace, options.gateway_url).platform

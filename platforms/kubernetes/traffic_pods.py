"""The pods of the load generator's Job: what keeps them from running, and which of them ended first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from platforms.errors import NotApplied, TrafficError
from platforms.kubernetes.client.cluster import Cluster

_START_SECONDS = 120.0
_END_SECONDS = 5
_POLL_SECONDS = 0.2
_OWNER = "batch.kubernetes.io/controller-uid"


class TrafficPods:
    """The master's pod and those of its workers."""

    def __init__(self, cluster: Cluster, job: dict[str, Any]) -> None:
        self._cluster = cluster
        self._namespace = job["metadata"]["namespace"]
        # Pods of an earlier Job of this name may still run for a moment after it.
        self._selector = f"{_OWNER}={job['metadata']['uid']}"
        self._wanted = job["spec"]["completions"]
        self._names: list[str] = []
        self._since = ""

    def wait_until_running(self) -> None:
        """Return when all of them run; raises TrafficError, saying what keeps them from it."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            pods = self._found()
            states = [_state(pod) for pod in pods]
            if states.count("Running") == self._wanted:
                break
            stuck = [state for state in states if state != "Running"] or self._refusals()
            if time.monotonic() > deadline or any("ErrImage" in state for state in stuck):
                raise TrafficError(
                    f"--in-cluster: {states.count('Running')} of {self._wanted} pods run after {_START_SECONDS:.0f} s: "
                    f"{'; '.join(dict.fromkeys(stuck)) or 'no pod was created'}"
                )
            time.sleep(_POLL_SECONDS)
        self._names = sorted(pod["metadata"]["name"] for pod in pods)
        self._since = pods[0]["metadata"]["resourceVersion"]

    @property
    def master(self) -> str:
        """The name of the pod with the first index."""
        return self._names[0]

    def first_end(self) -> str:
        """Return which pod ended first, and how; empty if none does.

        When one ends, the Job takes the others along within the same second: only the order of the changes tells which it was.
        """
        try:
            return next(filter(None, (_end(change, pod) for change, pod in self._changes())), "")
        except (
            NotApplied
        ):  # so much has changed since that the API server does not know any more: who is gone was first
            found = {pod["metadata"]["name"]: pod for pod in self._found()}
            gone = [f"pod {name} was deleted" for name in self._names if name not in found]
            return " and ".join(gone or filter(None, (_end("", pod) for pod in found.values())))

    def _changes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        return self._cluster.changes(
            "v1", "Pod", self._namespace, labels=self._selector, since=self._since, seconds=_END_SECONDS
        )

    def _found(self) -> list[dict[str, Any]]:
        return self._cluster.objects("v1", "Pod", self._namespace, labels=self._selector)

    def _refusals(self) -> list[str]:
        """The reasons for which the Job may not create pods."""
        events = self._cluster.objects("v1", "Event", self._namespace)
        return [one["message"] for one in events if one["reason"] == "FailedCreate"][-1:]


def _state(pod: dict[str, Any]) -> str:
    """`Running`, or what keeps the pod from it."""
    status = pod.get("status", {})
    for container in status.get("containerStatuses") or ():
        for state in ("waiting", "terminated"):
            if told := container["state"].get(state):
                return f"{told.get('reason', state)} {told.get('message', '')}".strip()
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] != "True":
            return f"{condition.get('reason', 'Pending')} {condition.get('message', '')}".strip()
    return str(status.get("phase", "Pending"))


def _end(change: str, pod: dict[str, Any]) -> str:
    """The manner of a pod's end, which may still be under way; empty while it runs."""
    name = pod["metadata"]["name"]
    if change == "DELETED" or "deletionTimestamp" in pod["metadata"]:
        return f"pod {name} was deleted"
    for container in pod.get("status", {}).get("containerStatuses") or ():
        if ended := container["state"].get("terminated"):
            how = f"signal {ended['signal']}" if ended.get("signal") else f"exit code {ended['exitCode']}"
            return f"pod {name} ended ({ended.get('reason', 'ended')}, {how})"
    return ""

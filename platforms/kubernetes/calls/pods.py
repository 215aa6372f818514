"""Two pods that call beside Bookinfo's own, and a network that lets them, for as long as a block; then all of it is gone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import yaml

from platforms.bookinfo import NAMESPACE
from platforms.environment import DATA
from platforms.errors import NotApplied, PlatformError
from platforms.kubernetes.client.cluster import Cluster

OUTSIDE, GATEWAY = "caller-outside", "caller-gateway"
_FILE = DATA / "manifests" / "callers" / "callers.yaml"
_START_SECONDS = 120.0
_END_SECONDS = 60.0
_POLL_SECONDS = 0.3


class CallerPods:
    """The pods of the two Jobs, by the names of these; whoever is killed leaves them for ten minutes at most."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace
        self._made: list[dict[str, Any]] = []
        self._names: Mapping[str, tuple[str, str]] = {}

    def start(self) -> None:
        """Make them, and return when both can call; raises NotApplied if they do not start."""
        *jobs, policy = documents(self._namespace, self._image())
        self._delete([*jobs, policy])
        try:
            self._made = [self._cluster.apply(job, where=f"Job {job['metadata']['name']}") for job in jobs]
            owner = self._made[0]["metadata"]
            policy["metadata"]["ownerReferences"] = [
                {"apiVersion": "batch/v1", "kind": "Job", "name": owner["name"], "uid": owner["uid"]}
            ]
            self._made.append(self._cluster.apply(policy, where="NetworkPolicy callers"))
            self._names = self._running(jobs)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Delete them; without an API server they end by themselves."""
        with suppress(PlatformError):
            self._delete(self._made)

    def run(self, job: str, command: list[str]) -> list[str]:
        """Run a command in the pod of a Job, and return the lines that it writes."""
        namespace, pod = self._names[job]
        return self._cluster.run(pod, namespace, "caller", command)

    def _image(self) -> str:
        """The image of productpage, which the nodes have and which has all that it takes to call."""
        for one in self._cluster.objects("apps/v1", "Deployment", self._namespace, labels="app=productpage"):
            return str(one["spec"]["template"]["spec"]["containers"][0]["image"])
        raise NotApplied(f"there is no Deployment of productpage in namespace {self._namespace}")

    def _running(self, jobs: list[dict[str, Any]]) -> Mapping[str, tuple[str, str]]:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            found: dict[str, tuple[str, str]] = {}
            for job in jobs:
                name, namespace = job["metadata"]["name"], job["metadata"]["namespace"]
                for pod in self._cluster.objects("v1", "Pod", namespace, labels=f"app={name}"):
                    if _is_ready(pod):
                        found[name] = (namespace, pod["metadata"]["name"])
            if len(found) == len(jobs):
                return found
            if time.monotonic() > deadline:
                missing = ", ".join(job["metadata"]["name"] for job in jobs if job["metadata"]["name"] not in found)
                raise NotApplied(
                    f"not ready after {_START_SECONDS:.0f} s: {missing}; "
                    f"`kubectl get events -A` in context {self._cluster.context} may say why"
                )
            time.sleep(_POLL_SECONDS)

    def _delete(self, found: list[dict[str, Any]]) -> None:
        """Delete these, and return when their pods are gone."""
        for one in found:
            self._cluster.delete(one)
        deadline = time.monotonic() + _END_SECONDS
        jobs = [one["metadata"] for one in found if one["kind"] == "Job"]
        while any(self._cluster.objects("v1", "Pod", one["namespace"], labels=f"app={one['name']}") for one in jobs):
            if time.monotonic() > deadline:
                return
            time.sleep(_POLL_SECONDS)


def documents(namespace: str, image: str) -> list[dict[str, Any]]:
    """The Jobs and the NetworkPolicy of manifests/callers, for a Bookinfo in this namespace."""
    made: list[dict[str, Any]] = list(yaml.safe_load_all(_FILE.read_text(encoding="utf-8")))
    for one in made:
        if one["metadata"]["namespace"] == NAMESPACE:
            one["metadata"]["namespace"] = namespace
        if one["kind"] == "Job":
            one["spec"]["template"]["spec"]["containers"][0]["image"] = image
    return made


def _is_ready(pod: Mapping[str, Any]) -> bool:
    if "deletionTimestamp" in pod["metadata"]:
        return False
    conditions = pod.get("status", {}).get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)

"""Two pods that call beside Bookinfo's own, and a network that lets them, for as long as a block; then all of it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import yaml

from platforms.bookinfo import NAMESPACE
from platforms.environment import DATA
from platforms.errors import NotApplied, PlatformError
from platforms.kubernetes.client.cluster import Cluster
from platforms.wait import wait_while

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
            self._wait_until_ready(jobs)
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

    def _wait_until_ready(self, jobs: list[dict[str, Any]]) -> None:
        def missing() -> list[str]:
            self._names = {
                one["name"]: (one["namespace"], pod["metadata"]["name"])
                for one in (job["metadata"] for job in jobs)
                for pod in self._pods_of(one)
                if _is_ready(pod)
            }
            return [job["metadata"]["name"] for job in jobs if job["metadata"]["name"] not in self._names]

        if late := wait_while(missing, _START_SECONDS, every=_POLL_SECONDS):
            raise NotApplied(
                f"not ready after {_START_SECONDS:.0f} s: {', '.join(late)}; "
                f"`kubectl get events -A` in context {self._cluster.context} may say why"
            )

    def _delete(self, found: list[dict[str, Any]]) -> None:
        """Delete these, and return when their pods are gone; after a minute they may still be on their way."""
        for one in found:
            self._cluster.delete(one)
        jobs = [one["metadata"] for one in found if one["kind"] == "Job"]
        wait_while(lambda: any(map(self._pods_of, jobs)), _END_SECONDS, every=_POLL_SECONDS)

    def _pods_of(self, job: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The pods of the Job with this metadata."""
        return self._cluster.objects("v1", "Pod", job["namespace"], labels=f"app={job['name']}")


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

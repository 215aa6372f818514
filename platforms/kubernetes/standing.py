"""What `status` tells of the demo in a cluster, as one document."""

from __future__ import annotations

from typing import Any

from platforms.kubernetes import objects, workloads
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.proxies import Pod
from platforms.resources import NAMESPACE, ResourceSet
from platforms.standing import standing


def document(platform: KubernetesPlatform, *, healed: bool) -> dict[str, Any]:
    """Everything about the demo; `healed` as in `standing`. Objects that are not ours are told apart."""
    demo = platform.demo
    live = objects.live(platform.cluster, demo.namespace)
    ours = [objects.moved(one, demo.namespace, NAMESPACE) for one in live.values() if objects.is_ours(one)]
    return {
        **standing(
            platform,
            revision=ResourceSet(tuple(map(objects.value, ours))).revision,
            in_force=ours,
            stopped=workloads.stopped(platform.cluster, demo.namespace),
            healed=healed,
        ),
        "context": demo.context,
        "namespace": demo.namespace,
        "others": sorted(f"{kind} {name}" for (kind, name), one in live.items() if not objects.is_ours(one)),
        "security": _security(ours),
        "pods": {pod.name: _pod(pod) for pod in platform.pods()},
    }


def _security(ours: list[dict[str, Any]]) -> str:
    modes = [one["spec"].get("mtls", {}).get("mode", "UNSET") for one in ours if one["kind"] == "PeerAuthentication"]
    policies = sum(one["kind"] == "AuthorizationPolicy" for one in ours)
    return f"mTLS {', '.join(modes) or 'not asked for'}, {policies} authorization policies"


def _pod(pod: Pod) -> dict[str, Any]:
    return {
        "workload": pod.proxy,
        "ready": pod.ready,
        "restarts": pod.restarts,
        "since": pod.since,
        "address": pod.address,
    }

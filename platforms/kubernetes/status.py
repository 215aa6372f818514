"""The status of the demo in a cluster, as one document."""

from __future__ import annotations

from typing import Any

from platforms.bookinfo import NAMESPACE
from platforms.demo.status import baseline_comparison, security
from platforms.istio.resources import ResourceSet
from platforms.kubernetes.mesh import deployments, objects, rules, server_secrets
from platforms.kubernetes.mesh.proxies import Pod
from platforms.kubernetes.platform import KubernetesPlatform


def status_document(platform: KubernetesPlatform, *, restored: bool) -> dict[str, Any]:
    """Everything about the demo; `restored` as in `baseline_comparison`. Objects that are not ours are told apart."""
    demo = platform.demo
    live = objects.live(platform.cluster, demo.namespace)
    ours = [objects.in_namespace(one, demo.namespace, NAMESPACE) for one in live.values() if rules.is_ours(one)]
    ours += server_secrets.said(objects.certificates(platform.cluster, platform.gateway.namespace))
    return {
        **baseline_comparison(
            platform,
            revision=ResourceSet(tuple(map(objects.value, ours))).revision,
            in_force=ours,
            stopped=deployments.stopped(platform.cluster, demo.namespace),
            restored=restored,
        ),
        "context": demo.context,
        "namespace": demo.namespace,
        "others": sorted(f"{kind} {name}" for (kind, name), one in live.items() if not rules.is_ours(one)),
        "security": security(ours),
        "https": {"address": demo.https, "authority": str(demo.authority)} if demo.https else None,
        "pods": {pod.name: _pod(pod) for pod in platform.pods()},
    }


def _pod(pod: Pod) -> dict[str, Any]:
    return {
        "workload": pod.proxy,
        "ready": pod.ready,
        "restarts": pod.restarts,
        "since": pod.since,
        "address": pod.address,
    }

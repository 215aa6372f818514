"""Connections to a Bookinfo in a cluster: the one that `up` made, or the one behind a context."""

from __future__ import annotations

from dataclasses import replace

from platforms.bookinfo import NAMESPACE
from platforms.errors import NotReachable, UsageError
from platforms.kubernetes import record
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh.proxies import GATEWAY_SELECTOR
from platforms.kubernetes.platform import KubernetesPlatform
from platforms.kubernetes.record import KubernetesDemo

_BRING_UP = "`make demo-up PLATFORM=kind` brings it up"
_GATEWAY_PORT = 8080
"""The gateway's own port, whatever its Service calls it outside."""


def answers() -> bool:
    """Tell whether the demo that `up` made is there."""
    demo = record.read(record.folder())
    if demo is None:
        return False
    try:
        return Cluster(demo.context, record.folder()).answers()
    except UsageError:  # its context is gone from the kubeconfig
        return False


def of_record() -> KubernetesPlatform:
    """Return the demo that `up` made; raises NotReachable with the command that makes one."""
    demo = record.read(record.folder())
    if demo is None:
        raise NotReachable(f"no demo is up on kubernetes; {_BRING_UP}, and --context names any other cluster")
    try:
        platform = KubernetesPlatform(demo)
    except UsageError as error:
        raise NotReachable(f"the demo's cluster {demo.cluster} is gone ({error}); {_BRING_UP} again") from error
    if not platform.cluster.answers():
        raise NotReachable(
            f"the demo's cluster {demo.cluster} does not answer at {platform.cluster.server}; {_BRING_UP} again"
        )
    return platform


def of_context(context: str, namespace: str | None, gateway_url: str | None) -> KubernetesPlatform:
    """Return the Bookinfo of a context; raises UsageError for an unknown one, NotReachable where there is none."""
    namespace = namespace or NAMESPACE
    cluster = Cluster(context, record.folder())
    if not cluster.answers():
        raise NotReachable(f"--context {context}: {cluster.server} does not answer")
    if not cluster.offers("networking.istio.io/v1", "VirtualService"):
        raise NotReachable(f"--context {context}: Istio is not installed there (it knows no VirtualService)")
    if not cluster.objects("apps/v1", "Deployment", namespace, labels="app=productpage"):
        raise NotReachable(
            f"--context {context}: no Bookinfo in namespace {namespace}: `kubectl apply -k manifests/base`, or --namespace"
        )
    demo = KubernetesDemo(context, namespace, gateway_url or "", cluster="")
    if (known := record.read(record.folder())) and (known.context, known.namespace) == (context, namespace):
        demo = replace(known, gateway_url=gateway_url or known.gateway_url)  # with the same lock and journal
    if not demo.gateway_url:
        demo = replace(demo, gateway_url=_gateway(cluster))
    return KubernetesPlatform(demo)


def _gateway(cluster: Cluster) -> str:
    """The URL of the ingress gateway from outside, if its Service tells it."""
    for service in cluster.objects("v1", "Service", labels=GATEWAY_SELECTOR):
        for ingress in service.get("status", {}).get("loadBalancer", {}).get("ingress", ()):
            for port in service["spec"]["ports"]:
                if port.get("targetPort") in (_GATEWAY_PORT, "http2"):
                    return f"http://{ingress.get('hostname') or ingress['ip']}:{port['port']}"
    raise UsageError(
        f"--context {cluster.context}: the ingress gateway has no address of its own: say --gateway-url http://host:port "
        "(a node's address and its NodePort, or `kubectl port-forward -n istio-system service/istio-ingressgateway 8080:80`)"
    )

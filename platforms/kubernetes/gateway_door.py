"""The ingress gateway of a cluster for its callers by HTTPS: where it is, what it shows, and whom to believe."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from platforms.atomic_files import write_atomically
from platforms.bookinfo import BOOKINFO
from platforms.demo.https_door import HttpsDoor
from platforms.istio.servers import Termination
from platforms.kubernetes.client.cluster import Cluster
from platforms.kubernetes.mesh import server_secrets
from platforms.kubernetes.mesh.objects import Inventory
from platforms.kubernetes.mesh.proxies import GATEWAY_SELECTOR
from platforms.kubernetes.mesh.server_secrets import ServerSecrets
from platforms.kubernetes.record import KubernetesDemo

_PORT = 8443
"""The gateway's own port for HTTPS, whatever its Service calls it outside."""


class GatewayDoor:
    """The door of one demo."""

    def __init__(self, demo: KubernetesDemo, cluster: Cluster) -> None:
        self._demo = demo
        self._cluster = cluster
        self._secrets = ServerSecrets()
        """As they were found or put there last."""

    @property
    def namespace(self) -> str:
        """The namespace where istiod looks for the certificates that it shows."""
        return self._pod[0]

    def secrets(self, terminations: Sequence[Termination], found: Inventory) -> ServerSecrets:
        """Look at the Secrets that are there for these servers."""
        self._secrets = server_secrets.found(self._cluster, terminations, found.certificates, self.namespace)
        return self._secrets

    def keep(self, secrets: ServerSecrets) -> None:
        """Have a file with the certificates of whoever signed these, for callers, if anybody did."""
        self._secrets = secrets
        if text := secrets.authorities:
            write_atomically(self._demo.authority, text)
        else:
            self._demo.authority.unlink(missing_ok=True)

    def on_this_machine(self) -> HttpsDoor:
        """Tell how it is called from here: at a port that is mapped, or by one that kubectl forwards."""
        others = frozenset(self._secrets.others)
        if self._demo.https:
            return HttpsDoor(int(self._demo.https.rpartition(":")[2]), self._demo.authority, others=others)
        namespace, pod = self._pod
        way = f"kubectl --context {self._demo.context} port-forward -n {namespace} {pod} {_PORT}:{_PORT}"
        return HttpsDoor(_PORT, self._demo.authority, way, others)

    @cached_property
    def _pod(self) -> tuple[str, str]:
        """A namespace, and a pod of the gateway there as kubectl names it."""
        for one in self._cluster.objects("v1", "Pod", labels=GATEWAY_SELECTOR):
            return one["metadata"]["namespace"], f"pod/{one['metadata']['name']}"
        return BOOKINFO.gateway.namespace, "service/istio-ingressgateway"

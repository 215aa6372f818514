"""The certificates of a mesh: an authority of its own, and one certificate for each proxy, replaced long before it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from platforms.atomic_files import write_atomically
from platforms.demo.signer import Signer
from platforms.envoy import tls
from platforms.envoy.topology import Topology
from platforms.istio.registry import Proxy

_TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"


class Authority(Signer):
    """Signs for the proxies of one mesh."""

    def __init__(self, topology: Topology, lifetime: timedelta) -> None:
        super().__init__()
        self._topology = topology
        self._lifetime = lifetime
        self._issued = 0
        self._expires = datetime.now(UTC)

    @property
    def pause(self) -> timedelta:
        """The time until the next certificate replaces one: half its lifetime, as Istio's agent has it."""
        return self._lifetime / 2

    def publish(self) -> None:
        """Write whom the proxies are to believe, and whom others may."""
        write_atomically(self._topology.folder / Path(tls.AUTHORITY_FILE).name, self.certificate)

    def issue(self, proxy: Proxy) -> None:
        """Make a proxy a new key and a certificate for it; whoever is connected stays so."""
        pair = self.pair([x509.UniformResourceIdentifier(proxy.identity)], self._lifetime)
        self._issued += 1
        self._expires = x509.load_pem_x509_certificate(pair.chain.encode()).not_valid_after_utc
        secret = {
            "@type": _TYPE,
            "name": tls.CERTIFICATE,
            "tlsCertificate": {
                "certificateChain": {"inlineString": pair.chain},
                "privateKey": {"inlineString": pair.key},
            },
        }
        document = {"version_info": str(self._issued), "resources": [secret]}
        write_atomically(self._file(proxy), json.dumps(document))

    def replace_if_lost(self, proxy: Proxy) -> None:
        """Make a proxy a certificate if its file is gone; without it, it could not start again."""
        if not self._file(proxy).exists():
            self.issue(proxy)

    def document(self) -> dict[str, float]:
        """The lifetime of a certificate in seconds, how many there were, and when the newest ends."""
        return {
            "lifetime": self._lifetime.total_seconds(),
            "issued": self._issued,
            "expires": self._expires.timestamp(),
        }

    def _file(self, proxy: Proxy) -> Path:
        return self._topology.proxy_folder(proxy.name) / tls.CERTIFICATE_FILE

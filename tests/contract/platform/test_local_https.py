"""HTTPS at the gateway of the local mesh, as a caller with a CA sees it."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms.bookinfo import PATH
from platforms.boundary import CONVERGENCE_SECONDS, State
from platforms.cli import own_rules
from platforms.local.platform import LocalPlatform
from platforms.loopback import LOOPBACK
from tests.contract.platform.contract import BASELINE
from tests.e2e.demo import Demo
from tests.unit.platforms.istio.secret_texts import encoded, pair, secret

RULES = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door}
spec:
  selector: {istio: ingressgateway}
  servers:
    - {port: {number: 443, name: a, protocol: HTTPS}, hosts: [a.example.com], tls: {mode: SIMPLE, credentialName: shop}}
    - {port: {number: 443, name: b, protocol: HTTPS}, hosts: [b.example.com], tls: {mode: SIMPLE, credentialName: none}}
    - {port: {number: 80, name: http, protocol: HTTP}, hosts: [a.example.com], tls: {httpsRedirect: true}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: door}
spec:
  hosts: [a.example.com, b.example.com]
  gateways: [door]
  http: [{route: [{destination: {host: productpage}}]}]
---
"""


@pytest.fixture
def platform(demo: Demo) -> Iterator[LocalPlatform]:
    platform = LocalPlatform(demo.record())
    yield platform
    platform.apply(BASELINE)
    platform.wait_until_converged(BASELINE, timeout=CONVERGENCE_SECONDS)
    platform.close()


class _Called(http.client.HTTPSConnection):
    """Calls a host by its name where it does not live."""

    def __init__(self, platform: LocalPlatform, host: str, authority: str) -> None:
        context = ssl.create_default_context(cadata=authority)
        super().__init__(host, platform.demo.topology.gateway_https_port, context=context, timeout=10)
        # The one seam that http.client has for an address that is not the name.
        self._create_connection = lambda address, *rest: http.client.socket.create_connection(
            (LOOPBACK, address[1]), *rest
        )


def status(platform: LocalPlatform, host: str, authority: str) -> int:
    connection = _Called(platform, host, authority)
    try:
        connection.request("GET", PATH)
        return connection.getresponse().status
    finally:
        connection.close()


def test_https_at_the_gateway(platform: LocalPlatform, tmp_path: Path) -> None:
    """Each host shows its certificate, a redirect leads there, and with the rules the keys are gone."""
    chain, key = pair()
    (tmp_path / "x.yaml").write_text(f"{RULES}{secret(encoded(chain), encoded(key))}", encoding="utf-8")
    own = own_rules.read([str(tmp_path / "x.yaml")])
    state = State(own_rules.laid_over(own.resources).resources)
    folder = platform.demo.topology.proxy_folder("ingressgateway") / "servers"

    platform.apply(state)
    platform.wait_until_converged(state, timeout=CONVERGENCE_SECONDS)

    made = platform.demo.authority.read_text(encoding="ascii")
    assert (200, 200) == (status(platform, "a.example.com", chain), status(platform, "b.example.com", made))
    with pytest.raises(ssl.SSLCertVerificationError):
        status(platform, "a.example.com", made)
    with pytest.raises(OSError, match=r"reset|EOF"):
        status(platform, "c.example.com", made)
    assert {0o600} == {one.stat().st_mode & 0o777 for one in folder.iterdir()}
    plain = http.client.HTTPConnection(platform.gateway_url.removeprefix("http://"), timeout=10)
    plain.request("GET", PATH, headers={"Host": "a.example.com"})
    answer = plain.getresponse()
    assert f"https://a.example.com:{platform.demo.topology.gateway_https_port}{PATH}" == answer.headers["location"]
    plain.close()
    platform.apply(BASELINE)
    assert [] == list(folder.iterdir())

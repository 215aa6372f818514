"""HTTPS at the gateway as a user meets it: the command that `apply` prints works as it stands there."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest

from tests.ask import ask
from tests.commands import output
from tests.e2e.demo import Demo

RULES = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: bookinfo-gateway}
spec:
  gatewayClassName: istio
  listeners:
    - {name: http, port: 80, protocol: HTTP}
    - {name: https, port: 443, protocol: HTTPS, hostname: shop.example.com, tls: {certificateRefs: [{name: shop}]}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: page}
spec:
  parentRefs: [{name: bookinfo-gateway, sectionName: https}]
  rules: [{backendRefs: [{name: productpage, port: 9080}]}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: to-https}
spec:
  parentRefs: [{name: bookinfo-gateway, sectionName: http}]
  rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]}]
"""


@pytest.mark.exhaustive
def test_a_listener_of_the_gateway_api(demo: Demo) -> None:
    """The page comes over TLS by the printed command, and a redirect to https leads to the same place."""
    if shutil.which("curl") is None:
        pytest.skip("not on PATH: curl")

    done = demo.run("apply", "-f", "-", stdin=RULES)
    (command,) = re.findall(r"Gateway bookinfo-gateway: there is no Secret shop, .*: (curl .*)", done.stdout)
    page = output(*shlex.split(command), "--silent")
    sent = ask("GET", f"http://127.0.0.1:{demo.port}/productpage", headers={"Host": "shop.example.com"}, redirect=False)
    demo.run("reset")

    assert 'data-details="shown"' in page
    assert (301, command.rpartition(" ")[2]) == (sent.status, sent.headers["location"])

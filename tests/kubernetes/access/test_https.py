"""HTTPS at the gateway of a cluster: by the command that `apply` prints, and with nothing left behind."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess  # noqa: TID251  # the type of what a command said
from collections.abc import Iterator
from pathlib import Path

import pytest

from platforms.demo.signer import Signer
from platforms.istio.secrets import KeyPair
from platforms.kubernetes.record import KubernetesDemo
from tests.commands import output, run
from tests.kubernetes.deployed import Run
from tests.unit.platforms.istio.secret_texts import encoded, secret

pytestmark = pytest.mark.exhaustive

HOST = "shop.example.com"
RULES = f"""
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: shop}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
    - port: {{number: 443, name: https, protocol: HTTPS}}
      hosts: [{HOST}]
      tls: {{mode: SIMPLE, credentialName: shop}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: shop}}
spec:
  hosts: [{HOST}]
  gateways: [shop]
  http: [{{route: [{{destination: {{host: productpage}}}}]}}]
---
"""


@pytest.fixture(autouse=True)
def restored(cluster: Run) -> Iterator[None]:
    if shutil.which("curl") is None:
        pytest.skip("not on PATH: curl")
    yield
    cluster("kubectl", "delete", "secret", "-n", "istio-system", "shop", "--ignore-not-found")
    assert 0 == run("platforms", "reset", "--platform", "kind").returncode


def secrets(cluster: Run) -> dict[str, str]:
    """The Secrets beside the gateway, each with its version."""
    found = json.loads(cluster("kubectl", "get", "secrets", "-n", "istio-system", "-o", "json"))["items"]
    return {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in found}


def typed(command: str, *more: str, stdin: str) -> subprocess.CompletedProcess[str]:
    return run("platforms", command, "--platform", "kind", *more, "-f", "-", stdin=stdin)


def applied(rules: str, *more: str) -> str:
    done = typed("apply", *more, stdin=rules)

    assert 0 == done.returncode, done.stderr
    return done.stdout


def called(told: str) -> str:
    """The command that stands in the notes."""
    (command,) = re.findall(r": (curl .*)", told)
    return str(command)


def signed(folder: Path) -> tuple[KeyPair, Path]:
    """A certificate for the host, and the file of whoever signed it."""
    signer = Signer()
    file = folder / f"{len(list(folder.iterdir()))}.pem"
    file.write_text(signer.certificate, encoding="ascii")
    return signer.server_pair([HOST]), file


def with_secret(certificate: str, key: str) -> str:
    return RULES + secret(encoded(certificate), encoded(key))


def page(command: str) -> str:
    return output(*shlex.split(command), "--silent", "--show-error")


def test_a_certificate_that_is_signed_for_want_of_one(cluster: Run, demo: KubernetesDemo) -> None:
    """The printed command gets the page, and keeps to do so beside another rule; `reset` takes Secret and CA away."""
    before = secrets(cluster)

    command = called(applied(RULES))
    first = page(command)
    added = applied(RULES.partition("---")[2].replace("name: shop", "name: more"), "--add")
    again = page(command)

    assert before.items() <= secrets(cluster).items()
    assert {"shop"} == secrets(cluster).keys() - before.keys()
    assert 'data-details="shown"' in first
    assert 'data-details="shown"' in again
    assert command in added
    assert demo.authority.exists()
    assert 0 == run("platforms", "reset", "--platform", "kind").returncode
    assert before == secrets(cluster)
    assert not demo.authority.exists()


def test_the_certificate_of_a_file(cluster: Run, demo: KubernetesDemo, tmp_path: Path) -> None:
    """It is shown once it is in force, also in place of another; a wrong key changes nothing; `delete` takes it away."""
    before = secrets(cluster)
    command = called(applied(RULES))
    (first, authority), (second, other) = signed(tmp_path), signed(tmp_path)

    for pair, file in ((first, authority), (second, other)):
        applied(with_secret(pair.chain, pair.key))
        assert 'data-details="shown"' in page(command.replace(str(demo.authority), str(file)))
    there = secrets(cluster)
    wrong = typed("apply", stdin=with_secret(first.chain, second.key))
    unchanged = secrets(cluster)
    removed = typed("delete", stdin=with_secret(second.chain, second.key))

    assert (2, "") == (wrong.returncode, wrong.stdout)
    assert "data[tls.key]: not the key of the certificate in tls.crt" in wrong.stderr
    assert there == unchanged
    assert 0 == removed.returncode, removed.stderr
    assert before == secrets(cluster)


def test_a_secret_of_somebody_else(cluster: Run, demo: KubernetesDemo, tmp_path: Path) -> None:
    """It is shown as it is; another certificate under its name is refused, and it stays when the rules go."""
    (theirs, authority), (ours, _) = signed(tmp_path), signed(tmp_path)
    cluster("kubectl", "apply", "-f", "-", stdin=secret(encoded(theirs.chain), encoded(theirs.key)))
    before = secrets(cluster)

    refused = typed("apply", stdin=with_secret(ours.chain, ours.key))
    told = applied(RULES)
    port = demo.https.rpartition(":")[2]
    shown = page(f"curl --cacert {authority} --resolve {HOST}:{port}:127.0.0.1 https://{HOST}:{port}/productpage")

    assert 3 == refused.returncode
    assert "Secret shop: a Secret of this name is in namespace istio-system and not ours" in refused.stderr
    assert "curl" not in told
    assert 'data-details="shown"' in shown
    assert 0 == run("platforms", "reset", "--platform", "kind").returncode
    assert before == secrets(cluster)

"""The demo has its own environment: what it is to have of the caller's is named, the rest stays outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.demo import demo_up

BY_COOKIE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mine}
spec:
  hosts: [reviews]
  http:
    - match: [{headers: {cookie: {regex: '.*group=beta.*'}}}]
      route: [{destination: {host: reviews, subset: v3}}]
    - route: [{destination: {host: reviews, subset: v1}}]
"""


def test_environment_of_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies, options and paths of the caller's shell do not reach the demo."""
    evil = tmp_path / "evil"
    evil.mkdir()
    (evil / "flask.py").write_text("raise SystemExit('evil')")
    for name, value in {
        **dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:1"),
        "PYTHONPATH": str(evil),
        "RUBYOPT": "-rnothing",
        "NODE_OPTIONS": "--nonsense",
        "JDK_JAVA_OPTIONS": "-nonsense",
        "GUNICORN_CMD_ARGS": "--nonsense",
        "LC_ALL": "C",
        "TMPDIR": "/nowhere",
    }.items():
        monkeypatch.setenv(name, value)
    with demo_up(tmp_path / "run") as demo:
        assert 'data-reviews="shown"' in demo.page()


@pytest.mark.exhaustive
def test_a_rule_by_cookie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cookies go on to the backends where `up` is told so, as on a cluster."""
    monkeypatch.setenv("FORWARD_COOKIE", "true")
    with demo_up(tmp_path) as demo:
        applied = demo.run("apply", "-f", "-", stdin=BY_COOKIE)
        pages = [demo.page(cookie=cookie) for cookie in ("group=beta", "group=alpha", "") for _ in range(3)]

    assert 0 == applied.returncode, applied.stderr
    assert 3 * ["v3"] + 6 * ["v1"] == re.findall(r'data-reviews-version="([^"]*)"', " ".join(pages))

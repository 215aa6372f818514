"""A program of one's own beside the mesh takes its share of the pages, by an ordinary rule."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.demo import Demo

RULES = """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: own}}
spec:
  hosts: [reviews.example.com]
  resolution: STATIC
  ports: [{{number: 80, name: http, protocol: HTTP}}]
  endpoints: [{{address: {address}, ports: {{http: {port}}}, labels: {{version: v9}}}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: own}}
spec:
  host: reviews.example.com
  subsets: [{{name: v9, labels: {{version: v9}}}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: reviews}}
spec:
  hosts: [reviews]
  http:
    - route:
        - {{destination: {{host: reviews, subset: v1}}, weight: 50}}
        - {{destination: {{host: reviews.example.com, port: {{number: 80}}, subset: v9}}, weight: 50}}
"""


class Own(BaseHTTPRequestHandler):
    """Reviews v9."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        review = {"reviewer": "Me", "text": "My own.", "rating": {"stars": 5, "color": "blue"}}
        body = json.dumps({"id": "0", "podname": "reviews-v9-own", "reviews": [review]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def own() -> Iterator[ThreadingHTTPServer]:
    """A program that answers as reviews does."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Own) as server, ThreadPoolExecutor() as pool:
        pool.submit(server.serve_forever)
        yield server
        server.shutdown()


def versions(pages: list[str]) -> set[str]:
    """The versions of reviews that were shown; a page that failed is one of its own."""
    return {found[1] if (found := re.search('data-reviews-version="([^"]*)"', page)) else page for page in pages}


def test_a_program_of_ones_own(demo: Demo, own: ThreadingHTTPServer) -> None:
    """It is called in plain text as soon as the rule is in force, and no page fails while it comes and goes."""
    rules = RULES.format(address="127.0.0.1", port=own.server_port)
    with ThreadPoolExecutor() as pool:
        changing = pool.submit(
            lambda: [demo.run(verb, "-f", "-", stdin=rules) for verb in ("apply", "delete", "apply")]
        )
        meanwhile = []
        while not changing.done():
            meanwhile.append(demo.page())
    got = demo.run("get")
    shown = versions([demo.page() for _ in range(60)])
    demo.run("delete", "-f", "-", stdin=rules)

    assert [(0, "")] * 3 == [(one.returncode, one.stderr) for one in changing.result()]
    assert versions(meanwhile) <= {"v1", "v2", "v3", "v9"}
    assert "kind: ServiceEntry" in got.stdout
    assert {"v1", "v9"} == shown
    assert {"v1", "v2", "v3"} == versions([demo.page() for _ in range(60)])


def test_a_program_elsewhere(demo: Demo) -> None:
    """Nothing leaves the machine: the file is refused as a whole, with the reason in one line."""
    refused = demo.run("apply", "-f", "-", stdin=RULES.format(address="10.0.0.1", port=80))

    assert 3 == refused.returncode
    assert (
        "platforms: -: ServiceEntry own: spec.endpoints[0].address: 10.0.0.1: a mesh on loopback calls this machine alone "
        "(127.0.0.0/8, ::1, localhost): not supported on platform local"
    ) == refused.stderr.strip().splitlines()[-1].replace("stdin", "-")

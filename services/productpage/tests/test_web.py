"""What protects the browser, and what it may keep."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from stub import Productpage

EVERYWHERE = ["/productpage", "/", "/health", "/metrics", "/nope", "/api/v1/products", "/logout"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_response_carries_a_strict_policy(browser: FlaskClient, path: str) -> None:
    """No script at all, styles and pictures of our own only, no frames elsewhere."""
    headers = browser.get(path).headers

    assert (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'self'"
    ) == headers["Content-Security-Policy"]
    assert "nosniff" == headers["X-Content-Type-Options"]
    assert "same-origin" == headers["Referrer-Policy"]


def test_frame_can_be_allowed(productpage: Productpage) -> None:
    """A presenter's console shows the page in a frame."""
    policy = productpage(frame_ancestors="http://127.0.0.1:8000").get("/productpage").headers["Content-Security-Policy"]

    assert policy.endswith("frame-ancestors http://127.0.0.1:8000")


@pytest.mark.parametrize("path", ["/productpage", "/", "/nope"])
def test_page_obeys_its_own_policy(browser: FlaskClient, path: str) -> None:
    """No script, no style in the markup, nothing from elsewhere."""
    html = browser.get(path).text

    assert [] == re.findall(r"<script|<style|\sstyle=|\son\w+=|src=\"http|href=\"http(?!s://en\.wikipedia)", html)


def test_every_asset_is_there_and_may_be_kept(browser: FlaskClient) -> None:
    """Each file that the page links is 200, of its type, and good for a year: its name changes when it does."""
    html = browser.get("/productpage").text
    assets = sorted(set(re.findall(r'"(/static/[^"]+)"', html)))

    types = {}
    for asset in assets:
        answer = browser.get(asset)
        assert 200 == answer.status_code
        assert "public, max-age=31536000, immutable" == answer.headers["Cache-Control"]
        types[re.sub(r"\.[0-9a-f]{10}\.", ".", asset)] = answer.content_type

    assert {
        "/static/bookinfo.css": "text/css; charset=utf-8",
        "/static/cover.svg": "image/svg+xml; charset=utf-8",
        "/static/icon.svg": "image/svg+xml; charset=utf-8",
    } == types


@pytest.mark.parametrize("name", ["bookinfo.css", "bookinfo.0000000000.css", "..%2fapp.py"])
def test_no_other_file_is_served(browser: FlaskClient, name: str) -> None:
    """An old name is gone, and the source is no asset."""
    assert 404 == browser.get(f"/static/{name}").status_code


def test_page_is_never_stored(browser: FlaskClient) -> None:
    """The next look may be served by another version."""
    assert "no-store" == browser.get("/productpage").headers["Cache-Control"]

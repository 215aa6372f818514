"""Which headers reach the backends."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from productpage.backends.forwarding import FORWARDED
from productpage.enduser import header_value
from stub import Backend, Productpage

CONTRACT = (
    *("x-request-id", "x-ot-span-context", "traceparent", "tracestate", "x-cloud-trace-context", "grpc-trace-bin"),
    *("x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority", "sw8"),
    *("x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"),
    *("user-agent", "authorization", "jwt"),
)


def test_list_is_the_contracts() -> None:
    """Nothing more, nothing less."""
    assert sorted(CONTRACT) == sorted(FORWARDED)


@pytest.mark.parametrize("path", ["/productpage", "/api/v1/products/0/reviews"])
def test_tracing_headers_reach_the_backends_unchanged(backend: Backend, browser: FlaskClient, path: str) -> None:
    """Every one of them, on every call."""
    sent = {name: f"value of {name}" for name in CONTRACT}

    browser.get(path, headers=sent)

    for _, received in backend.asked:
        assert sent == {name: received.get(name) for name in CONTRACT}


def test_repetition_carries_the_same_headers(backend: Backend, browser: FlaskClient) -> None:
    """The second call of reviews belongs to the same trace."""
    backend.say("reviews", {}, 500)

    browser.get("/productpage", headers={"x-request-id": "abc"})

    assert ["abc", "abc"] == [headers["x-request-id"] for headers in backend.asked_for("reviews")]


@pytest.mark.parametrize("value", ["", "a;b", "a: b", "caf\xe9"])
def test_values_go_on_as_they_came(backend: Backend, browser: FlaskClient, value: str) -> None:
    """One that is empty too, and bytes that are no ASCII."""
    browser.get("/productpage", headers={"x-request-id": value})

    assert [value, value] == [headers.get("x-request-id") for _, headers in backend.asked]


def test_nothing_is_invented(backend: Backend, browser: FlaskClient) -> None:
    """Without tracing headers, and without a user agent, the backends get none."""
    browser.environ_base.pop("HTTP_USER_AGENT")

    browser.get("/productpage")

    for _, received in backend.asked:
        assert {"host"} == set(received)


@pytest.mark.parametrize("header", ["end-user", "baggage", "x-unknown"])
def test_other_headers_stay_behind(backend: Backend, browser: FlaskClient, header: str) -> None:
    """Whoever signs in is the end user; a header cannot claim to be one."""
    browser.get("/productpage", headers={header: "jason"})

    assert [False, False] == [header in received for _, received in backend.asked]


def test_cookies_stay_behind(backend: Backend, browser: FlaskClient) -> None:
    """The session is nobody else's business."""
    browser.set_cookie("a", "b")

    browser.get("/productpage")

    assert [False, False] == ["cookie" in received for _, received in backend.asked]


def test_cookies_go_on_if_asked_for(backend: Backend, productpage: Productpage) -> None:
    """Old demos route on cookies."""
    browser = productpage(forward_cookie=True)
    browser.set_cookie("a", "b")

    browser.get("/productpage")

    assert ["a=b", "a=b"] == [received["cookie"] for _, received in backend.asked]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("opennaru", "opennaru"),
        ("Jason Bourne", "Jason Bourne"),
        ("홍길동", "%ED%99%8D%EA%B8%B8%EB%8F%99"),
        ("홍 길동", "%ED%99%8D %EA%B8%B8%EB%8F%99"),
        ("José", "Jos%C3%A9"),
        (" jason", "%20jason"),
        ("jason ", "jason%20"),
        ("a  b", "a%20%20b"),
        ("100%", "100%"),
        ("a\tb\x7f", "a%09b%7F"),
    ],
)
def test_name_travels_in_ascii(name: str, value: str) -> None:
    """Visible ASCII and single inner spaces as they are, everything else percent-encoded."""
    assert value == header_value(name)

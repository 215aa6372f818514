"""Headers that travel with a request through the services: C29, C30."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.http.harness.stubs import Stub
from tests.contract.http.harness.visitor import Visitor

PASSED_ON = {
    "x-request-id": "5a1d0b4e-0c29-4f7b-9a57-0c29c29c29c2",
    "x-b3-traceid": "463ac35c9f6413ad48485a3953bb6124",
    "x-b3-spanid": "a2fb4a1d1a96d312",
    "x-b3-sampled": "1",
    "x-ot-span-context": "463ac35c9f6413ad:a2fb4a1d1a96d312",
    "x-datadog-trace-id": "5208512171318403364",
    "x-datadog-parent-id": "11744061942159299346",
    "x-datadog-sampling-priority": "1",
    "x-cloud-trace-context": "463ac35c9f6413ad48485a3953bb6124/1;o=1",
    "grpc-trace-bin": "AAAQ",
    "traceparent": "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01",
    "tracestate": "contract=c29",
    "sw8": "1-MQ==-Mg==-3-c2VydmljZQ==-aQ==-L3A=-aG9zdA==",
    "user-agent": "contract/29",
    "authorization": "Bearer not-a-secret",
    "jwt": "not-a-secret-either",
}
B3_REST = {"x-b3-parentspanid": "0020000000000001", "x-b3-flags": "1"}
TRACE_HEADERS = {*PASSED_ON, *B3_REST} - {"user-agent", "authorization", "jwt"}


def _received(stub: Stub, names: set[str]) -> dict[str, str]:
    """The headers of these names in the only request that the stub received."""
    (request,) = stub.received
    return {name: value for name, value in request.headers.items() if name in names}


def test_c29_headers_reach_reviews(before_stubs: Visitor, stubbed_reviews: Stub) -> None:
    """C29: trace headers, user-agent, authorization and jwt reach reviews with the values that came in."""
    with stubbed_reviews.behaving():
        before_stubs.get("/api/v1/products/0/reviews", headers=PASSED_ON)

    assert PASSED_ON == _received(stubbed_reviews, set(PASSED_ON))


@pytest.mark.better
def test_c29_the_rest_of_b3_reaches_reviews(before_stubs: Visitor, stubbed_reviews: Stub) -> None:
    """C29: the parent span and the flags are passed on as well; the original drops them."""
    with stubbed_reviews.behaving():
        before_stubs.get("/api/v1/products/0/reviews", headers={**PASSED_ON, **B3_REST})

    assert B3_REST == _received(stubbed_reviews, set(B3_REST))


@pytest.mark.parametrize("version", ["v2", "v3"])
def test_c29_headers_reach_ratings(
    front_before_stub: Callable[[str], str],
    stubbed_ratings: Stub,
    visit: Callable[[str], Visitor],
    version: str,
) -> None:
    """C29: the same headers travel on through reviews to ratings."""
    front = visit(front_before_stub(version))
    with stubbed_ratings.behaving():
        front.get("/api/v1/products/0/reviews", headers=PASSED_ON)

    assert PASSED_ON == _received(stubbed_ratings, set(PASSED_ON))


def test_c30_no_trace_is_invented(before_stubs: Visitor, stubbed_details: Stub, stubbed_reviews: Stub) -> None:
    """C30: where no trace header comes in, none goes out."""
    with stubbed_details.behaving(), stubbed_reviews.behaving():
        before_stubs.page()

    assert ({}, {}) == (_received(stubbed_details, TRACE_HEADERS), _received(stubbed_reviews, TRACE_HEADERS))

"""What Prometheus answers becomes the graph's arrows."""

from __future__ import annotations

from typing import Any

from tools.observability import Edge, edges, table


def counted(source: str, destination: str | None, code: str, rate: float) -> dict[str, Any]:
    metric = {"source_workload": source, "response_code": code}
    return {"metric": metric | ({"destination_workload": destination} if destination else {}), "value": [0, str(rate)]}


def test_answers_of_all_codes_are_one_arrow() -> None:
    """An arrow has the rate of all answers, and the share of those that are no server's error."""
    series = [counted("reviews-v2", "ratings-v1", code, rate) for code, rate in (("200", 6), ("404", 1), ("500", 3))]

    assert [Edge("reviews-v2", "ratings-v1", 10.0, 0.7)] == edges(series)


def test_no_answer_is_no_success() -> None:
    """A request that nobody answered counts, with code 0, and where it would have gone is not known."""
    assert [Edge("reviews-v2", "unknown", 2.0, 0.0)] == edges([counted("reviews-v2", None, "0", 2)])


def test_the_table_is_the_picture_of_the_slide() -> None:
    """Each arrow is one line, in the order of callers, with its rate and its success."""
    series = [
        counted("productpage-v1", "reviews-v2", "200", 1.13),
        counted("istio-ingressgateway", "productpage-v1", "200", 14.93),
        counted("productpage-v1", "reviews-v1", "200", 13.8),
    ]

    assert [
        "  istio-ingressgateway → productpage-v1    14.93 rps  100.0 %",
        "  productpage-v1       → reviews-v1        13.80 rps  100.0 %",
        "  productpage-v1       → reviews-v2         1.13 rps  100.0 %",
    ] == table(edges(series))
